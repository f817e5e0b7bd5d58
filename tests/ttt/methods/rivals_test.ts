/** APCoTTA, ASR and Latte: their losses against central differences, and each on a small scan with an untrained network. */
import assert from "node:assert/strict";
import { apcotta, consistency, evenness, SharedPoints } from "../../../lib/ttt/methods/apcotta.ts";
import { asr, CollapseWatch, sureAndUnusual } from "../../../lib/ttt/methods/asr.ts";
import { bn } from "../../../lib/ttt/methods/bn.ts";
import { believe, latte, latteLoss } from "../../../lib/ttt/methods/latte.ts";
import type { Probabilities } from "../../../lib/ttt/probabilities.ts";
import { softmaxReference } from "../../../lib/graph/ops/softmax.ts";
import { withGpu } from "../../gpu.ts";
import { assertClose, centralDifferences, seededNumbers } from "../../graph/support.ts";
import {
  CARD,
  changedNames,
  randomPhotographs,
  type SmallScan,
  smallScan,
  valuesOf,
} from "../small_scan.ts";

const CLASSES = 3;

/** Probabilities of given logits; float64, so that central differences can tell. */
function predicted(logits: ArrayLike<number>): Probabilities {
  const values = softmaxReference(logits, CLASSES) as unknown as Float32Array;
  return { rows: logits.length / CLASSES, classes: CLASSES, values };
}

Deno.test("apcotta's gradients are those of its losses, by the logits of both predictions", () => {
  const [weak, strong] = [seededNumbers(1, 6), seededNumbers(2, 9)].map((x) =>
    x.map((value) => 4 * value)
  );
  // Five points: two voxels of the scan, three of the augmentation.
  const points = new SharedPoints(Uint32Array.of(0, 0, 1, 1, 0), Uint32Array.of(0, 1, 1, 2, 2));
  const loss = (of: Float64Array, other: Float64Array) =>
    consistency(predicted(of), predicted(other), points, 2)!;
  const [a, b] = [Float64Array.from(weak!), Float64Array.from(strong!)];
  const { gradient, strongGradient } = loss(a, b);
  assertClose(gradient, centralDifferences((x) => loss(x, b).loss, a), 1e-5, "weak");
  assertClose(strongGradient, centralDifferences((x) => loss(a, x).loss, b), 1e-5, "strong");
  const even = (x: Float64Array) => {
    const soft = softmaxReference(x.map((value) => value / 50), CLASSES);
    return -soft.reduce((sum, p) => sum + Math.log(p), 0) / CLASSES / 2;
  };
  assertClose(evenness(predicted(a), 50), centralDifferences(even, a), 1e-4, "even");
});

Deno.test("apcotta leaves out voxels that it is unsure of, and takes no step where it is of all", () => {
  const sure = predicted([9, 0, 0, 1, 1, 1]);
  const points = new SharedPoints(Uint32Array.of(0, 1), Uint32Array.of(0, 1));
  const { gradient } = consistency(sure, sure, points, 0.8)!;
  assert.deepEqual([...gradient.subarray(3)], [0, 0, 0]);
  assert.equal(consistency(sure, sure, points, 0), null);
});

Deno.test("asr weighs sure and unusual voxels, and its gradient is that of its loss", () => {
  const logits = Float64Array.of(5, 0, 1, 0, 6, 1, 1, 1, 0.5, 7, 0, 0);
  // Weights have no gradient.
  const margin = 0.4 * Math.log(3);
  const entropy = (p: ArrayLike<number>) =>
    -Array.from(p).reduce((sum, value) => sum + value * Math.log(value), 0);
  const first = predicted(logits).values;
  const weights = [0, 1, 3].map((row) =>
    Math.exp(margin - entropy(first.subarray(3 * row, 3 * row + 3))) / 3
  );
  const loss = (x: Float64Array) =>
    [0, 1, 3].reduce(
      (sum, row, i) =>
        sum + weights[i]! * entropy(predicted(x).values.subarray(3 * row, 3 * row + 3)),
      0,
    );
  const found = sureAndUnusual(predicted(logits), null, 0.4)!;
  assertClose([found.loss], [loss(logits)], 1e-9, "loss");
  assertClose(found.gradient, centralDifferences(loss, logits), 1e-5, "gradient");
  // What is mostly the first class makes voxels of the first class redundant.
  const unusual = sureAndUnusual(predicted(logits), Float64Array.of(0.9, 0.05, 0.05), 0.4)!;
  assert.deepEqual([...unusual.gradient.subarray(0, 3)], [0, 0, 0]);
  assert.ok(unusual.gradient.subarray(3, 6).some((value) => value !== 0));
  assert.ok(unusual.usual[1]! > 0.05);
  assert.equal(sureAndUnusual(predicted([1, 1, 1]), null, 1), null);
});

Deno.test("asr measures a collapse against the running mean, and keeps less the deeper it is", () => {
  const watch = new CollapseWatch();
  const start = Math.log(10 / 2);
  assert.equal(watch.see(start + 0.2, 0.5, Math.log(10)), null);
  // The mean has moved by 0.15 times the share of unchanged labels.
  const mean = start + 0.15 * 0.5 * 0.2;
  const kept = watch.see(mean - 0.01, 0.5, Math.log(10))!;
  assert.ok(Math.abs(kept - (0.5 - 20 * 0.01)) < 1e-9);
  // It starts anew.
  assert.equal(watch.see(start - 1, 0, Math.log(10)), 0);
});

