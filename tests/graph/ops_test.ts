import assert from "node:assert/strict";
import { SOFTWARE_SETTING } from "../../lib/gpu/mod.ts";
import { accumulate } from "../../lib/graph/ops/accumulate.ts";
import {
  batchNorm,
  batchNormBackwardReference,
  batchNormReference,
  statisticsReference,
  tailBackwardReference,
  tailReference,
} from "../../lib/graph/ops/batch_norm.ts";
import { centreRows, centreRowsReference } from "../../lib/graph/ops/centre_rows.ts";
import {
  concatenate,
  concatenateBackwardReference,
  concatenateReference,
} from "../../lib/graph/ops/concatenation.ts";
import {
  cosineDistillation,
  cosineDistillationReference,
} from "../../lib/graph/losses/cosine_distillation.ts";
import { crossEntropy, crossEntropyReference } from "../../lib/graph/losses/cross_entropy.ts";
import { entropy, entropyReference } from "../../lib/graph/losses/entropy.ts";
import { gather, gatherBackwardReference, gatherReference } from "../../lib/graph/ops/gather.ts";
import { gelu, geluBackwardReference, geluReference } from "../../lib/graph/ops/gelu.ts";
import { recordLoss } from "../../lib/graph/losses/mean_loss.ts";
import { adamReference, adamStep } from "../../lib/graph/optimizers/adam.ts";
import { sgdReference, sgdStep } from "../../lib/graph/optimizers/sgd.ts";
import { softmax, softmaxReference } from "../../lib/graph/ops/softmax.ts";
import { Graph } from "../../lib/graph/graph.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { Tensor } from "../../lib/graph/tensor.ts";
import { withGpu } from "../gpu.ts";
import {
  assertClose,
  centralDifferences,
  dot,
  inputTensor,
  parameter,
  runGraph,
  seededNumbers,
  seedGradient,
  wordTensor,
} from "./support.ts";

const TOLERANCE = 1e-5;
const SHAPES = [[1, 4], [7, 5], [130, 3], [200, 16]] as const;

Deno.test("geluReference() has the gradient of central differences", () => {
  const x = seededNumbers(1, 60).map((value) => 4 * value);
  const dy = seededNumbers(2, 60);
  const numeric = centralDifferences((moved) => dot(geluReference(moved), dy), x);
  assertClose(geluBackwardReference(x, dy), numeric, 1e-6, "gelu");
});

withGpu("gelu() equals its reference, forward and backward", async (gpu) => {
  for (const [rows, channels] of SHAPES) {
    const x = seededNumbers(3, rows * channels).map((value) => Math.fround(4 * value));
    const dy = seededNumbers(4, x.length).map(Math.fround);
    const got = await runGraph(gpu, (graph, owned) => {
      const input = inputTensor(gpu, owned, "x", x, channels);
      const y = gelu(graph, input);
      seedGradient(graph, y, inputTensor(gpu, owned, "dy", dy, channels));
      graph.backward();
      return { y, dx: graph.gradient(input) };
    });
    assertClose(got.y, geluReference(x), TOLERANCE, "y");
    assertClose(got.dx, geluBackwardReference(x, dy), TOLERANCE, "dx");
  }
});

withGpu("Graph.backward() sums the gradients of three uses", async (gpu) => {
  for (const [rows, channels] of SHAPES) {
    const x = seededNumbers(5, rows * channels).map((value) => Math.fround(4 * value));
    const terms = [6, 7, 80].map((seed) => seededNumbers(seed, x.length).map(Math.fround));
    const got = await runGraph(gpu, (graph, owned) => {
      const input = inputTensor(gpu, owned, "x", x, channels);
      const y = gelu(graph, input);
      for (const dy of terms) seedGradient(graph, y, inputTensor(gpu, owned, "dy", dy, channels));
      graph.backward();
      return { dx: graph.gradient(input) };
    });
    const dy = terms[0]!.map((value, i) => value + terms[1]![i]! + terms[2]![i]!);
    assertClose(got.dx, geluBackwardReference(x, dy), TOLERANCE, "dx");
  }
});

