/** Ops of contrastive learning and masked reconstruction against their references. */
import assert from "node:assert/strict";
import { SOFTWARE_SETTING } from "../../lib/gpu/mod.ts";
import { diversity, diversityReference } from "../../lib/graph/losses/diversity.ts";
import { infoNce, infoNceReference } from "../../lib/graph/losses/info_nce.ts";
import { mostAlike, mostAlikeReference } from "../../lib/graph/losses/most_alike.ts";
import { nearestVote, nearestVoteReference } from "../../lib/graph/losses/nearest_vote.ts";
import {
  normaliseRows,
  normaliseRowsBackwardReference,
  normaliseRowsReference,
} from "../../lib/graph/ops/normalise_rows.ts";
import { CELL, occupancy, occupancyReference } from "../../lib/graph/losses/occupancy.ts";
import { softmaxReference } from "../../lib/graph/ops/softmax.ts";
import { Graph } from "../../lib/graph/graph.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { withGpu } from "../gpu.ts";
import {
  assertClose,
  centralDifferences,
  dot,
  inputTensor,
  runGraph,
  seededNumbers,
  seedGradient,
  wordTensor,
} from "./support.ts";

const TOLERANCE = 1e-5;

/** `count` words of 0 .. below - 1. */
function seededWords(seed: number, count: number, below: number): number[] {
  return Array.from(seededNumbers(seed, count), (value) => Math.floor((value + 1) / 2 * below));
}

Deno.test("references of the ops have the gradients of central differences", () => {
  const channels = 5;
  const x = seededNumbers(1, 4 * channels).fill(0, 10, 15);
  const dy = seededNumbers(2, x.length);
  const alive = (values: Float64Array) => values.map((value, i) => i >= 10 && i < 15 ? 0 : value);
  assertClose(
    normaliseRowsBackwardReference(x, dy, channels),
    alive(centralDifferences((m) => dot(normaliseRowsReference(alive(m), channels), dy), x)),
    1e-6,
    "unit rows",
  );
  const q = seededNumbers(3, 6 * channels);
  const positives = seededNumbers(4, q.length);
  const keys = seededNumbers(5, 9 * channels);
  const [labels, keyLabels] = [seededWords(6, 6, 3), seededWords(7, 9, 3)];
  const nce = (m: Float64Array) =>
    infoNceReference(m, positives, keys, labels, keyLabels, channels, 0.3);
  assertClose(nce(q).gradient, centralDifferences((m) => nce(m).loss, q), 1e-6, "InfoNCE");
  const logits = seededNumbers(8, 6 * channels).map((value) => 3 * value);
  assertClose(
    diversityReference(logits, channels).gradient,
    centralDifferences((m) => diversityReference(m, channels).loss, logits),
    1e-6,
    "diversity",
  );
  const cells = seededWords(9, logits.length, 3);
  assertClose(
    occupancyReference(logits, cells, 4).gradient,
    centralDifferences((m) => occupancyReference(m, cells, 4).loss, logits),
    1e-6,
    "occupancy",
  );
});

withGpu("normaliseRows() equals its reference, forward and backward", async (gpu) => {
  for (const [rows, channels] of [[1, 4], [7, 5], [130, 48]] as const) {
    const x = seededNumbers(10, rows * channels).map(Math.fround);
    // The last row has no direction.
    if (rows > 1) x.fill(0, (rows - 1) * channels);
    const dy = seededNumbers(11, x.length).map(Math.fround);
    const got = await runGraph(gpu, (graph, owned) => {
      const input = inputTensor(gpu, owned, "x", x, channels);
      const y = normaliseRows(graph, input);
      seedGradient(graph, y, inputTensor(gpu, owned, "dy", dy, channels));
      graph.backward();
      return { y, dx: graph.gradient(input) };
    });
    assertClose(got.y, normaliseRowsReference(x, channels), TOLERANCE, "y");
    assertClose(got.dx, normaliseRowsBackwardReference(x, dy, channels), TOLERANCE, "dx");
  }
});

withGpu("infoNce() equals its reference, forward and backward", async (gpu) => {
  for (const [rows, bank, channels, classes] of [[1, 1, 4, 1], [7, 3, 5, 2], [130, 97, 48, 13]]) {
    const [d, temperature] = [channels!, 0.07];
    const unit = (seed: number, count: number) =>
      normaliseRowsReference(seededNumbers(seed, count * d), d).map(Math.fround);
    const [q, positives, keys] = [unit(12, rows!), unit(13, rows!), unit(14, bank!)];
    const labels = seededWords(15, rows!, classes!);
    const keyLabels = seededWords(16, bank!, classes!);
    const got = await runGraph(gpu, (graph, owned) => {
      const query = inputTensor(gpu, owned, "q", q, d);
      const loss = infoNce(graph, query, {
        positives: inputTensor(gpu, owned, "positives", positives, d, false),
        keys: inputTensor(gpu, owned, "keys", keys, d, false),
        labels: wordTensor(gpu, owned, "labels", labels),
        keyLabels: wordTensor(gpu, owned, "key labels", keyLabels),
        temperature,
      }, 2);
      graph.backward();
      return { loss, dq: graph.gradient(query) };
    });
    const want = infoNceReference(q, positives, keys, labels, keyLabels, d, temperature);
    assertClose(got.loss, [want.loss, rows!], TOLERANCE, "loss");
    assertClose(got.dq, want.gradient.map((value) => 2 * value), 2 * TOLERANCE, "dq");
  }
});

