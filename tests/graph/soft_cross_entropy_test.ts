import assert from "node:assert/strict";
import { SOFTWARE_SETTING } from "../../lib/gpu/mod.ts";
import { Graph } from "../../lib/graph/graph.ts";
import {
  softCrossEntropy,
  softCrossEntropyReference,
} from "../../lib/graph/losses/soft_cross_entropy.ts";
import { softmaxReference } from "../../lib/graph/ops/softmax.ts";
import { withGpu } from "../gpu.ts";
import {
  assertClose,
  centralDifferences,
  inputTensor,
  runGraph,
  seededNumbers,
} from "./support.ts";

const TOLERANCE = 1e-5;

/** Distributions of `rows` rows; every fifth row is zero, so that it has no target. */
function distributions(seed: number, rows: number, channels: number): Float64Array {
  const p = softmaxReference(seededNumbers(seed, rows * channels), channels);
  return p.map((value, i) => Math.floor(i / channels) % 5 === 4 ? 0 : Math.fround(value));
}

Deno.test("softCrossEntropyReference() has the gradient of central differences", () => {
  const logits = seededNumbers(1, 6 * 5).map((value) => 3 * value);
  const p = distributions(2, 6, 5);
  assertClose(
    softCrossEntropyReference(logits, p, 5).gradient,
    centralDifferences((moved) => softCrossEntropyReference(moved, p, 5).loss, logits),
    1e-6,
    "soft cross-entropy",
  );
});

Deno.test("softCrossEntropyReference() is smallest, with a gradient of zero, at its own softmax", () => {
  const logits = seededNumbers(3, 4 * 3);
  const p = softmaxReference(logits, 3);
  const { loss, gradient } = softCrossEntropyReference(logits, p, 3);
  assert.ok(gradient.every((value) => Math.abs(value) < 1e-12));
  assert.ok(softCrossEntropyReference(seededNumbers(4, 4 * 3), p, 3).loss > loss);
});

withGpu("softCrossEntropy() equals its reference, forward and backward", async (gpu) => {
  for (const [rows, channels] of [[1, 4], [7, 5], [300, 13]] as const) {
    const logits = seededNumbers(5, rows * channels).map((value) => Math.fround(5 * value));
    const p = distributions(6, rows, channels);
    const got = await runGraph(gpu, (graph, owned) => {
      const x = inputTensor(gpu, owned, "logits", logits, channels);
      const target = inputTensor(gpu, owned, "p", p, channels, false);
      const loss = softCrossEntropy(graph, x, target, 0.5);
      graph.backward();
      return { loss, gradient: graph.gradient(x) };
    });
    const want = softCrossEntropyReference(logits, p, channels);
    const counted = Array.from({ length: rows }, (_, row) => row).filter((row) => row % 5 !== 4);
    assertClose(got.loss, [want.loss, counted.length], TOLERANCE, "loss");
    assertClose(got.gradient, want.gradient.map((value) => value / 2), TOLERANCE, "gradient");
  }
});

withGpu("softCrossEntropy() without any target is zero and has no gradient", async (gpu) => {
  const got = await runGraph(gpu, (graph, owned) => {
    const x = inputTensor(gpu, owned, "logits", seededNumbers(7, 20), 4);
    const target = inputTensor(gpu, owned, "p", new Float64Array(20), 4, false);
    const loss = softCrossEntropy(graph, x, target, 1);
    graph.backward();
    return { loss, gradient: graph.gradient(x) };
  });
  assert.deepEqual([...got.loss], [0, 0]);
  assert.ok(got.gradient.every((value) => value === 0));
});

Deno.test("softCrossEntropy() refuses other shapes", () => {
  const graph = new Graph(SOFTWARE_SETTING);
  const logits = graph.tensor("logits", 3, 4);
  assert.throws(() => softCrossEntropy(graph, logits, graph.tensor("p", 3, 5), 1), TypeError);
});
