import assert from "node:assert/strict";
import { packedLength, packKernel, unpackKernel } from "../../lib/nn/packing.ts";

Deno.test("packKernel() puts W[k][4 ci + i][4 co + j] at column i, row j of block [k][ci][co]", () => {
  const [volume, cin, cout] = [2, 6, 5];
  const kernel = Float32Array.from({ length: volume * cin * cout }, (_, i) => i + 1);
  const packed = packKernel(kernel, [volume, cin, cout]);
  assert.equal(packed.length, 2 * 2 * 2 * 16);
  for (let place = 0; place < packed.length; place++) {
    const block = Math.floor(place / 16);
    const input = (block >> 1 & 1) * 4 + (place % 16 >> 2);
    const output = (block & 1) * 4 + place % 4;
    const inside = input < cin && output < cout;
    const weight = inside ? kernel[((block >> 2) * cin + input) * cout + output] : 0;
    assert.equal(packed[place], weight, `word ${place}`);
  }
});

Deno.test("unpackKernel() is the inverse of packKernel()", () => {
  for (const shape of [[1, 1, 1], [3, 5], [27, 4, 8], [8, 7, 9]]) {
    const length = shape.reduce((product, size) => product * size, 1);
    const kernel = Float32Array.from({ length }, (_, i) => i - 7);
    assert.deepEqual(unpackKernel(packKernel(kernel, shape), shape), kernel);
  }
});

Deno.test("packing refuses shapes and lengths that do not fit", () => {
  assert.throws(() => packedLength([4]), TypeError);
  assert.throws(() => packedLength([2, 0, 4]), TypeError);
  assert.throws(() => packKernel(new Float32Array(5), [2, 3]), TypeError);
  assert.throws(() => unpackKernel(new Float32Array(5), [2, 3]), TypeError);
});
