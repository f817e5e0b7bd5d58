/**
 * Single sparse operations against MinkowskiEngine, forward and backward, through pyramid, kernel maps and
 * autodiff. The cases are those of the file; their names give kernel size, stride and dilation.
 */
import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { Graph } from "../../lib/graph/graph.ts";
import { linear, sparseConvolution } from "../../lib/graph/ops/learned.ts";
import { Plan } from "../../lib/graph/plan.ts";
import type { Tensor } from "../../lib/graph/tensor.ts";
import { pairTensors } from "../../lib/nn/layers.ts";
import type { ParameterSpec } from "../../lib/nn/parameter_spec.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import type { NamedTensor, SafetensorsFile } from "../../lib/nn/safetensors.ts";
import { type KernelMap, Pyramid } from "../../lib/sparse/mod.ts";
import { withGpu } from "../gpu.ts";
import { inputTensor, relativeError, seedGradient, unpadRows } from "../graph/support.ts";
import {
  coordinateWords,
  golden,
  HAS_SPARSE_OPS,
  numbers,
  rowsByCoordinate,
  SPARSE_OPS,
} from "./golden.ts";

const TOLERANCE = 1e-5;

/** One case: its kernel map, and how it is written as a graph. */
interface Case {
  readonly name: string;
  /** The name of its test: a case may have several. */
  readonly title: string;
  readonly kernelSize: number;
  readonly stride: number;
  readonly dilation: number;
  /** Level of the output: the coarse one, or 0 after a transposed convolution. */
  readonly outLevel: number;
  /** Keys of the learned tensors under the case's name; the gradient of "a.b" or "b" is "da.b" or "db". */
  readonly learned: readonly string[];
  build(graph: Graph, x: Tensor, parameters: Parameters, map: KernelMap): Tensor;
}

/** Channels that a learned tensor puts out. */
function outChannels(parameters: Parameters, name: string): number {
  return parameters.specs.find((spec) => spec.name === name)!.shape.at(-1)!;
}

function bias(parameters: Parameters) {
  const hasBias = parameters.specs.some((spec) => spec.name === "bias");
  return hasBias ? parameters.parameter("bias", true) : null;
}

/** A sparse convolution with the lists of `map`, or with the two swapped. */
function convolve(
  graph: Graph,
  x: Tensor,
  parameters: Parameters,
  name: string,
  map: KernelMap,
  isTransposed = false,
): Tensor {
  const lists = [pairTensors(map.forward), pairTensors(map.transposed)] as const;
  const own = bias(parameters);
  return sparseConvolution(graph, x, parameters.parameter(name, true), {
    volume: map.volume,
    channels: outChannels(parameters, name),
    forward: lists[isTransposed ? 1 : 0],
    transposed: lists[isTransposed ? 0 : 1],
    ...(own ? { bias: own } : {}),
  });
}

/** The cases of one name: two for a kernel of one offset, which is also a linear layer; none for an unknown name. */
function casesOf(file: SafetensorsFile, name: string): Case[] {
  if (/^updown(_|$)/.test(name)) {
    return [{
      name,
      title: name,
      kernelSize: 2,
      stride: 2,
      dilation: 1,
      outLevel: 0,
      learned: ["down.kernel", "up.kernel"],
      build: (graph, x, parameters, map) =>
        convolve(
          graph,
          convolve(graph, x, parameters, "down.kernel", map),
          parameters,
          "up.kernel",
          map,
          true,
        ),
    }];
  }
  const match = /^conv_k(\d+)_s(\d+)(?:_d(\d+))?(?:_|$)/.exec(name);
  if (!match) return [];
  const [kernelSize, stride, dilation] = match.slice(1).map((word) => Number(word ?? 1));
  const convolution: Case = {
    name,
    title: name,
    kernelSize: kernelSize!,
    stride: stride!,
    dilation: dilation!,
    outLevel: Math.log2(stride!),
    learned: file.tensors.has(`${name}/bias`) ? ["kernel", "bias"] : ["kernel"],
    build: (graph, x, parameters, map) => convolve(graph, x, parameters, "kernel", map),
  };
  if (kernelSize !== 1 || stride !== 1) return [convolution];
  return [convolution, {
    ...convolution,
    title: `${name} as a linear layer`,
    build: (graph, x, parameters) =>
      linear(
        graph,
        x,
        parameters.parameter("kernel", true),
        bias(parameters),
        outChannels(parameters, "kernel"),
      ),
  }];
}

