import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { sortPairs, sortPairsReference } from "../../lib/sparse/mod.ts";
import { withGpu } from "../gpu.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";

async function sortOnGpu(gpu: Gpu, keys: Uint32Array, values: Uint32Array, bits: number) {
  using scratch = new DisposableStack();
  const from = {
    keys: scratch.use(gpu.upload("keys", keys)),
    values: scratch.use(gpu.upload("values", values)),
  };
  const to = {
    keys: scratch.use(gpu.buffer("sorted keys", keys.byteLength)),
    values: scratch.use(gpu.buffer("sorted values", keys.byteLength)),
  };
  gpu.run(sortPairs(gpu, scratch, from, to, keys.length, bits));
  assert.deepEqual(await gpu.read(from.keys, Uint32Array, keys.length), keys, "input kept");
  return {
    keys: await gpu.read(to.keys, Uint32Array, keys.length),
    values: await gpu.read(to.values, Uint32Array, keys.length),
  };
}

Deno.test("sortPairsReference() keeps the order of equal keys", () => {
  assert.deepEqual(
    sortPairsReference(Uint32Array.of(2, 1, 2, 1), Uint32Array.of(10, 11, 12, 13)),
    { keys: Uint32Array.of(1, 1, 2, 2), values: Uint32Array.of(11, 13, 10, 12) },
  );
});

withGpu("sortPairs() agrees with its reference, odd and even numbers of passes", async (gpu) => {
  const next = mulberry32(2);
  for (const count of [0, 1, 2, 63, 64, 65, 1000, 65_535, 65_536]) {
    for (const bits of [0, 1, 4, 7, 17, 32]) {
      const keys = Uint32Array.from({ length: count }, () => Math.floor(next() * 2 ** bits));
      const values = Uint32Array.from({ length: count }, () => next() * 2 ** 32);
      const sorted = await sortOnGpu(gpu, keys, values, bits);
      const expected = sortPairsReference(keys, values);
      assert.ok(
        sorted.keys.every((key, i) => key === expected.keys[i]) &&
          sorted.values.every((value, i) => value === expected.values[i]),
        `${count} keys of ${bits} bits`,
      );
    }
  }
});
