/** Points that are suggested for correction. */
import assert from "node:assert/strict";
import { usefulVoxels } from "../../lib/segment/labels/suggestions.ts";
import { suggestionsOf } from "../../lib/serving/files/suggestions.ts";

/** Things in a row, far from each other: every voxel of one looks like the others of it. */
function things(sizes: readonly number[]) {
  const rows = sizes.flatMap((size, thing) => Array.from({ length: size }, (_, i) => [thing, i]));
  const coords = Int32Array.from(rows.flatMap(([thing, i]) => [50 * thing!, i!, 0, 0]));
  const values = Float32Array.from(
    rows.flatMap(([thing]) => sizes.map((_, other) => Number(other === thing))),
  );
  return { coords, looks: { width: sizes.length, values }, thingOf: rows.map(([thing]) => thing!) };
}

Deno.test("usefulVoxels() asks for large doubtful things first, and for each thing once before it asks again", () => {
  const { coords, looks, thingOf } = things([6, 1, 4, 6]);
  // The last thing is in no doubt.
  const doubt = thingOf.map((thing) => [0.5, 0.9, 0.6, 0][thing]!);
  const found = usefulVoxels(coords, looks, doubt, () => true, 17);
  assert.deepEqual(found.slice(0, 3).map(({ row }) => thingOf[row]), [0, 2, 1]);
  assert.equal(new Set(found.map(({ row }) => row)).size, 17);
  found.slice(1).forEach(({ use }, i) => assert.ok(use <= found[i]!.use));
  assert.deepEqual(usefulVoxels(coords, looks, doubt, () => true, 3), found.slice(0, 3));
  const others = usefulVoxels(coords, looks, doubt, (row) => thingOf[row] !== 0, 99);
  assert.deepEqual([others.length, thingOf[others[0]!.row]], [11, 2]);
});

Deno.test("usefulVoxels() looks at a part of many voxels, spread evenly", () => {
  const count = 20_000;
  const coords = Int32Array.from({ length: 4 * count }, (_, i) => i % 4 === 0 ? 20 * i : 0);
  const looks = { width: 1, values: new Float32Array(count).fill(1) };
  const doubt = Float32Array.from({ length: count }, (_, i) => i / count);
  const [first] = usefulVoxels(coords, looks, doubt, () => true, 1);
  assert.ok(first!.row > count - 10);
});

Deno.test("suggestionsOf() names points by their rows, in the coordinates of the scan", () => {
  const scan = {
    positions: Float32Array.of(0, 0, 0, 1, 2, 3),
    origin: [100, 0, 0] as [number, number, number],
    leftOut: [0],
  };
  const result = {
    suggestions: Uint32Array.of(1),
    labels: Uint8Array.of(0, 1),
    confidence: Float32Array.of(1, 0.5),
    student: { classes: ["a", "b"] } as never,
  };
  assert.deepEqual(suggestionsOf(scan, result), [
    { point: 2, position: [101, 2, 3], label: 1, class: "b", confidence: 0.5 },
  ]);
});
