import assert from "node:assert/strict";
import { matrixOf } from "../../lib/eval/cells/cell.ts";
import { Confusion } from "../../lib/metrics/confusion.ts";
import {
  differenceSeries,
  interval95,
  mean,
  meanSeries,
  pooled,
  resampledMious,
  streamOf,
} from "../../lib/eval/results/bootstrap.ts";
import { Random } from "../../lib/random/random.ts";

function matrix(...counts: number[]): Confusion {
  const confusion = new Confusion(2);
  confusion.counts.set(counts);
  return confusion;
}

/** Scenes with ten points of each of two classes, of which so many are correct. */
const scenes = (...hits: number[]) => hits.map((h) => matrix(h, 10 - h, 10 - h, h));

Deno.test("resampledMious() is the mIoU of the pooled matrices of each resample", () => {
  for (const meanOver of ["occurring", "true"] as const) {
    const own = [[5, 2, 0, 0], [1, 3, 2, 9], [0, 7, 1, 2]].map((counts) =>
      matrixOf(counts, meanOver)
    );
    const values = resampledMious(own, 4);
    const random = new Random(2026, 4);
    for (let i = 0; i < 50; i++) {
      const drawn = own.map(() => own[random.integer(own.length)]!);
      assert.ok(Math.abs(values[i]! - pooled(drawn).miou()) < 1e-12);
    }
    assert.equal(values.length, 2000);
  }
});

Deno.test("resampledMious() takes the same resamples for every method of a stream", () => {
  const easy = scenes(9, 5, 7);
  assert.deepEqual(resampledMious(easy, 1), resampledMious(easy, 1));
  assert.notDeepEqual(resampledMious(easy, 1), resampledMious(easy, 2));
  assert.notEqual(streamOf("noisy"), streamOf("dark"));
});

Deno.test("differenceSeries() gives a narrow interval where two methods find the same scenes hard", () => {
  const worse = resampledMious(scenes(2, 4, 6, 8, 3, 7), 0);
  const better = resampledMious(scenes(3, 5, 7, 9, 4, 8), 0);
  const [low, high] = interval95(differenceSeries(better, worse));
  assert.ok(low > 0, "each scene is better, so every resample is");
  const [from, to] = interval95(better);
  assert.ok(high - low < (to - from) / 2);
});

Deno.test("meanSeries() and interval95() work value by value", () => {
  const series = meanSeries([Float64Array.of(0, 2), Float64Array.of(2, 6)]);
  assert.deepEqual(series, Float64Array.of(1, 4));
  const ramp = Float64Array.from({ length: 2001 }, (_, i) => 2000 - i);
  assert.deepEqual(interval95(ramp), [50, 1950]);
});

Deno.test("interval95() of resampled scenes covers the true value about 95 times in a hundred", () => {
  const random = new Random(5);
  const draw = (count: number) =>
    Array.from({ length: count }, () => {
      const hits = random.integer(101);
      return matrix(hits, 100 - hits, 0, 0);
    });
  // Class 1 never occurs in the truth, so the mIoU is half the share of hits: half of one half.
  const covered = Array.from({ length: 60 }, (_, trial) => {
    const [low, high] = interval95(resampledMious(draw(30), trial));
    return low <= 0.25 && 0.25 <= high ? 1 : 0;
  });
  const share = mean(covered);
  assert.ok(share >= 0.85 && share <= 1, `${share}`);
});
