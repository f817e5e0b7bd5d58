import assert from "node:assert/strict";
import { areClasses, Confusion, metricsOf } from "../../lib/metrics/confusion.ts";

Deno.test("Confusion.ious() are intersection over union, class by class", () => {
  // Class 0: 2 hits, 1 missed, 1 false alarm; class 1: 1 hit, 1 missed, 1 false alarm.
  const matrix = new Confusion(3).add([0, 0, 0, 1, 1], [0, 0, 1, 1, 0]);
  assert.deepEqual(matrix.ious(), [2 / 4, 1 / 3, null]);
  assert.equal(matrix.miou(), (2 / 4 + 1 / 3) / 2);
});

Deno.test("Confusion.miou() counts a class that is predicted but does not occur as 0", () => {
  const matrix = new Confusion(3).add([0, 0], [0, 2]);
  assert.deepEqual(matrix.ious(), [0.5, null, 0]);
  assert.equal(matrix.miou(), 0.25);
});

Deno.test("Confusion.miou() of one scan leaves out classes that are only predicted, whose points are missed", () => {
  const matrix = new Confusion(3, "true").add([0, 0, 1], [0, 2, 1]);
  assert.deepEqual(matrix.ious(), [0.5, 1, 0]);
  assert.equal(matrix.miou(), 0.75);
  // A class that is never predicted is still missed.
  assert.equal(new Confusion(2, "true").add([0, 1], [0, 0]).miou(), 0.25);
});

Deno.test("Confusion.add() leaves out points whose truth is 255", () => {
  const matrix = new Confusion(2).add([255, 1], [0, 1]);
  assert.deepEqual([...matrix.counts], [0, 0, 0, 1]);
});

Deno.test("Confusion.add() refuses labels that are not classes, and unequal lengths", () => {
  assert.throws(
    () => new Confusion(2).add([0, 2], [0, 0]),
    /point 1: its labels 2 \(truth\) and 0/,
  );
  assert.throws(() => new Confusion(2).add([0], [-1]), RangeError);
  assert.throws(() => new Confusion(2).add([0], []), TypeError);
});

Deno.test("Confusion.merge() equals counting everything at once", () => {
  const first = new Confusion(2).add([0, 1], [0, 0]);
  const second = new Confusion(2).add([1, 1], [1, 0]);
  const together = new Confusion(2).add([0, 1, 1, 1], [0, 0, 1, 0]);
  assert.deepEqual(first.merge(second).counts, together.counts);
  assert.throws(() => first.merge(new Confusion(3)), TypeError);
});

Deno.test("areClasses() requires every label to be a class or 255, and at least one class", () => {
  assert.equal(areClasses([0, 255, 12], 13), true);
  assert.equal(areClasses([0, 13], 13), false);
  assert.equal(areClasses([-1], 13), false);
  assert.equal(areClasses([255], 13), false);
});

Deno.test("metricsOf() names methods and classes", () => {
  const predictions = { source: [0, 0], "ttt-kd": [0, 1] };
  assert.deepEqual(metricsOf([0, 1], predictions, ["wall", "floor"]), {
    source: { miou: 0.25, perClass: { wall: 0.5, floor: 0 } },
    "ttt-kd": { miou: 1, perClass: { wall: 1, floor: 1 } },
  });
});
