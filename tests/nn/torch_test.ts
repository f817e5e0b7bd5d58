/** Files of PyTorch are read as data, and written as PyTorch reads them. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { unzipSync, zipSync } from "fflate";
import { readCheckpoint } from "../../lib/nn/checkpoint_file.ts";
import type { NamedTensor } from "../../lib/nn/safetensors.ts";
import { readTorch, writeTorch } from "../../lib/nn/torch/mod.ts";

const FILE = fileURLToPath(new URL("../../fixtures/networks/torch_save.pth", import.meta.url));

const TENSORS = new Map<string, NamedTensor>([
  ["block.0.kernel", { shape: [2, 1, 3], data: Float32Array.of(1, -2, 3, 4, 5, -0) }],
  ["größe", { shape: [], data: BigInt64Array.of(-7n) }],
  ["whole", { shape: [2], data: Int32Array.of(1, -1) }],
  ["empty", { shape: [0, 4], data: new Float32Array(0) }],
]);

/** A zip archive as `torch.save` makes one, of a pickle that is written by hand. */
function archive(pickle: string, storages: Record<string, Uint8Array> = {}): Uint8Array {
  const bytes = Uint8Array.from(pickle, (letter) => letter.charCodeAt(0));
  const files: Record<string, Uint8Array> = { "archive/data.pkl": bytes };
  for (const [key, data] of Object.entries(storages)) files[`archive/data/${key}`] = data;
  return zipSync(files, { level: 0 });
}

Deno.test("readTorch() reads what PyTorch wrote: views, widths of floats, parameters, an inner dictionary", async () => {
  const tensors = readCheckpoint(await Deno.readFile(FILE), "torch_save.pth");
  assert.deepEqual(
    tensors,
    new Map<string, NamedTensor>([
      ["rows", { shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) }],
      ["transposed", { shape: [3, 2], data: Float32Array.of(0, 3, 1, 4, 2, 5) }],
      ["row", { shape: [3], data: Float32Array.of(3, 4, 5) }],
      ["half", { shape: [2], data: Float32Array.of(0.5, -2) }],
      ["bfloat", { shape: [2], data: Float32Array.of(1.5, -3) }],
      ["double", { shape: [1], data: Float32Array.of(0.25) }],
      ["parameter", { shape: [1, 1], data: Float32Array.of(7) }],
      ["counter", { shape: [], data: BigInt64Array.of(9n) }],
    ]),
  );
});

Deno.test("writeTorch() is read back to the same bits", () => {
  assert.deepEqual(readTorch(writeTorch(TENSORS)), TENSORS);
});

Deno.test("writeTorch() writes the pickle that torch.load(weights_only=True) takes", () => {
  const one = new Map([["w", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }]]);
  const files = unzipSync(writeTorch(one));
  assert.deepEqual(Object.keys(files), [
    "archive/data.pkl",
    "archive/byteorder",
    "archive/data/0",
    "archive/version",
  ]);
  const int = (value: number) => `J${String.fromCharCode(value)}\0\0\0`;
  const text = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
  const dict = "ccollections\nOrderedDict\n)R";
  const storage = `(${text("storage")}ctorch\nFloatStorage\n${text("0")}${text("cpu")}${int(6)}tQ`;
  // PyTorch 1.13 read these bytes.
  const expected = `\x80\x02${dict}(${text("w")}ctorch._utils\n_rebuild_tensor_v2\n(` +
    `${storage}${int(0)}(${int(2)}${int(3)}t(${int(3)}${int(1)}t\x89${dict}tRu.`;
  assert.equal(String.fromCharCode(...files["archive/data.pkl"]!), expected);
  assert.deepEqual([...new Float32Array(files["archive/data/0"]!.slice().buffer)], [
    ...one.get("w")!.data,
  ]);
});

Deno.test("readTorch() runs nothing that a pickle names", () => {
  const call = archive("\x80\x02cos\nsystem\nX\x04\0\0\0exit\x85R.");
  assert.throws(() => readTorch(call, "evil.pth"), /evil\.pth: it holds no dictionary of tensors/);
});

Deno.test("readTorch() names what is wrong with a file", () => {
  const good = writeTorch(TENSORS);
  const files = unzipSync(good);
  const without = (name: string) =>
    zipSync(
      Object.fromEntries(Object.entries(files).filter(([key]) => key !== `archive/${name}`)),
      { level: 0 },
    );
  const pickle = String.fromCharCode(...files["archive/data.pkl"]!);
  const { "archive/data/0": storage = new Uint8Array() } = files;
  const cases: [Uint8Array, RegExp][] = [
    [good.slice(0, 300), /m\.pth: the zip archive is damaged \(.*\); fetch the file again/],
    [without("data.pkl"), /without data\.pkl/],
    [without("data/0"), /the storage 0 of "block\.0\.kernel" is missing/],
    [archive(pickle, { 0: storage.slice(4) }), /"block\.0\.kernel" .* reaches element 5, .* has 5/],
    [archive(pickle.slice(0, 200)), /its pickle ends at byte 200, too early/],
    [archive("\x80\x02(i"), /operation 105 at byte 3 of its pickle is none/],
    [archive("\x80\x02R."), /has an empty stack/],
    [archive("\x80\x02u."), /finds no mark/],
    [archive("\x80\x02].", {}), /no dictionary of tensors; save the network's state_dict\(\)/],
    [archive(pickle.replace("FloatStorage", "BoolStorage"), { 0: storage }), /is of torch\.Bool/],
    [Uint8Array.of(0x80, 2, 0x8a), /before 1\.6; load it there/],
  ];
  for (const [bytes, message] of cases) {
    assert.throws(() => readCheckpoint(bytes, "m.pth"), message);
  }
  const two = "}(X\x01\0\0\0a}X\x01\0\0\0b}u.";
  assert.throws(() => readTorch(archive(`\x80\x02${two}`)), /no dictionary of tensors/);
});

Deno.test("readTorch() asks which of two dictionaries of tensors is the network", () => {
  const pickle = String.fromCharCode(...unzipSync(writeTorch(TENSORS))["archive/data.pkl"]!)
    .slice(2, -1);
  const two = `\x80\x02}(X\x03\0\0\0ema${pickle}X\x05\0\0\0model${pickle}u.`;
  assert.throws(() => readTorch(archive(two)), /stand in "ema" and "model"; save the one/);
});