Deno.test("ops on two tensors refuse other shapes", () => {
  const graph = new Graph(SOFTWARE_SETTING);
  const a = graph.tensor("a", 3, 4);
  assert.throws(() => concatenate(graph, a, graph.tensor("b", 2, 4)), TypeError);
  const row = graph.tensor("row", 1, 4);
  const learned = { values: row, gradient: row, trainable: true };
  const state = { gamma: learned, beta: learned, runningMean: row, runningVariance: row };
  const mode = { statistics: "batch", momentum: 0, epsilon: EPSILON } as const;
  for (const residual of [graph.tensor("b", 3, 5), graph.tensor("b", 2, 4)]) {
    assert.throws(() => batchNorm(graph, a, state, mode, { residual }), TypeError);
  }
});

withGpu("concatenate() equals its reference, also with a seam inside a vec4f", async (gpu) => {
  for (const [rows, ca, cb] of [[1, 4, 4], [9, 3, 5], [70, 16, 6]] as const) {
    const a = seededNumbers(8, rows * ca).map(Math.fround);
    const b = seededNumbers(9, rows * cb).map(Math.fround);
    const dy = seededNumbers(10, rows * (ca + cb)).map(Math.fround);
    const more = seededNumbers(81, dy.length).map(Math.fround);
    const run = (...terms: Float64Array[]) =>
      runGraph(gpu, (graph, owned) => {
        const left = inputTensor(gpu, owned, "a", a, ca);
        const right = inputTensor(gpu, owned, "b", b, cb);
        const y = concatenate(graph, left, right);
        for (const term of terms) {
          seedGradient(graph, y, inputTensor(gpu, owned, "dy", term, ca + cb));
        }
        graph.backward();
        return { y, da: graph.gradient(left), db: graph.gradient(right) };
      });
    const got = await run(dy);
    const [da, db] = concatenateBackwardReference(dy, rows, ca);
    assertClose(got.y, concatenateReference(a, b, rows), 0, "y");
    assertClose(got.da, da, 0, "da");
    assertClose(got.db, db, 0, "db");
    const twice = await run(dy, more);
    const sum = concatenateBackwardReference(dy.map((v, i) => Math.fround(v + more[i]!)), rows, ca);
    assertClose(twice.da, sum[0], 0, "da of two uses");
    assertClose(twice.db, sum[1], 0, "db of two uses");
    const numeric = centralDifferences((x) => dot(concatenateReference(x, b, rows), dy), a);
    assertClose(da, numeric, 1e-6, "central differences");
  }
});

withGpu("gather() copies voxel rows to points and sums their gradients back", async (gpu) => {
  for (const [voxels, points, channels] of [[1, 1, 4], [5, 40, 3], [60, 300, 13]] as const) {
    const x = seededNumbers(11, voxels * channels).map(Math.fround);
    const dy = seededNumbers(12, points * channels).map(Math.fround);
    const pointRow = Array.from(
      seededNumbers(13, points),
      (value, p) => p < voxels ? p : Math.floor((value + 1) / 2 * voxels),
    );
    const order = pointRow.map((_, p) => p).sort((p, q) => pointRow[p]! - pointRow[q]! || p - q);
    const starts = Array.from(
      { length: voxels + 1 },
      (_, row) => pointRow.filter((other) => other < row).length,
    );
    const got = await runGraph(gpu, (graph, owned) => {
      const input = inputTensor(gpu, owned, "x", x, channels);
      const y = gather(graph, input, {
        points,
        pointRow: wordTensor(gpu, owned, "pointRow", pointRow),
        order: wordTensor(gpu, owned, "order", order),
        starts: wordTensor(gpu, owned, "starts", starts),
      });
      seedGradient(graph, y, inputTensor(gpu, owned, "dy", dy, channels));
      graph.backward();
      return { y, dx: graph.gradient(input) };
    });
    const dx = gatherBackwardReference(dy, pointRow, channels, voxels);
    assertClose(got.y, gatherReference(x, pointRow, channels), 0, "y");
    assertClose(got.dx, dx, TOLERANCE, "dx");
    const numeric = centralDifferences((m) => dot(gatherReference(m, pointRow, channels), dy), x);
    assertClose(dx, numeric, 1e-6, "central differences");
  }
});

const EPSILON = 1e-5;

