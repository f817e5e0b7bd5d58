/** Rows stored in float16: ops against their references, and what refuses such rows. */
import assert from "node:assert/strict";
import {
  HARDWARE_SETTINGS,
  inPrecision,
  SOFTWARE_SETTING,
  WINDOW_BYTES,
} from "../../lib/gpu/mod.ts";
import { Graph } from "../../lib/graph/graph.ts";
import { crossEntropy, crossEntropyReference } from "../../lib/graph/losses/cross_entropy.ts";
import {
  batchNorm,
  batchNormBackwardReference,
  batchNormReference,
  statisticsReference,
  tailBackwardReference,
  tailReference,
} from "../../lib/graph/ops/batch_norm.ts";
import { biasGradientReference } from "../../lib/graph/ops/bias_gradient.ts";
import {
  concatenate,
  concatenateBackwardReference,
  concatenateReference,
} from "../../lib/graph/ops/concatenation.ts";
import { convert } from "../../lib/graph/ops/convert.ts";
import { gelu } from "../../lib/graph/ops/gelu.ts";
import { linear } from "../../lib/graph/ops/learned.ts";
import { linearBackwardReference, linearReference } from "../../lib/graph/ops/linear.ts";
import { Tensor } from "../../lib/graph/tensor.ts";
import { selfCheck } from "../../lib/kernel_choice/mod.ts";
import { packedLength, packKernel, unpackKernel } from "../../lib/nn/packing.ts";
import { withGpu } from "../gpu.ts";
import {
  assertClose,
  inputTensor,
  parameter,
  runGraph,
  seededNumbers,
  seedGradient,
  wordTensor,
} from "./support.ts";

/** Rounding to the nearest float16 is within 4.9e-4 of a number. */
const HALF = 5e-4;
const SOFTWARE = inPrecision(SOFTWARE_SETTING, "f16");
const HARDWARE = inPrecision(HARDWARE_SETTINGS[0]!, "f16");

/** Numbers that float16 holds. */
function halves(seed: number, count: number): Float64Array {
  return seededNumbers(seed, count).map(Math.f16round);
}

withGpu("the self-check finds a setting right in float16", async (gpu) => {
  assert.equal(await selfCheck(gpu, HARDWARE), null);
});

withGpu("concatenate() moves rows in float16 as they are", async (gpu) => {
  for (const [rows, ca, cb] of [[9, 3, 5], [70, 16, 6]] as const) {
    const [a, b, dy] = [halves(1, rows * ca), halves(2, rows * cb), halves(3, rows * (ca + cb))];
    const got = await runGraph(gpu, (graph, owned) => {
      const [left, right] = [
        inputTensor(gpu, owned, "a", a, ca),
        inputTensor(gpu, owned, "b", b, cb),
      ];
      const y = concatenate(graph, convert(graph, left, "f16"), convert(graph, right, "f16"));
      assert.equal(y.bytes, rows * y.width * 2);
      seedGradient(graph, y, inputTensor(gpu, owned, "dy", dy, ca + cb));
      graph.backward();
      return { y, da: graph.gradient(left), db: graph.gradient(right) };
    }, SOFTWARE);
    const [da, db] = concatenateBackwardReference(dy, rows, ca);
    assertClose(got.y, concatenateReference(a, b, rows), 0, "y");
    assertClose(got.da, da, 0, "da");
    assertClose(got.db, db, 0, "db");
  }
});

