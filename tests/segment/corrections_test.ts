import assert from "node:assert/strict";
import { correctedPoints } from "../../lib/segment/labels/corrections.ts";
import { segmentOptions } from "../../lib/segment/options.ts";
import { correctedVoxels, UNCORRECTED } from "../../lib/ttt/corrections.ts";
import { OptionError } from "../../lib/ttt/option_error.ts";

const STUDENT = { id: "rooms", classes: ["floor", "wall", "side chair"] };
const SCAN = { positions: new Float32Array(12) };
const _ = UNCORRECTED;

Deno.test("correctedPoints() takes names and indices of classes, and numbers of points in the file", () => {
  const classes = correctedPoints({ "Side-Chair": [3], "1": [0, 2] }, SCAN, STUDENT);
  assert.deepEqual([...classes], [1, _, 1, 2]);
  // Rows 1 and 4 of the file have no position.
  const scan = { ...SCAN, leftOut: [1, 4] };
  assert.deepEqual([...correctedPoints({ floor: [0, 2, 5] }, scan, STUDENT)], [0, 0, _, 0]);
});

Deno.test("correctedPoints() names a class, a point and a contradiction that cannot be", () => {
  const refused = (
    corrections: Record<string, number[]>,
    message: RegExp,
    leftOut: number[] = [],
  ) =>
    assert.throws(
      () => correctedPoints(corrections, { ...SCAN, leftOut }, STUDENT),
      (error) =>
        error instanceof OptionError && error.field === "corrections" &&
        message.test(error.message),
    );
  refused({ ceiling: [0] }, /floor, wall, side chair; .*not "ceiling"/);
  refused({ "3": [0] }, /not "3"/);
  refused({ wall: [4] }, /4 points, from 0, and no point 4/);
  refused({ wall: [1], floor: [1] }, /point 1 is said to be floor and wall|wall and floor/);
  refused({ wall: [1] }, /point 1 has no position/, [1]);
});

Deno.test("correctedVoxels() takes the class of most corrected points, of equals the smallest", () => {
  const points = Uint8Array.of(2, 1, 2, _, 1, 0, _);
  const pointRow = Uint32Array.of(0, 0, 0, 1, 2, 2, 1);
  assert.deepEqual([...correctedVoxels(points, pointRow, 4)], [2, _, 0, _]);
});

Deno.test("segmentOptions() takes corrections for methods that learn from them, and chooses one that does", () => {
  const corrections = { chair: [1, 2] };
  assert.equal(segmentOptions({ corrections }, false).method, "corrections");
  const options = segmentOptions({ corrections: JSON.stringify(corrections) }, true);
  assert.equal(options.method, "ttt-kd-fusion");
  assert.deepEqual(options.corrections, corrections);
  // Where corrected points vote, no steps are needed.
  assert.deepEqual(segmentOptions({ corrections, method: "bn" }, false).corrections, corrections);
  assert.throws(
    () => segmentOptions({ corrections, method: "tent" }, true),
    /method tent: it takes none; use .*ttt-kd/,
  );
  assert.throws(() => segmentOptions({ method: "corrections" }, true), /there are no corrections/);
  for (const bad of [[1], { chair: [1.5] }, { chair: [-1] }, { chair: 1 }, "x"]) {
    assert.throws(() => segmentOptions({ corrections: bad }, true), OptionError);
  }
});
