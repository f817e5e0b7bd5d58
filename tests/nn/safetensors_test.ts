import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  CheckpointError,
  type NamedTensor,
  readForeignSafetensors,
  readSafetensors,
  writeSafetensors,
} from "../../lib/nn/safetensors.ts";

/** Three tensors of the three types, a scalar, an empty one and a name outside ASCII. */
const TENSORS = new Map<string, NamedTensor>([
  ["conv.kernel", { shape: [2, 1, 3], data: Float32Array.of(1, -0, 1e-40, NaN, Infinity, -5) }],
  ["größe", { shape: [3], data: Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1) }],
  ["bn.num_batches_tracked", { shape: [], data: BigInt64Array.of(-(2n ** 63n)) }],
  ["empty", { shape: [0, 4], data: new Float32Array(0) }],
]);
const METADATA = { card: '{"id":"ö"}', engine: "none" };

/** A file from raw parts. */
function fileOf(header: string, data: ArrayLike<number> | number, claimed?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const content = typeof data === "number" ? new Uint8Array(data) : Uint8Array.from(data);
  const bytes = new Uint8Array(8 + text.length + content.length);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(content, 8 + text.length);
  return bytes;
}

/** Header of float32 tensors of one axis at these byte ranges. */
function headerOf(ranges: Record<string, [from: number, to: number]>): string {
  return JSON.stringify(Object.fromEntries(
    Object.entries(ranges).map(([name, range]) => [
      name,
      { dtype: "F32", shape: [(range[1] - range[0]) / 4], data_offsets: range },
    ]),
  ));
}

Deno.test("readSafetensors() gives what writeSafetensors() was given, bit for bit", () => {
  const bytes = writeSafetensors({ tensors: TENSORS, metadata: METADATA });
  const start = Number(new DataView(bytes.buffer).getBigUint64(0, true)) + 8;
  assert.equal(start % 8, 0, "data starts on a multiple of 8");
  // Read from an odd offset of a larger buffer: nothing may depend on alignment.
  const shifted = new Uint8Array(bytes.length + 5);
  shifted.set(bytes, 3);
  const read = readSafetensors(shifted.subarray(3, 3 + bytes.length));
  assert.deepEqual(read.metadata, METADATA);
  assert.deepEqual([...read.tensors.keys()], [...TENSORS.keys()]);
  for (const [name, { shape, data }] of TENSORS) {
    const got = read.tensors.get(name)!;
    assert.deepEqual(got.shape, shape);
    assert.equal(got.data.constructor, data.constructor);
    assert.deepEqual(new Uint8Array(got.data.buffer), new Uint8Array(data.buffer), name);
  }
  assert.deepEqual(writeSafetensors(read), bytes);
});

Deno.test("readSafetensors() reads a Buffer of node, whose slices are views", () => {
  const bytes = writeSafetensors({ tensors: TENSORS, metadata: METADATA });
  assert.deepEqual(readSafetensors(Buffer.from(bytes)), readSafetensors(bytes));
});

Deno.test("writeSafetensors() writes the part of a buffer that a tensor views", () => {
  const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
  const bytes = writeSafetensors({
    tensors: new Map([["part", { shape: [2], data }]]),
    metadata: {},
  });
  assert.deepEqual(readSafetensors(bytes).tensors.get("part")!.data, Float32Array.of(2, 3));
});

Deno.test("readSafetensors() turns floats of other widths into float32", () => {
  // F16: 1.5, the smallest denormal, minus infinity. F64: 1 and a third. BF16: pi, truncated, and -2.
  const files = {
    F16: { data: [0x00, 0x3e, 0x01, 0x00, 0x00, 0xfc], want: [1.5, 2 ** -24, -Infinity] },
    F64: {
      data: [...new Uint8Array(Float64Array.of(1, 1 / 3).buffer)],
      want: [1, Math.fround(1 / 3)],
    },
    BF16: { data: [0x49, 0x40, 0x00, 0xc0], want: [3.140625, -2] },
  };
  for (const [dtype, { data, want }] of Object.entries(files)) {
    const header = { a: { dtype, shape: [want.length], data_offsets: [0, data.length] } };
    const { tensors } = readSafetensors(fileOf(JSON.stringify(header), data));
    assert.deepEqual(tensors.get("a")!.data, Float32Array.from(want), dtype);
  }
});

Deno.test("readForeignSafetensors() keeps entries of PyTorch's other types apart, and readSafetensors() refuses them", () => {
  const header = {
    mask: { dtype: "BOOL", shape: [3], data_offsets: [0, 3] },
    weight: { dtype: "U8", shape: [5], data_offsets: [3, 8] },
    bias: { dtype: "F32", shape: [1], data_offsets: [8, 12] },
  };
  const bytes = fileOf(JSON.stringify(header), 12);
  const { tensors } = readForeignSafetensors(bytes, "m");
  assert.deepEqual(tensors.get("mask"), {
    shape: [3],
    unread: "is BOOL; convert it to F32, I32, I64, F64, F16, BF16",
  });
  assert.deepEqual(tensors.get("bias"), { shape: [1], data: Float32Array.of(0) });
  assert.throws(
    () => readSafetensors(bytes, "m"),
    /^CheckpointError: Cannot read m: "mask" is BOOL/,
  );
});

Deno.test("readSafetensors() takes entries in any order of their data", () => {
  const { tensors } = readSafetensors(fileOf(headerOf({ b: [4, 12], a: [0, 4] }), 12));
  assert.deepEqual([...tensors.keys()], ["b", "a"]);
});

const entry = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
const nested = "[".repeat(50_000) + "]".repeat(50_000);