/** For every row of MinkowskiEngine, our row at the same coordinate. */
function matchRows(ours: Int32Array, theirs: ArrayLike<number>): number[] {
  const rows = rowsByCoordinate(ours, 4);
  assert.equal(rows.size * 3, theirs.length, "output rows");
  return Array.from(rowsByCoordinate(theirs, 3).keys(), (key) => {
    const row = rows.get(key);
    assert.ok(row !== undefined, `no output row at ${key}`);
    return row;
  });
}

/** Moves rows of `channels` numbers: row i of the result is row `from[i]`. */
function takeRows(values: ArrayLike<number>, from: readonly number[]): Float64Array {
  const channels = values.length / from.length;
  return Float64Array.from(
    values,
    (_, i) => values[from[Math.floor(i / channels)]! * channels + i % channels]!,
  );
}

/** The gradient's key in the file. */
function gradientKey(learned: string): string {
  return `d${learned}`;
}

/** Relative errors of output and gradients by name. */
async function errorsOf(
  gpu: Gpu,
  file: SafetensorsFile,
  test: Case,
): Promise<Record<string, number>> {
  const { name, stride, kernelSize, dilation, outLevel } = test;
  const data = (key: string) => numbers(file, `${name}/${key}`);
  const tensor = (key: string): NamedTensor => file.tensors.get(`${name}/${key}`)!;
  const channelsOf = (key: string) => tensor(key).shape.at(-1)!;
  using owned = new DisposableStack();

  const coords = data(file.tensors.has(`${name}/coords`) ? "coords" : "coords_in");
  const words = owned.use(gpu.upload("coords", coordinateWords(coords)));
  const pyramid = owned.use(
    await Pyramid.build(gpu, words, coords.length / 3, Math.log2(stride)),
  );
  const [map] = await pyramid.kernelMaps([{ kernelSize, stride, dilation, from: 0 }]);
  const out = pyramid.levels[outLevel]!;
  const outRows = matchRows(
    await gpu.read(out.coords, Int32Array, out.count * 4),
    data("coords_out"),
  );
  const theirRows: number[] = [];
  outRows.forEach((row, i) => theirRows[row] = i);

  const specs = test.learned.map((key): ParameterSpec => ({
    name: key,
    part: "backbone",
    kind: key === "bias" ? "bias" : "kernel",
    shape: tensor(key).shape,
  }));
  const parameters = owned.use(new Parameters(gpu, specs));
  parameters.load(new Map(test.learned.map((key) => [key, tensor(key)])));

  const graph = new Graph(gpu.kernels);
  const x = inputTensor(gpu, owned, "x", data("x"), channelsOf("x"));
  const y = test.build(graph, x, parameters, map!);
  const dy = inputTensor(gpu, owned, "dy", takeRows(data("dy"), theirRows), channelsOf("dy"));
  seedGradient(graph, y, dy);
  graph.backward();
  const dx = graph.gradient(x)!;
  const plan = owned.use(new Plan(gpu, graph, [y, dx]));
  plan.submit();

  const errors: Record<string, number> = {
    y: relativeError(
      takeRows(unpadRows(await plan.read(y), y.channels), outRows),
      data("y"),
    ),
    dx: relativeError(unpadRows(await plan.read(dx), x.channels), data("dx")),
  };
  const gradients = await parameters.gradientDict();
  for (const key of test.learned) {
    errors[gradientKey(key)] = relativeError(
      gradients.get(key)!.data as Float32Array,
      data(gradientKey(key)),
    );
  }
  return errors;
}

if (HAS_SPARSE_OPS) {
  const file = await golden(SPARSE_OPS);
  const names = [...new Set(Array.from(file.tensors.keys(), (key) => key.split("/")[0]!))];
  const cases = names.flatMap((name) => casesOf(file, name));
  Deno.test(`${SPARSE_OPS} holds cases, each of a name that tells what to run`, () => {
    assert.deepEqual(names, [...new Set(cases.map(({ name }) => name))]);
    assert.ok(names.length > 0);
  });
  for (const test of cases) {
    withGpu(`${test.title}: output and gradients equal MinkowskiEngine's`, async (gpu) => {
      const errors = Object.entries(await errorsOf(gpu, file, test));
      const list = errors.map(([key, error]) => `${key} ${error.toExponential(1)}`).join(", ");
      const worst = Math.max(...errors.map(([, error]) => error));
      console.log(`${test.title}: worst ${worst.toExponential(1)} (${list})`);
      assert.ok(worst <= TOLERANCE, `${test.title}: relative error over ${TOLERANCE}: ${list}`);
    });
  }
}
