/** The origin that is subtracted before coordinates become float32. */
import assert from "node:assert/strict";
import { chooseOrigin, toLocal } from "../../lib/scan/origin.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";

/** 9,000 points around a centre. */
function cloud(center: [number, number, number], extent: number): Float64Array {
  const next = mulberry32(5);
  return Float64Array.from({ length: 27_000 }, (_, i) => center[i % 3]! + (next() - 0.5) * extent);
}

Deno.test("chooseOrigin() gives 0 for scans near 0", () => {
  assert.deepEqual(chooseOrigin(cloud([1.2, -0.4, 0.9], 3)), [0, 0, 0]);
  assert.deepEqual(chooseOrigin(cloud([-30, 20, 25], 100)), [0, 0, 0]);
  assert(chooseOrigin(cloud([-0.1, -0.2, 0], 3)).every((value) => Object.is(value, 0)));
});

Deno.test("chooseOrigin() gives round numbers near the middle", () => {
  assert.deepEqual(chooseOrigin(cloud([652_040, 6_862_030, 112], 200)), [652_000, 6_862_000, 100]);
  assert.deepEqual(chooseOrigin(cloud([-98_447, 12, 0], 5)), [-98_450, 10, 0]);
});

Deno.test("chooseOrigin() is not moved by stray points", () => {
  const positions = cloud([652_040, 6_862_030, 112], 200);
  positions.fill(-1e30, 300, 303);
  assert.deepEqual(chooseOrigin(positions), [652_000, 6_862_000, 100]);
});

Deno.test("toLocal() is exact to a millionth of the extent, in metres and in degrees", () => {
  for (
    const [center, extent] of [[[652_040, 6_862_030, 112], 200], [
      [2.3488, 48.8534, 0.00035],
      1e-3,
    ]] as const
  ) {
    const positions = cloud([...center], extent);
    const origin = chooseOrigin(positions);
    const local = toLocal(positions, origin);
    for (let i = 0; i < positions.length; i++) {
      assert(Math.abs(local[i]! + origin[i % 3]! - positions[i]!) < extent * 1e-6);
    }
  }
});

Deno.test("chooseOrigin() accepts a single point", () => {
  assert.deepEqual(chooseOrigin(Float64Array.of(120, 260, -49)), [100, 300, 0]);
});

Deno.test("chooseOrigin() accepts points that are closer together than the smallest power of ten", () => {
  assert.deepEqual(chooseOrigin(Float64Array.of(0, 0, 0, 1e-310, 0, 0)), [0, 0, 0]);
});