Deno.test("batchNormReference() has the gradient of central differences", () => {
  const [rows, channels] = [9, 3];
  const x = seededNumbers(14, rows * channels);
  const dy = seededNumbers(15, rows * channels);
  const gamma = seededNumbers(16, channels);
  const beta = seededNumbers(17, channels);
  const fixed = {
    mean: seededNumbers(18, channels),
    variance: seededNumbers(19, channels).map((value) => value + 2),
  };
  for (const isBatch of [true, false]) {
    const stats = (moved: Float64Array) => isBatch ? statisticsReference(moved, rows) : fixed;
    const loss = (m: Float64Array, g: Float64Array, b: Float64Array) =>
      dot(batchNormReference(m, stats(m), g, b, EPSILON), dy);
    const got = batchNormBackwardReference(x, dy, stats(x), gamma, EPSILON, isBatch);
    assertClose(got.dx, centralDifferences((m) => loss(m, gamma, beta), x), 1e-6, "dx");
    assertClose(got.dgamma, centralDifferences((m) => loss(x, m, beta), gamma), 1e-6, "dgamma");
    assertClose(got.dbeta, centralDifferences((m) => loss(x, gamma, m), beta), 1e-6, "dbeta");
  }
});

for (const statistics of ["batch", "running"] as const) {
  withGpu(`batchNorm() with ${statistics} statistics equals its reference`, async (gpu) => {
    for (const [rows, channels] of [[2, 4], [7, 5], [64, 16], [200, 13]] as const) {
      // With a mean far from zero, a variance computed as E[x²] - E[x]² would be wrong.
      const x = seededNumbers(20, rows * channels).map((value) => Math.fround(value + 30));
      const dy = seededNumbers(21, x.length).map(Math.fround);
      const gamma = seededNumbers(22, channels).map(Math.fround);
      const beta = seededNumbers(23, channels).map(Math.fround);
      const running = {
        mean: seededNumbers(24, channels).map((value) => Math.fround(value + 30)),
        variance: seededNumbers(25, channels).map((value) => Math.fround(value + 2)),
      };
      const got = await runGraph(gpu, (graph, owned) => {
        const input = inputTensor(gpu, owned, "x", x, channels);
        const state = {
          gamma: parameter(gpu, owned, "gamma", gamma),
          beta: parameter(gpu, owned, "beta", beta),
          runningMean: inputTensor(gpu, owned, "mean", running.mean, channels, false),
          runningVariance: inputTensor(gpu, owned, "variance", running.variance, channels, false),
        };
        const mode = { statistics, momentum: 0.1, epsilon: EPSILON };
        const y = batchNorm(graph, input, state, mode);
        seedGradient(graph, y, inputTensor(gpu, owned, "dy", dy, channels));
        graph.backward();
        return {
          y,
          dx: graph.gradient(input),
          dgamma: state.gamma.gradient,
          dbeta: state.beta.gradient,
          mean: state.runningMean,
          variance: state.runningVariance,
        };
      });
      const isBatch = statistics === "batch";
      const stats = isBatch ? statisticsReference(x, rows) : running;
      const want = batchNormBackwardReference(x, dy, stats, gamma, EPSILON, isBatch);
      // Near 30, the rounding of float32 is 2e-6 of the deviation.
      assertClose(got.y, batchNormReference(x, stats, gamma, beta, EPSILON), 3e-5, "y");
      assertClose(got.dx, want.dx, rows === 2 ? 0.05 : 5e-5, "dx");
      assertClose(got.dgamma, want.dgamma, 5e-5, "dgamma");
      assertClose(got.dbeta, want.dbeta, TOLERANCE, "dbeta");
      const moved = (old: Float64Array, now: Float64Array, scale: number) =>
        isBatch ? old.map((value, c) => value + 0.1 * (now[c]! * scale - value)) : old;
      assertClose(got.mean, moved(running.mean, stats.mean, 1), TOLERANCE, "running mean");
      assertClose(
        got.variance,
        moved(running.variance, stats.variance, rows / (rows - 1)),
        TOLERANCE,
        "running variance",
      );
    }
  });
}

Deno.test("tailReference() has the gradient of central differences", () => {
  const norm = seededNumbers(82, 40);
  const residual = seededNumbers(83, norm.length);
  const dy = seededNumbers(84, norm.length);
  for (const relu of [false, true]) {
    const got = tailBackwardReference(tailReference(norm, residual, relu), dy, relu);
    const loss = (n: Float64Array, r: Float64Array) => dot(tailReference(n, r, relu), dy);
    assertClose(got, centralDifferences((m) => loss(m, residual), norm), 1e-6, "norm");
    assertClose(got, centralDifferences((m) => loss(norm, m), residual), 1e-6, "residual");
  }
});

