/** Files are read by a parser that follows only the description of the format in `numpy.lib.format`. */
import assert from "node:assert/strict";
import { encodeNpy } from "../../../lib/serving/files/npy.ts";

interface Npy {
  descr: string;
  shape: string;
  start: number;
  data: DataView;
}

function parsed(file: Uint8Array): Npy {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  assert.deepEqual([...file.subarray(0, 6)], [0x93, ...new TextEncoder().encode("NUMPY")]);
  assert.deepEqual([...file.subarray(6, 8)], [1, 0], "version 1.0");
  const start = 10 + view.getUint16(8, true);
  const header = new TextDecoder("ascii").decode(file.subarray(10, start));
  assert.equal(start % 64, 0);
  // A Python dictionary literal with sorted keys, padded with spaces up to a newline.
  const [, descr, shape] =
    /^\{'descr': '([^']+)', 'fortran_order': False, 'shape': (\([^)]*\)), \} *\n$/.exec(header)!;
  return { descr: descr!, shape: shape!, start, data: new DataView(file.buffer, start) };
}

Deno.test("encodeNpy() writes labels as unsigned bytes of one dimension", () => {
  const labels = Uint8Array.of(0, 7, 255);
  const { descr, shape, data } = parsed(encodeNpy(labels));
  assert.deepEqual({ descr, shape }, { descr: "|u1", shape: "(3,)" });
  assert.deepEqual(new Uint8Array(data.buffer, data.byteOffset), labels);
});

Deno.test("encodeNpy() writes confidences as little-endian float32, also from part of a buffer", () => {
  const confidence = Float32Array.of(9, 0.25, Math.fround(1 / 3), 1).subarray(1);
  const { descr, shape, data } = parsed(encodeNpy(confidence));
  assert.deepEqual({ descr, shape }, { descr: "<f4", shape: "(3,)" });
  assert.equal(data.byteLength, 12);
  assert.deepEqual([0, 4, 8].map((at) => data.getFloat32(at, true)), [...confidence]);
});

Deno.test("encodeNpy() aligns the data, whatever the length of the header", () => {
  for (let digits = 0; digits < 7; digits++) {
    const count = digits === 0 ? 0 : 10 ** (digits - 1);
    const { shape, start, data } = parsed(encodeNpy(new Uint8Array(count)));
    assert.deepEqual([shape, start, data.byteLength], [`(${count},)`, 128, count]);
  }
});