withGpu("diversity() equals its reference, and is -log C for uniform predictions", async (gpu) => {
  for (const [rows, channels] of [[1, 4], [7, 5], [1500, 13]] as const) {
    const logits = seededNumbers(17, rows * channels).map((value) => Math.fround(4 * value));
    const got = await runGraph(gpu, (graph, owned) => {
      const input = inputTensor(gpu, owned, "logits", logits, channels);
      const even = inputTensor(gpu, owned, "even", new Float64Array(logits.length), channels);
      const loss = diversity(graph, input, 3);
      const least = diversity(graph, even, 1);
      graph.backward();
      return { loss, least, dlogits: graph.gradient(input) };
    });
    const want = diversityReference(logits, channels);
    assertClose(got.loss, [want.loss, 1], TOLERANCE, "loss");
    assertClose(got.least, [-Math.log(channels), 1], TOLERANCE, "least");
    assertClose(got.dlogits, want.gradient.map((value) => 3 * value), 3 * TOLERANCE, "dlogits");
  }
});

withGpu("occupancy() equals its reference, forward and backward", async (gpu) => {
  for (const [rows, cells] of [[1, 1], [7, 27], [130, 125]] as const) {
    const logits = seededNumbers(18, rows * cells).map((value) => Math.fround(6 * value));
    const targets = seededWords(19, logits.length, 3);
    const got = await runGraph(gpu, (graph, owned) => {
      const input = inputTensor(gpu, owned, "logits", logits, cells);
      const words = wordTensor(gpu, owned, "targets", targets);
      const loss = occupancy(graph, input, words, { positiveWeight: 5, weight: 2 });
      graph.backward();
      return { loss, dlogits: graph.gradient(input) };
    });
    const want = occupancyReference(logits, targets, 5);
    assertClose(got.loss, [want.loss, want.weights], TOLERANCE, "loss");
    assertClose(got.dlogits, want.gradient.map((value) => 2 * value), TOLERANCE, "dlogits");
  }
});

withGpu("occupancy() of cells that are all left out is zero and has no gradient", async (gpu) => {
  const got = await runGraph(gpu, (graph, owned) => {
    const input = inputTensor(gpu, owned, "logits", seededNumbers(20, 12), 3);
    const words = wordTensor(gpu, owned, "targets", new Array(12).fill(CELL.ignored));
    const loss = occupancy(graph, input, words, { positiveWeight: 5, weight: 1 });
    graph.backward();
    return { loss, dlogits: graph.gradient(input) };
  });
  assert.deepEqual([...got.loss], [0, 0]);
  assert.ok(got.dlogits.every((value) => value === 0));
});

withGpu("nearestVote() equals its reference, banks of few rows included", async (gpu) => {
  for (const [rows, bank, channels, classes] of [[1, 1, 4, 3], [9, 6, 5, 4], [150, 200, 48, 13]]) {
    const x = seededNumbers(21, rows! * channels!).map(Math.fround);
    const keys = seededNumbers(22, bank! * channels!).map(Math.fround);
    const logits = seededNumbers(23, bank! * classes!).map((value) => 3 * value);
    const p = softmaxReference(logits, classes!).map(Math.fround);
    using owned = new DisposableStack();
    const graph = new Graph(gpu.kernels);
    const labels = nearestVote(
      graph,
      inputTensor(gpu, owned, "x", x, channels!),
      inputTensor(gpu, owned, "bank", keys, channels!),
      inputTensor(gpu, owned, "p", p, classes!),
    );
    using plan = new Plan(gpu, graph, [labels]);
    plan.submit();
    const got = new Uint32Array((await plan.read(labels)).buffer).subarray(0, rows);
    assert.deepEqual([...got], [...nearestVoteReference(x, keys, p, channels!, classes!)]);
  }
});

withGpu("mostAlike() equals its reference, classes without rows included", async (gpu) => {
  for (
    const [rows, channels, ...counts] of [[1, 4, 1], [9, 5, 0, 3, 0, 1, 0], [150, 48, 64, 1, 90]]
  ) {
    const bank = counts.reduce((sum, count) => sum + count, 0);
    const classes = counts.flatMap((count, label) => Array<number>(count).fill(label));
    const starts = [0, ...counts].map((_, label) => classes.filter((own) => own < label).length);
    const x = seededNumbers(24, rows! * channels!).map(Math.fround);
    const known = seededNumbers(25, bank * channels!).map((value) => Math.fround(value - 0.5));
    const { y } = await runGraph(gpu, (graph, owned) => ({
      y: mostAlike(graph, inputTensor(gpu, owned, "x", x, channels!), {
        rows: inputTensor(gpu, owned, "bank", known, channels!),
        starts: wordTensor(gpu, owned, "starts", starts),
      }),
    }));
    const want = mostAlikeReference(x, known, classes, channels!, counts.length);
    assertClose(y, want, 1e-5, `classes of ${counts.join()} rows`);
  }
});

Deno.test("ops of contrastive learning refuse other shapes", () => {
  const graph = new Graph(SOFTWARE_SETTING);
  const q = graph.tensor("q", 3, 8);
  const labels = graph.tensor("labels", 1, 4);
  const contrast = { labels, keyLabels: labels, temperature: 1 };
  const keys = graph.tensor("keys", 5, 8);
  const other = graph.tensor("other", 5, 7);
  assert.throws(() => infoNce(graph, q, { ...contrast, positives: keys, keys }, 1), TypeError);
  assert.throws(() => infoNce(graph, q, { ...contrast, positives: q, keys: other }, 1), TypeError);
  assert.throws(() => nearestVote(graph, q, other, graph.tensor("p", 5, 3)), TypeError);
  assert.throws(() => nearestVote(graph, q, keys, graph.tensor("p", 4, 3)), TypeError);
  assert.throws(() => mostAlike(graph, q, { rows: other, starts: labels }), TypeError);
  assert.throws(
    () => nearestVote(graph, q, graph.tensor("bank", 60_000, 8), graph.tensor("p", 60_000, 3)),
    RangeError,
  );
});
