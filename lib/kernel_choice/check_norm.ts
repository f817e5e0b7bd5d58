/**
 * The self-check of batch norm, its tail and their gradients: sums over all rows, which are merged by chunks.
 *
 * @module
 */
import type { Gpu, KernelSetting, RowPrecision } from "../gpu/mod.ts";
import { Graph } from "../graph/graph.ts";
import { Plan } from "../graph/plan.ts";
import { Tensor } from "../graph/tensor.ts";
import {
  batchNorm,
  batchNormBackwardReference,
  batchNormReference,
  statisticsReference,
  tailBackwardReference,
  tailReference,
} from "../graph/ops/batch_norm.ts";
import { convert } from "../graph/ops/convert.ts";
import { fault, numbers } from "./check_results.ts";

/** Rows take several chunks and do not fill the last. Channels are whole quads, so that there is no padding. */
const ROWS = 150;
const CHANNELS = 44;
const EPSILON = 1e-5;

/** Runs a batch norm forward and backward; null where all is right, else what is wrong. */
export async function checkNorm(gpu: Gpu, kernels: KernelSetting): Promise<string | null> {
  using owned = new DisposableStack();
  const { precision } = kernels;
  const [x, residual, dy] = [11, 12, 13].map((seed) => stored(seed, ROWS * CHANNELS, precision));
  const [gamma, beta] = [numbers(14, CHANNELS), numbers(15, CHANNELS)];
  const tensor = (label: string, data: Float32Array, requiresGradient = false) =>
    new Tensor(label, data.length / CHANNELS, CHANNELS, {
      binding: owned.use(gpu.upload(label, data)),
      requiresGradient,
    });
  const learned = (label: string, data: Float32Array) => ({
    values: tensor(label, data),
    gradient: tensor(`${label} gradient`, new Float32Array(CHANNELS)),
    trainable: true,
  });
  const graph = new Graph(kernels);
  const rows = (label: string, data: Float32Array) => tensor(label, data, true);
  const [input, added] = [rows("x", x!), rows("residual", residual!)];
  const state = { gamma: learned("gamma", gamma), beta: learned("beta", beta) };
  const y = batchNorm(
    graph,
    convert(graph, input, precision),
    { ...state, runningMean: state.beta.values, runningVariance: state.beta.values },
    { statistics: "batch", momentum: 0, epsilon: EPSILON },
    { relu: true, residual: convert(graph, added, precision) },
  );
  const gradient = convert(graph, tensor("dy", dy!), precision);
  graph.loss(() => graph.contribute(y, gradient));
  graph.backward();
  const results = [
    y,
    graph.gradient(input)!,
    graph.gradient(added)!,
    state.gamma.gradient,
    state.beta.gradient,
  ];
  using plan = new Plan(gpu, graph, results.slice(0, 3), "self-check");
  plan.submit();
  const [actualY, dx, dresidual, dgamma, dbeta] = await Promise.all(
    results.map((result) => plan.read(result)),
  );
  const statistics = statisticsReference(x!, ROWS);
  const norm = batchNormReference(x!, statistics, gamma, beta, EPSILON);
  const expectedY = tailReference(norm, residual!, true);
  const through = tailBackwardReference(expectedY, dy!, true);
  const expected = batchNormBackwardReference(x!, through, statistics, gamma, EPSILON, true);
  return fault([
    ["norms", actualY!, expectedY],
    ["their gradients", dx!, expected.dx],
    ["their residuals' gradients", dresidual!, through],
    ["their scales' gradients", dgamma!, expected.dgamma],
    ["their shifts' gradients", dbeta!, expected.dbeta],
  ], precision);
}

/** Numbers from a seed that a precision holds. */
function stored(seed: number, count: number, precision: RowPrecision): Float32Array {
  const all = numbers(seed, count);
  return precision === "f16" ? Float32Array.from(Float16Array.from(all)) : all;
}