for (
  const [what, bytes, message] of [
    ["an empty file", new Uint8Array(0), /has 0 bytes/],
    ["a file of seven bytes", new Uint8Array(7), /7 bytes/],
    ["a header longer than the file", fileOf("{}", 0, 3n), /claims 3 bytes.* holds 2/],
    ["a header of 2^64 - 1 bytes", fileOf("{}", 0, 2n ** 64n - 1n), /claims .* holds 2/],
    ["an empty header", fileOf("", 0), /not JSON/],
    ["a header that is not JSON", fileOf('{"a":', 0), /not JSON/],
    ["a header cut off", fileOf('{"a": 1}', 0, 5n), /not JSON/],
    ["a header that is not UTF-8", fileOf("{}", [0xff, 0xfe], 4n), /not JSON/],
    ["null", fileOf("null", 0), /not a JSON object/],
    ["a list", fileOf("[1, 2]", 0), /not a JSON object/],
    ["a string", fileOf('"text"', 0), /not a JSON object/],
    ["metadata that is a list", fileOf('{"__metadata__":[]}', 0), /"__metadata__"/],
    ["metadata of numbers", fileOf('{"__metadata__":{"card":1}}', 0), /"__metadata__"/],
    ["an entry that is null", fileOf('{"a":null}', 0), /"a" has no dtype/],
    ["an entry that is a number", fileOf('{"a":5}', 0), /"a" has no dtype/],
    [
      "eight-bit floats",
      fileOf(JSON.stringify({ a: { ...entry, dtype: "F8_E4M3" } }), 4),
      /"a" is F8_E4M3; convert it to F32, .*BF16$/,
    ],
    [
      "half precision of the wrong length",
      fileOf(JSON.stringify({ a: { ...entry, dtype: "F16" } }), 4),
      /"a" of shape \[1\] needs 2 bytes/,
    ],
    [
      "a dtype that every object has",
      fileOf(JSON.stringify({ a: { ...entry, dtype: "toString" } }), 4),
      /"a" is toString/,
    ],
    ["a dtype that is an object", fileOf('{"a":{"dtype":{"toString":1}}}', 0), /"a" has no dtype/],
    ["no shape", fileOf('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4), /shape of "a"/],
    [
      "negative sizes",
      fileOf(JSON.stringify({ a: { ...entry, shape: [-1, -1] } }), 4),
      /shape of "a"/,
    ],
    [
      "half a size",
      fileOf(JSON.stringify({ a: { ...entry, shape: [0.5, 2] } }), 4),
      /shape of "a"/,
    ],
    [
      "a shape of lists",
      fileOf(`{"a":{"dtype":"F32","shape":[${nested}],"data_offsets":[0,4]}}`, 4),
      /shape of "a"/,
    ],
    ["no range", fileOf('{"a":{"dtype":"F32","shape":[1]}}', 4), /data_offsets of "a"/],
    [
      "a range of three numbers",
      fileOf(JSON.stringify({ a: { ...entry, data_offsets: [0, 4, 8] } }), 8),
      /data_offsets of "a"/,
    ],
    [
      "a range between bytes",
      fileOf(JSON.stringify({ a: { ...entry, data_offsets: [0.5, 4.5] } }), 8),
      /data_offsets of "a"/,
    ],
    [
      "a range before the data",
      fileOf(JSON.stringify({ a: { ...entry, data_offsets: [-4, 0] } }), 4),
      /data_offsets of "a"/,
    ],
    ["a range past the end", fileOf(headerOf({ a: [0, 4], b: [4, 12] }), 8), /"b" .* 4 to 12 of 8/],
    [
      "a range of another length",
      fileOf(JSON.stringify({ a: { ...entry, shape: [2] } }), 4),
      /"a" of shape \[2\] needs 8 bytes/,
    ],
    [
      "a range that runs backwards",
      fileOf(JSON.stringify({ a: { ...entry, data_offsets: [4, 0] } }), 4),
      /"a" of shape/,
    ],
    [
      "a shape of more bytes than numbers reach",
      fileOf(JSON.stringify({ a: { ...entry, shape: [2 ** 52, 2 ** 52] } }), 4),
      /"a" of shape/,
    ],
    ["overlapping ranges", fileOf(headerOf({ a: [0, 8], b: [4, 12] }), 12), /"b" starts at byte 4/],
    ["the same range twice", fileOf(headerOf({ a: [0, 8], b: [0, 8] }), 8), /"b" starts at byte 0/],
    ["a hole between ranges", fileOf(headerOf({ a: [0, 4], b: [8, 12] }), 12), /"b" starts at /],
    ["data of no tensor", fileOf(headerOf({ a: [0, 4] }), 9), /5 bytes after byte 4/],
  ] as const
) {
  Deno.test(`readSafetensors() refuses ${what}`, () => {
    assert.throws(() => readSafetensors(bytes, "student.safetensors"), (error) => {
      assert.ok(error instanceof CheckpointError, `${error}`);
      assert.match(error.message, /^Cannot read student\.safetensors: /);
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("readSafetensors() refuses a file cut off at any byte", () => {
  const bytes = writeSafetensors({ tensors: TENSORS, metadata: METADATA });
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => readSafetensors(bytes.subarray(0, length)), CheckpointError);
  }
});

Deno.test("readSafetensors() throws nothing but CheckpointError, whichever byte is wrong", () => {
  const bytes = writeSafetensors({ tensors: TENSORS, metadata: METADATA });
  for (let place = 0; place < bytes.length; place++) {
    for (const wrong of [0, 0x22, 0x2d, 0x39, 0x5b, 0x7d, 0xff]) {
      try {
        readSafetensors(bytes.with(place, wrong));
      } catch (error) {
        assert.ok(error instanceof CheckpointError, `byte ${place} = ${wrong}: ${error}`);
      }
    }
  }
});
