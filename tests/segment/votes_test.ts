/** Votes of corrected voxels. */
import assert from "node:assert/strict";
import { UNCORRECTED } from "../../lib/ttt/corrections.ts";
import { countVotes } from "../../lib/segment/labels/votes.ts";

/** A row of voxels that all look alike, the first half as one thing and the rest as another. */
function row(count: number) {
  const coords = Int32Array.from({ length: 4 * count }, (_, i) => i % 4 === 0 ? i / 4 - 50 : 0);
  const values = Float32Array.from(
    { length: 2 * count },
    (_, i) => Number((i % 2 === 0) === (i < count)),
  );
  return { coords, looks: { width: 2, values } };
}

Deno.test("countVotes() falls off with the distance and ends within the margin of a block", () => {
  const { coords, looks } = row(200);
  const corrections = new Uint32Array(200).fill(UNCORRECTED);
  corrections[40] = 2;
  const { weight, probabilities } = countVotes(coords, looks, corrections, 3);
  assert.ok(weight[40]! > weight[43]! && weight[43]! > weight[48]! && weight[48]! > 0);
  assert.deepEqual([weight[27], weight[53]], [0, 0]);
  assert.ok(probabilities.values[3 * 43 + 2]! > 0.9);
  for (const at of [43, 60]) {
    const shares = probabilities.values.subarray(3 * at, 3 * at + 3);
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share) - 1) < 1e-6);
  }
});

Deno.test("countVotes() weighs votes by how alike voxels look, and hears few of many that say the same", () => {
  const { coords, looks } = row(200);
  const corrections = new Uint32Array(200).fill(UNCORRECTED);
  // The nearer voxel looks otherwise.
  [corrections[97], corrections[101]] = [0, 1];
  const { probabilities } = countVotes(coords, looks, corrections, 2);
  assert.ok(probabilities.values[2 * 99]! > 0.9);
  const { weight } = countVotes(coords, looks, new Uint32Array(200).fill(0), 2);
  assert.ok(Math.max(...weight) < 3);
});

Deno.test("countVotes() has votes fall off sooner where corrected voxels lie close, of however many classes", () => {
  const { coords, looks } = row(200);
  const alone = new Uint32Array(200).fill(UNCORRECTED);
  alone[40] = 2;
  const close = alone.slice();
  [close[39], close[41], close[42]] = [2, 0, 1];
  const reach = (corrections: Uint32Array) =>
    countVotes(coords, looks, corrections, 3).weight.slice(43).indexOf(0);
  assert.equal(reach(alone), 40 + 12 + 1 - 43);
  assert.equal(reach(close), 42 + 9 + 1 - 43);
});

Deno.test("countVotes() hears voxels evenly where many say the same, so that a painted area carries over the rest", () => {
  const { coords, looks } = row(400);
  const painted = new Uint32Array(400).fill(UNCORRECTED).fill(1, 102, 150);
  const { weight } = countVotes(coords, looks, painted, 2);
  const before = weight.subarray(0, 102).findIndex((value) => value > 0);
  const after = weight.subarray(150).indexOf(0);
  assert.ok(102 - before >= 6 && after >= 6, `${102 - before} ${after}`);
});