Deno.test("latte believes the surer modality, and its gradient is that of its loss", () => {
  const network = predicted([0.2, 0, 0, 4, 0, 0, 0, 3, 0, 1, 0, 0.5]);
  const probe = predicted([0, 5, 0, 0, 1, 0.5, 9, 9, 9, 0, 0, 2]);
  const evidence = { probe, seen: [1, 1, 0, 1], cells: [[0, 1], [2, 3]] };
  const believed = believe(network, evidence);
  const of = (p: Probabilities, row: number) => p.values.subarray(3 * row, 3 * row + 3);
  assert.deepEqual(of(believed.together, 2), of(network, 2), "no photograph looks");
  assert.ok(believed.together.values[1]! > 0.5, "the probe is surer of the first voxel");
  const logits = Float64Array.from(seededNumbers(3, 12));
  const loss = (x: Float64Array) => latteLoss(predicted(x), evidence, believed).loss;
  const { gradient } = latteLoss(predicted(logits), evidence, believed);
  assertClose(gradient, centralDifferences(loss, logits), 1e-5, "gradient");
});

/** Names of the entries of a small scan's student, sorted. */
function namesOf(small: SmallScan, kinds: readonly string[], parts = ["backbone"]): string[] {
  return small.context.parameters.specs
    .filter(({ kind, part }) => kinds.includes(kind) && parts.includes(part))
    .map(({ name }) => name).sort();
}

/** The layers that entries belong to. */
function layersOf(names: readonly string[]): Set<string> {
  return new Set(names.map((name) => name.slice(0, name.lastIndexOf("."))));
}

withGpu(
  "apcotta moves and restores quiet layers alone, and goes on from scan to scan",
  async (gpu) => {
    using small = await smallScan(gpu);
    const { context } = small;
    const learned = namesOf(small, ["kernel", "bias", "scale", "shift"], ["backbone", "classes"]);
    const adapt = (given: Record<string, number>) =>
      // An untrained network is sure of nothing.
      apcotta.adapt(context, apcotta.settings.parse({ entropy: 10, learningRate: 0.1, ...given }));
    const before = await valuesOf(context.parameters);
    const first = await adapt({ restore: 0 });
    const source = await bn.adapt(context, {});
    assertClose(first.probabilities.values, source.probabilities.values, 1e-5, "before the step");
    const changed = changedNames(before, await valuesOf(small.clones[0]!));
    assert.ok(changed.length > 0 && changed.length < learned.length);
    assert.equal(
      first.note,
      `${layersOf(changed).size} of ${layersOf(learned).size} layers learned`,
    );
    const second = await adapt({ threshold: 1e6, restore: 1 });
    assert.notDeepEqual(second.probabilities, first.probabilities);
    assert.deepEqual(changedNames(before, await valuesOf(small.clones[0]!)), []);
    assert.deepEqual(await valuesOf(context.parameters), before, "the source stays");
  },
);

withGpu(
  "asr moves norm layers, and resets those near the output where predictions collapse",
  async (gpu) => {
    using small = await smallScan(gpu);
    const { context } = small;
    // An untrained network is sure of few voxels; a head of large numbers makes it sure of most.
    const state = await context.parameters.stateDict();
    const { data, shape } = state.get("final.kernel")!;
    const head = { shape, data: (data as Float32Array).map((value) => 40 * value) };
    context.parameters.load(new Map([...state, ["final.kernel", head]]));
    const before = await valuesOf(context.parameters);
    const adapt = (reset: string) =>
      asr.adapt(context, asr.settings.parse({ learningRate: 0.1, redundancy: 1, reset }));
    const eta = await adapt("never");
    const changed = () => valuesOf(small.clones[0]!).then((after) => changedNames(before, after));
    assert.deepEqual(await changed(), namesOf(small, ["scale", "shift"]));
    assert.equal(eta.note, undefined);
    // The source, with its own head, predicts all classes; what was kept predicts one or two.
    context.parameters.load(state);
    const { note } = await adapt("collapse");
    assert.equal(note, "predictions collapsed: 0 % of the layers kept");
    assert.deepEqual(await changed(), []);
  },
);

withGpu("latte moves norm layers towards network and probe together", async (gpu) => {
  const card = { ...CARD, teacher: { id: "test", width: 4 } };
  using small = await smallScan(gpu, undefined, { card });
  using owned = new DisposableStack();
  const photographs = randomPhotographs(small.context, owned);
  const context = { ...small.context, photographs };
  const settings = latte.settings.parse({ learningRate: 0.01, teacherMomentum: 0 });
  const before = await valuesOf(context.parameters);
  const first = await latte.adapt(context, settings);
  const after = await valuesOf(small.clones[0]!);
  assert.deepEqual(changedNames(before, after), namesOf(small, ["scale", "shift"]));
  assert.deepEqual(await valuesOf(small.clones[1]!), after, "an average that keeps nothing");
  const second = await latte.adapt(context, settings);
  assert.ok(second.losses[0]! < first.losses[0]!, `${first.losses} ${second.losses}`);
  const source = await bn.adapt(small.context, {});
  const differs = first.probabilities.values.map((p, i) => p - source.probabilities.values[i]!);
  assert.ok(differs.subarray(0, 5).every((value) => Math.abs(value) < 1e-5), "not seen");
  assert.ok(differs.some((value) => Math.abs(value) > 1e-3));
});

Deno.test("apcotta, asr and latte have the papers' settings by default, six to try, and refuse bad ones", () => {
  for (const [method, steps] of [[apcotta, 0], [asr, 1.5], [latte, -1]] as const) {
    assert.equal(method.settings.safeParse({ steps }).success, false);
    assert.equal(method.settings.safeParse({ unknown: 1 }).success, false);
    assert.equal(method.grid.length, 6);
    for (const settings of method.grid) method.settings.parse(settings);
    assert.equal(method.online, true);
    assert.equal(method.blockwise, undefined, "larger scans are refused");
  }
});