for (const relu of [false, true]) {
  for (const hasResidual of [false, true]) {
    const tail = [...(hasResidual ? ["a residual"] : []), ...(relu ? ["ReLU"] : [])].join(" and ");
    withGpu(`batchNorm() with ${tail || "no tail"}, used up to three times`, async (gpu) => {
      for (const [uses, rows, channels] of [[1, 7, 5], [2, 70, 5], [3, 130, 16]] as const) {
        const x = seededNumbers(85, rows * channels).map(Math.fround);
        const residual = seededNumbers(86, x.length).map(Math.fround);
        const gamma = seededNumbers(87, channels).map(Math.fround);
        const beta = seededNumbers(88, channels).map(Math.fround);
        const terms = Array.from(
          { length: uses },
          (_, i) => seededNumbers(89 + i, x.length).map(Math.fround),
        );
        const got = await runGraph(gpu, (graph, owned) => {
          const input = inputTensor(gpu, owned, "x", x, channels);
          const added = inputTensor(gpu, owned, "residual", residual, channels);
          const zeros = inputTensor(gpu, owned, "unused", beta.map(() => 0), channels, false);
          const state = {
            gamma: parameter(gpu, owned, "gamma", gamma),
            beta: parameter(gpu, owned, "beta", beta),
            runningMean: zeros,
            runningVariance: zeros,
          };
          const mode = { statistics: "batch", momentum: 0, epsilon: EPSILON } as const;
          const y = batchNorm(graph, input, state, mode, {
            relu,
            ...(hasResidual ? { residual: added } : {}),
          });
          for (const dy of terms) {
            seedGradient(graph, y, inputTensor(gpu, owned, "dy", dy, channels));
          }
          graph.backward();
          return {
            y,
            dx: graph.gradient(input),
            dresidual: hasResidual ? graph.gradient(added) : zeros,
            dgamma: state.gamma.gradient,
            dbeta: state.beta.gradient,
          };
        });
        const stats = statisticsReference(x, rows);
        const norm = batchNormReference(x, stats, gamma, beta, EPSILON);
        const y = tailReference(norm, hasResidual ? residual : null, relu);
        const dy = terms.reduce((sum, term) => sum.map((value, i) => value + term[i]!));
        const g = tailBackwardReference(y, dy, relu);
        const want = batchNormBackwardReference(x, g, stats, gamma, EPSILON, true);
        assertClose(got.y, y, TOLERANCE, "y");
        assertClose(got.dx, want.dx, TOLERANCE, "dx");
        if (hasResidual) assertClose(got.dresidual, g, TOLERANCE, "dresidual");
        assertClose(got.dgamma, want.dgamma, TOLERANCE, "dgamma");
        assertClose(got.dbeta, want.dbeta, TOLERANCE, "dbeta");
      }
    });
  }
}

const IGNORE = 255;

Deno.test("loss references have the gradients of central differences", () => {
  const logits = seededNumbers(26, 6 * 5).map((value) => 3 * value);
  const targets = [0, 4, IGNORE, 2, 1, IGNORE];
  assertClose(
    crossEntropyReference(logits, targets, 5, IGNORE).gradient,
    centralDifferences((m) => crossEntropyReference(m, targets, 5, IGNORE).loss, logits),
    1e-6,
    "cross-entropy",
  );
  assertClose(
    entropyReference(logits, 5).gradient,
    centralDifferences((m) => entropyReference(m, 5).loss, logits),
    1e-6,
    "entropy",
  );
  const t = seededNumbers(27, 6 * 5);
  const centre = seededNumbers(28, 5);
  const mask = [0.5, 0, 1.25, 1.25, 0, 1];
  assertClose(
    cosineDistillationReference(logits, t, mask, centre).gradient,
    centralDifferences((m) => cosineDistillationReference(m, t, mask, centre).loss, logits),
    1e-6,
    "cosine",
  );
});

