import assert from "node:assert/strict";
import { prefixSum, prefixSumReference } from "../../lib/sparse/mod.ts";
import { withGpu } from "../gpu.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";

Deno.test("prefixSumReference() sums the words before each, modulo 2^32", () => {
  assert.deepEqual(prefixSumReference(Uint32Array.of(3, 0, 0xffffffff, 5)), {
    sums: Uint32Array.of(0, 3, 3, 2),
    total: 7,
  });
});

// 65,535 and 65,536 words, and as many workgroups of 64 words (the grid splits at 65,535).
const COUNTS = [0, 1, 63, 64, 65, 4096, 4097, 65_535, 65_536, 1_100_000, 4_194_240, 4_194_304];

withGpu("prefixSum() agrees with its reference for every size of list", async (gpu) => {
  const next = mulberry32(1);
  for (const count of COUNTS) {
    const values = Uint32Array.from({ length: count }, () => next() * 2 ** 32);
    const expected = prefixSumReference(values);
    using scratch = new DisposableStack();
    const buffer = scratch.use(gpu.upload("values", values));
    const total = scratch.use(gpu.buffer("total", 16));
    gpu.run(prefixSum(gpu, scratch, buffer, count, { buffer: total, index: 2 }));
    const [sum] = await gpu.read(total, Uint32Array, 1, 8);
    assert.equal(sum, expected.total, `total of ${count}`);
    const sums = await gpu.read(buffer, Uint32Array, count);
    assert.ok(sums.every((value, i) => value === expected.sums[i]), `sums of ${count}`);
  }
});