withGpu("batchNorm() on rows in float16 equals its reference, used twice", async (gpu) => {
  const [rows, channels, epsilon] = [130, 13, 1e-5];
  const [x, residual, first, second] = [4, 5, 6, 7].map((seed) =>
    halves(seed, rows * channels)
  ) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [gamma, beta] = [seededNumbers(8, channels), seededNumbers(9, channels)];
  const got = await runGraph(gpu, (graph, owned) => {
    const input = inputTensor(gpu, owned, "x", x, channels);
    const added = inputTensor(gpu, owned, "residual", residual, channels);
    const unused = inputTensor(gpu, owned, "unused", beta, channels, false);
    const state = {
      gamma: parameter(gpu, owned, "gamma", gamma),
      beta: parameter(gpu, owned, "beta", beta),
      runningMean: unused,
      runningVariance: unused,
    };
    const mode = { statistics: "batch", momentum: 0, epsilon } as const;
    const y = batchNorm(graph, convert(graph, input, "f16"), state, mode, {
      relu: true,
      residual: convert(graph, added, "f16"),
    });
    for (const dy of [first, second]) {
      seedGradient(
        graph,
        y,
        convert(graph, inputTensor(gpu, owned, "dy", dy, channels, false), "f16"),
      );
    }
    graph.backward();
    return {
      y,
      dx: graph.gradient(input),
      dresidual: graph.gradient(added),
      dgamma: state.gamma.gradient,
      dbeta: state.beta.gradient,
    };
  }, SOFTWARE);
  const stats = statisticsReference(x, rows);
  const y = tailReference(batchNormReference(x, stats, gamma, beta, epsilon), residual, true);
  const g = tailBackwardReference(y, first.map((value, i) => value + second[i]!), true);
  const want = batchNormBackwardReference(x, g, stats, gamma, epsilon, true);
  assertClose(got.y, y, HALF, "y");
  assertClose(got.dx, want.dx, 2 * HALF, "dx");
  assertClose(got.dresidual, g, HALF, "dresidual");
  assertClose(got.dgamma, want.dgamma, HALF, "dgamma");
  assertClose(got.dbeta, want.dbeta, HALF, "dbeta");
});

withGpu("a loss's gradient reaches parameters through rows in float16", async (gpu) => {
  // So many rows that a gradient of single rows would vanish in float16 were the loss not scaled.
  const [rows, cin, classes] = [3000, 8, 5];
  const x = halves(10, rows * cin);
  const shape = { rows, cin, cout: classes };
  const [weight, bias] = [seededNumbers(11, cin * classes), seededNumbers(12, classes)];
  const labels = Array.from({ length: rows }, (_, row) => row % classes);
  for (const kernels of [SOFTWARE, HARDWARE]) {
    const got = await runGraph(gpu, (graph, owned) => {
      const input = inputTensor(gpu, owned, "x", x, cin);
      const packed = [cin, classes];
      const tensor = (label: string, data: Float32Array) => {
        const binding = owned.use(gpu.upload(label, data, WINDOW_BYTES));
        return new Tensor(label, data.length / 4, 4, { binding });
      };
      const kernel = {
        values: tensor("weight", packKernel(weight, packed)),
        gradient: tensor("dweight", new Float32Array(packedLength(packed))),
        trainable: true,
      };
      const shift = parameter(gpu, owned, "bias", bias);
      const y = linear(graph, convert(graph, input, "f16"), kernel, shift, classes);
      assert.equal(y.precision, "f16");
      const logits = convert(graph, y, "f32");
      const targets = wordTensor(gpu, owned, "labels", labels);
      const loss = crossEntropy(graph, logits, targets, { ignore: 255, weight: 1 });
      graph.backward();
      return {
        y,
        loss,
        dx: graph.gradient(input),
        dweight: kernel.gradient,
        dbias: shift.gradient,
      };
    }, kernels);
    const y = linearReference(x, weight, bias, shape);
    const { loss, gradient } = crossEntropyReference(y, labels, classes, 255);
    const want = linearBackwardReference(x, weight, gradient, shape);
    const { lossScale } = new Graph(kernels);
    assertClose(got.y, y, HALF, "y");
    assertClose(got.loss.slice(0, 1), [loss], HALF, "loss");
    const scaled = (values: Float64Array) => values.map((value) => value * lossScale);
    assertClose(got.dx, scaled(want.dx), 4 * HALF, "dx");
    const dweight = unpackKernel(got.dweight, [cin, classes]);
    assertClose(dweight, scaled(want.dweight), 4 * HALF, "dweight");
    assertClose(got.dbias, scaled(biasGradientReference(gradient, classes)), 4 * HALF, "dbias");
  }
});

Deno.test("a graph refuses rows in float16 where a kernel takes float32 alone", () => {
  const graph = new Graph(SOFTWARE);
  assert.throws(
    () => gelu(graph, graph.features("x", 8, 4, false, "f16")),
    /Cannot launch gelu with float16 rows as binding 1.*convert the rows first/,
  );
});