withGpu("losses equal their references, forward and backward", async (gpu) => {
  for (const [rows, channels] of [[1, 4], [7, 5], [300, 13]] as const) {
    const logits = seededNumbers(29, rows * channels).map((value) => Math.fround(5 * value));
    const targets = Array.from(
      seededNumbers(30, rows),
      (value, row) => row % 5 === 4 ? IGNORE : Math.floor((value + 1) / 2 * channels),
    );
    const t = seededNumbers(31, rows * channels).map(Math.fround);
    const centre = seededNumbers(32, channels).map(Math.fround);
    const weights = targets.map((label) => label === IGNORE ? 0 : 1 + label % 3);
    const counted = weights.filter((value) => value > 0).length;
    const mean = weights.reduce((sum, value) => sum + value) / counted;
    const mask = weights.map((value) => Math.fround(value / mean));
    // Another label that is left out is one of the classes.
    const ignored = rows === 300 ? 3 : IGNORE;
    const got = await runGraph(gpu, (graph, owned) => {
      const inputs = [0, 1, 2].map((i) =>
        inputTensor(gpu, owned, `logits ${i}`, logits, channels)
      ) as [Tensor, Tensor, Tensor];
      const labels = wordTensor(gpu, owned, "targets", targets);
      const ce = crossEntropy(graph, inputs[0], labels, { ignore: ignored, weight: 0.5 });
      const ent = entropy(graph, inputs[1], 2);
      const kd = cosineDistillation(graph, inputs[2], {
        values: inputTensor(gpu, owned, "t", t, channels, false),
        mask: new Tensor("mask", rows, 1, {
          binding: owned.use(gpu.upload("mask", Float32Array.from(mask))),
        }),
        centre: inputTensor(gpu, owned, "centre", centre, channels, false),
      }, 3);
      graph.backward();
      const [dce, dent, dkd] = inputs.map((input) => graph.gradient(input));
      return { ce, ent, kd, dce, dent, dkd };
    });
    const labelled = targets.filter((label) => label !== ignored && label < channels).length;
    const ce = crossEntropyReference(logits, targets, channels, ignored);
    const ent = entropyReference(logits, channels);
    const kd = cosineDistillationReference(logits, t, mask, centre);
    assertClose(got.ce, [ce.loss, labelled], TOLERANCE, "cross-entropy");
    assertClose(got.ent, [ent.loss, rows], TOLERANCE, "entropy");
    assertClose(got.kd, [kd.loss, counted], TOLERANCE, "cosine");
    assertClose(got.dce, ce.gradient.map((value) => value / 2), TOLERANCE, "dce");
    assertClose(got.dent, ent.gradient.map((value) => value * 2), TOLERANCE, "dentropy");
    assertClose(got.dkd, kd.gradient.map((value) => value * 3), TOLERANCE, "dcosine");
  }
});

withGpu("losses of inputs that want no gradient have the same bits", async (gpu) => {
  const [rows, channels] = [130, 5];
  const logits = seededNumbers(92, rows * channels).map(Math.fround);
  const targets = Array.from({ length: rows }, (_, row) => row % 7);
  const run = (wanted: boolean) =>
    runGraph(gpu, (graph, owned) => {
      const input = inputTensor(gpu, owned, "logits", logits, channels, wanted);
      const labels = wordTensor(gpu, owned, "targets", targets);
      return {
        // Labels 5 and 6 are no classes, and 2 is to be ignored.
        ce: crossEntropy(graph, input, labels, { ignore: 2, weight: 1 }),
        ent: entropy(graph, input, 1),
        kd: cosineDistillation(graph, input, {
          values: inputTensor(gpu, owned, "t", seededNumbers(93, logits.length), channels, false),
          mask: new Tensor("mask", rows, 1, {
            binding: owned.use(
              gpu.upload("mask", Float32Array.from(targets, (label) => label > 3 ? 1 : 0)),
            ),
          }),
          centre: inputTensor(gpu, owned, "centre", new Float64Array(channels), channels, false),
        }, 1),
      };
    });
  const [without, withGradient] = [await run(false), await run(true)];
  assert.deepEqual(without, withGradient);
  const reference = crossEntropyReference(logits, targets, channels, 2);
  assertClose(
    without.ce,
    [reference.loss, targets.filter((label) => label < 5 && label !== 2).length],
    TOLERANCE,
    "cross-entropy",
  );
  assert.equal(without.kd[1], targets.filter((label) => label > 3).length);
});

withGpu("cosineDistillation() without any target is zero and has no gradient", async (gpu) => {
  const got = await runGraph(gpu, (graph, owned) => {
    const z = inputTensor(gpu, owned, "z", seededNumbers(33, 20), 4);
    const kd = cosineDistillation(graph, z, {
      values: inputTensor(gpu, owned, "t", seededNumbers(34, 20), 4, false),
      mask: new Tensor("mask", 5, 1, { binding: owned.use(gpu.zeros("mask", 20)) }),
      centre: inputTensor(gpu, owned, "centre", new Float64Array(4), 4, false),
    }, 1);
    graph.backward();
    return { kd, dz: graph.gradient(z) };
  });
  assert.deepEqual([...got.kd], [0, 0]);
  assert.ok(got.dz.every((value) => value === 0));
});

