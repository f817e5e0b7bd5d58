/** Points that are suggested for correction. */
import assert from "node:assert/strict";
import { suggestPoints } from "../../lib/segment/labels/suggestions.ts";
import { suggestionsOf } from "../../lib/serving/files/suggestions.ts";
import { Random } from "../../lib/random/random.ts";

Deno.test("suggestPoints() begins with the most doubtful point, and spreads the others over what is doubtful", () => {
  const random = new Random(3);
  const count = 6000;
  // Doubt in three places, the most in the first; half of the points lie there.
  const place = Uint8Array.from({ length: count }, (_, i) => i % 2 === 0 ? 0 : (i % 4 + 1) / 2);
  const positions = Float32Array.from(
    { length: 3 * count },
    (_, i) => i % 3 === 0 ? 20 * place[Math.floor(i / 3)]! + random.uniform() : random.uniform(),
  );
  const doubt = Float32Array.from(place, (at) => at === 0 ? 0.5 + 0.5 * random.uniform() : 0.2);
  for (const [i, value] of [[1, 0.99], [3, 0.98]] as const) doubt[i] = value;
  const top = doubt.indexOf(Math.max(...doubt));
  const chosen = suggestPoints(positions, doubt, () => false, 40);
  assert.equal(chosen.length, 40);
  assert.equal(new Set(chosen).size, 40);
  assert.equal(chosen[0], top);
  assert.ok(
    chosen.slice(0, 3).includes(1) && chosen.slice(0, 3).includes(3),
    "far places come early",
  );
  assert.deepEqual(suggestPoints(positions, doubt, () => false, 10), chosen.slice(0, 10));
  assert.ok(!suggestPoints(positions, doubt, (point) => point === top, 40).includes(top));
});

Deno.test("suggestPoints() gives what there is where points coincide, are few, or all are corrected", () => {
  const one = new Float32Array(3 * 4);
  assert.equal(suggestPoints(one, [0, 0, 0, 0], () => false, 9).length, 1);
  assert.equal(suggestPoints(one, [0, 0, 0, 0], () => true, 9).length, 0);
  assert.equal(suggestPoints(new Float32Array(), [], () => false, 9).length, 0);
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
