/** Votes of corrections that a session remembers. */
import assert from "node:assert/strict";
import { UNCORRECTED } from "../../lib/ttt/corrections.ts";
import { mostAlikeReference } from "../../lib/graph/losses/most_alike.ts";
import {
  carriedVotes,
  joined,
  MOST_REMEMBERED,
  remember,
} from "../../lib/segment/labels/carried_votes.ts";

/** Voxels as unit vectors at angles. */
function looksAt(...angles: number[]) {
  const values = Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]));
  return { width: 2, values };
}

Deno.test("joined() keeps the newest corrections of each class, in their order", () => {
  const first = remember(looksAt(0, 1, 2), Uint32Array.of(3, UNCORRECTED, 5));
  assert.deepEqual([...first.classes], [3, 5]);
  assert.deepEqual([...first.descriptions], [...looksAt(0, 2).values]);
  assert.deepEqual(joined([null, first]), first);
  const many = Array.from({ length: MOST_REMEMBERED }, (_, i) => i / 100);
  const second = remember(looksAt(...many), new Uint32Array(many.length).fill(3));
  const both = joined([first, second])!;
  assert.deepEqual([...both.classes], [5, ...many.map(() => 3)]);
  assert.deepEqual([...both.descriptions], [...looksAt(2, ...many).values]);
  assert.equal(joined([null, null]), null);
});

Deno.test("carriedVotes() hears of each class the most alike, and nothing where nothing is alike", () => {
  // Many corrections of class 0 that are a little alike do not outvote one of class 2 that is more so.
  const angles = [0.6, 0.6, 0.6, 0.6, 0.1];
  const remembered = remember(looksAt(...angles), Uint32Array.of(0, 0, 0, 0, 2));
  const likeness = mostAlikeReference(
    ...[looksAt(0, Math.PI).values, remembered.descriptions, remembered.classes, 2, 3] as const,
  );
  const { probabilities: { values, rows, classes }, weight } = carriedVotes({
    classes: 3,
    values: likeness,
  });
  assert.deepEqual([rows, classes], [2, 3]);
  assert.ok(values[2]! > 0.9 && values[1]! < 0.01, `${values}`);
  assert.ok(weight[0]! > 0.8 && weight[1]! < 1e-6, `${weight}`);
  for (const row of [0, 1]) {
    const sum = values.subarray(3 * row, 3 * row + 3).reduce((total, share) => total + share);
    assert.ok(Math.abs(sum - 1) < 1e-6);
  }
});
