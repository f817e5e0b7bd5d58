import assert from "node:assert/strict";
import {
  chooseWhere,
  fuse,
  labelsOf,
  onlyWhere,
  padded,
  type Probabilities,
  unpadded,
} from "../../lib/ttt/probabilities.ts";

function rows(...values: number[][]): Probabilities {
  return {
    rows: values.length,
    classes: values[0]!.length,
    values: Float32Array.from(values.flat()),
  };
}

function assertRows(got: Probabilities, want: number[][]): void {
  want.flat().forEach((value, i) =>
    assert.ok(Math.abs(got.values[i]! - value) < 1e-6, `${[...got.values]} is not ${want}`)
  );
}

Deno.test("labelsOf() takes the likeliest class, the first of equal ones", () => {
  const { labels, confidence } = labelsOf(rows([0.2, 0.5, 0.3], [0.4, 0.2, 0.4]));
  assert.deepEqual([...labels], [1, 0]);
  assert.deepEqual([...confidence], [Math.fround(0.5), Math.fround(0.4)]);
});

Deno.test("fuse() multiplies where several have a say, and normalises", () => {
  const p = rows([0.5, 0.5], [0.8, 0.2], [0.8, 0.2]);
  const q = rows([0.9, 0.1], [0.5, 0.5], [0.2, 0.8]);
  const by = (weight: number[]) =>
    fuse([{ probabilities: p, weight: [1, 1, 1] }, { probabilities: q, weight }]);
  assertRows(by([1, 1, 0]), [[0.9, 0.1], [0.8, 0.2], [0.8, 0.2]]);
  assert.deepEqual(by([0, 0, 0]), p);
  // Twice the weight squares the second.
  assertRows(by([2, 0, 0]), [[0.81 / 0.82, 0.01 / 0.82], [0.8, 0.2], [0.8, 0.2]]);
});

Deno.test("fuse() lets no prediction exclude a class by itself", () => {
  const certain = (...row: number[]) => ({ probabilities: rows(row), weight: [1] });
  assertRows(fuse([certain(0, 1), certain(1, 0)]), [[0.5, 0.5]]);
});

Deno.test("fuse() refuses predictions of different scans", () => {
  const of = (...values: number[][]) => ({ probabilities: rows(...values), weight: [1, 1] });
  assert.throws(() => fuse([of([1, 0]), of([1, 0], [0, 1])]), TypeError);
  assert.throws(() => fuse([of([1, 0]), of([1, 0, 0])]), TypeError);
});

Deno.test("chooseWhere() and onlyWhere() follow the mask", () => {
  const p = rows([0.5, 0.5], [0.8, 0.2]);
  const q = rows([0.9, 0.1], [0.3, 0.7]);
  assertRows(chooseWhere([1, 0], q, p), [[0.9, 0.1], [0.8, 0.2]]);
  assertRows(onlyWhere([0, 1], p), [[0, 0], [0.8, 0.2]]);
});

Deno.test("padded() and unpadded() are each other's inverse", () => {
  const p = rows([0.1, 0.2, 0.3, 0.25, 0.15], [0.5, 0.1, 0.1, 0.1, 0.2]);
  const stored = padded(p);
  assert.equal(stored.length, 16);
  assert.deepEqual([...stored.subarray(5, 8)], [0, 0, 0]);
  assert.deepEqual(unpadded(stored, 2, 5), p);
  assertRows(unpadded(stored, 2, 5, 0.5), [[0.05, 0.1, 0.15, 0.125, 0.075]]);
});