withGpu(
  "softmax() equals its reference, also on logits whose exponential overflows",
  async (gpu) => {
    for (const [rows, channels] of SHAPES) {
      const logits = seededNumbers(35, rows * channels).map((value) => Math.fround(200 * value));
      const got = await runGraph(gpu, (graph, owned) => ({
        y: softmax(graph, inputTensor(gpu, owned, "logits", logits, channels)),
      }));
      assertClose(got.y, softmaxReference(logits, channels), TOLERANCE, "probabilities");
    }
  },
);

withGpu("centreRows() equals its reference; rows without a target are zero", async (gpu) => {
  for (const [rows, channels] of SHAPES) {
    const t = seededNumbers(36, rows * channels).map(Math.fround);
    const centre = seededNumbers(37, channels).map(Math.fround);
    const mask = Float32Array.from({ length: rows }, (_, row) => row % 4 === 3 ? 0 : 1);
    // A target that equals the centre has no direction.
    if (rows > 4) t.set(centre, 0);
    const got = await runGraph(gpu, (graph, owned) => ({
      y: centreRows(graph, {
        values: inputTensor(gpu, owned, "t", t, channels, false),
        mask: new Tensor("mask", rows, 1, { binding: owned.use(gpu.upload("mask", mask)) }),
        centre: inputTensor(gpu, owned, "centre", centre, channels, false),
      }),
    }));
    assertClose(got.y, centreRowsReference(t, mask, centre), TOLERANCE, "centred");
  }
});

withGpu("accumulate() adds at every submit to a buffer that outlives the plan", async (gpu) => {
  using owned = new DisposableStack();
  const x = seededNumbers(38, 35).map(Math.fround);
  const buffer = owned.use(gpu.zeros("total", 7 * 8 * 4));
  const total = new Tensor("total", 7, 5, { binding: buffer });
  const graph = new Graph(gpu.kernels);
  accumulate(graph, inputTensor(gpu, owned, "x", x, 5), total);
  using plan = new Plan(gpu, graph);
  for (let i = 0; i < 3; i++) plan.submit();
  const stored = await gpu.read(buffer, Float32Array);
  const got = stored.filter((_, i) => i % 8 < 5);
  assertClose(got, Array.from(x, (value) => 3 * value), TOLERANCE, "total");
});

withGpu("recordLoss() appends without the host and drops what does not fit", async (gpu) => {
  using owned = new DisposableStack();
  const buffer = owned.use(gpu.zeros("history", 16));
  const history = new Tensor("history", 1, 4, { binding: buffer });
  const graph = new Graph(gpu.kernels);
  recordLoss(graph, inputTensor(gpu, owned, "loss", [0.5, 9], 2), history, 3);
  using plan = new Plan(gpu, graph);
  for (let i = 0; i < 5; i++) plan.submit();
  const words = await gpu.read(buffer, Uint32Array);
  assert.equal(words[0], 3);
  assert.deepEqual([...new Float32Array(words.buffer, 4)], [0.5, 0.5, 0.5]);
});

withGpu("optimizer steps equal their references and leave the gradient zero", async (gpu) => {
  const count = 4 * 37;
  const start = seededNumbers(36, count).map(Math.fround);
  const gradients = [0, 1, 2].map((step) => seededNumbers(37 + step, count).map(Math.fround));
  const sgd = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 };
  const adam = {
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.05,
  };
  for (const method of ["sgd", "adam"] as const) {
    using owned = new DisposableStack();
    const values = owned.use(gpu.upload("w", Float32Array.from(start)));
    const gradient = owned.use(gpu.zeros("g", count * 4));
    const first = owned.use(gpu.zeros("m", count * 4));
    const second = owned.use(gpu.zeros("v", count * 4));
    const [w, m, v] = [start.slice(), new Float64Array(count), new Float64Array(count)];
    gradients.forEach((g, i) => {
      gpu.write(gradient, Float32Array.from(g));
      if (method === "sgd") {
        gpu.run([sgdStep({ values, gradient, velocity: first }, count / 4, sgd, 1)]);
        sgdReference(w, g, m, sgd);
      } else {
        gpu.run([adamStep({ values, gradient, first, second }, count / 4, i + 1, adam, 1)]);
        adamReference(w, g, m, v, i + 1, adam);
      }
    });
    assertClose(await gpu.read(values, Float32Array), w, TOLERANCE, method);
    assert.ok((await gpu.read(gradient, Float32Array)).every((value) => value === 0));
  }
});
