/**
 * Whole Point Transformers against Pointcept: the structure of every stage to the integer, features, logits, loss, gradients
 * and running statistics within what single precision leaves. `task parity` runs all cases, the suite the smallest ones.
 */
import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { Graph } from "../../lib/graph/graph.ts";
import { crossEntropy } from "../../lib/graph/losses/cross_entropy.ts";
import { Plan } from "../../lib/graph/plan.ts";
import type { Tensor } from "../../lib/graph/tensor.ts";
import { FORMATS, importCheckpoint } from "../../lib/nn/import/mod.ts";
import { Layers } from "../../lib/nn/layers.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import type { ParameterSpec } from "../../lib/nn/parameter_spec.ts";
import { pointTransformer } from "../../lib/nn/transformers/point_transformer.ts";
import type { NamedTensor, SafetensorsFile } from "../../lib/nn/safetensors.ts";
import { BuiltStructure } from "../../lib/nn/scan_structure.ts";
import {
  padPatches,
  patchRows,
  Serialization,
  type SerializationOrder,
  type SerializedStage,
} from "../../lib/sparse/mod.ts";
import { ALL_CASES, withGpu } from "../gpu.ts";
import { dot, inputTensor, relativeError, unpadRows, wordTensor } from "../graph/support.ts";
import { segmentorSpecs } from "../nn/network_run.ts";
import { coordinateWords, numbers } from "./golden.ts";
import {
  CASE_FILES,
  type GoldenCase,
  goldenCase,
  IS_NAMED,
  ptv3Golden,
  SERIALIZATION_FILE,
  STATE_DICT_SHAPES,
} from "./ptv3_golden.ts";
import { goldenNumbers, pointceptEntry, pointceptState } from "./ptv3_weights.ts";

/** Cases of the suite: every kind of layer once, each way of cutting patches, and both modes. */
const CHEAP = /^PTv3-(tiny_rpe\.train|tiny_batch\.eval|m2_enc_mask\.eval)\./;

/** Largest relative errors; the folder's README has what float32 leaves, measured against float64. */
const TOLERANCES = {
  eval: { values: 2e-5, dfeat: 1e-4, gradients: 1e-4 },
  train: { values: 1e-4, dfeat: 2e-4, gradients: 3e-4 },
  /** Batch statistics over the few voxels of the last of five stages. */
  deepTrain: { values: 1e-4, dfeat: 1e-3, gradients: 1e-3 },
} as const;

const IGNORED = 0xffffffff;

Deno.test({
  name: "Point Transformers have the entries of Pointcept's state dicts, and their shapes",
  ignore: STATE_DICT_SHAPES === null,
  fn: async () => {
    for (const name of CASE_FILES) {
      const file = await ptv3Golden(name);
      const { shape, classes } = goldenCase(file);
      const specs = segmentorSpecs(pointTransformer(shape), classes);
      const entries = specs.map((spec) => {
        const { name, shape } = pointceptEntry(spec);
        return [name, shape] as const;
      });
      const theirs = Object.entries(STATE_DICT_SHAPES![file.metadata.config!]!)
        .filter(([key]) => !key.endsWith("num_batches_tracked"));
      assert.deepEqual(Object.fromEntries(entries), Object.fromEntries(theirs), name);
    }
  },
});

if ((ALL_CASES || IS_NAMED) && SERIALIZATION_FILE !== null) {
  withGpu("Serialization gives Pointcept's codes and orders at every depth", async (gpu) => {
    const file = await ptv3Golden(SERIALIZATION_FILE!);
    const orders: SerializationOrder[] = JSON.parse(file.metadata.orders!);
    const groups = [...file.tensors.keys()].filter((key) => key.endsWith("/code"));
    assert.ok(groups.length > 0);
    for (const group of groups.map((key) => key.split("/")[0]!)) {
      const coords = numbers(file, `${group}/grid_coord`);
      const offset = [...numbers(file, `${group}/offset`)];
      using words = gpu.upload("coords", coordinateWords(coords));
      using serialization = await Serialization.build(gpu, words, coords.length / 3, {
        orders,
        halvings: [],
        parents: "code",
        offset,
      });
      const got = await ordersOf(gpu, serialization.stages[0]!);
      for (const key of ["code", "order", "inverse"] as const) {
        const expected = file.tensors.get(`${group}/${key}`)!.data as Int32Array;
        assert.deepEqual(
          Array.from<number | bigint>(got[key]),
          Array.from(expected),
          `${group}/${key}`,
        );
      }
    }
  });
}

for (const name of CASE_FILES.filter((name) => ALL_CASES || IS_NAMED || CHEAP.test(name))) {
  withGpu(`${name}: structure, logits, loss and gradients equal Pointcept's`, async (gpu) => {
    const file = await ptv3Golden(name);
    const test = goldenCase(file);
    using owned = new DisposableStack();
    const got = await runCase(gpu, owned, test, file);
    await assertStructure(gpu, got.structure, file, test);
    const errors = errorsOf(got, file, test);
    const { values, dfeat, gradients } = TOLERANCES[
      test.mode === "train" && test.shape.encoder.depths.length > 3 ? "deepTrain" : test.mode
    ];
    const listed = Object.entries(errors).map(([what, { error, where }]) =>
      `${what} ${error.toExponential(1)}${where ? ` (${where})` : ""}`
    );
    console.log(`${name}: ${listed.join(", ")}`);
    const limits: Record<string, number> = {
      logits: values,
      loss: values,
      features: values,
      dfeat,
    };
    for (const [what, { error, where }] of Object.entries(errors)) {
      const limit = limits[what] ?? gradients;
      assert.ok(error <= limit, `${what}: relative error ${error} > ${limit} (${where})`);
    }
  });
}

/** Records what leaves layers, by the name of the last layer that made it. */
class RecordingLayers extends Layers {
  readonly made = new Map<string, Tensor>();

  #note(name: string, tensor: Tensor): Tensor {
    this.made.set(name, tensor);
    return tensor;
  }

  override linear(graph: Graph, x: Tensor, name: string): Tensor {
    return this.#note(name, super.linear(graph, x, name));
  }

  override layerNorm(graph: Graph, x: Tensor, name: string): Tensor {
    return this.#note(name, super.layerNorm(graph, x, name));
  }

  override gelu(graph: Graph, x: Tensor, name: string): Tensor {
    return this.#note(name, super.gelu(graph, x, name));
  }

  override sum(graph: Graph, a: Tensor, b: Tensor, name: string): Tensor {
    return this.#note(name, super.sum(graph, a, b, name));
  }

  override masked(graph: Graph, x: Tensor, name: string): Tensor {
    return this.#note("embedding.stem.norm", super.masked(graph, x, name));
  }
}

/** The layer that makes what Pointcept's module gives out. */
function layerOf(module: string): string {
  return module === "embedding" ? "embedding.stem.norm" : module
    .replace(/\.cpe$/, ".cpe.2")
    .replace(/\.norm(\d)$/, ".norm$1.0")
    .replace(/\.attn$/, ".attn.proj")
    .replace(/\.mlp$/, ".mlp.0.fc2")
    .replace(/\.down$/, ".down.norm.0")
    .replace(/\.(proj|proj_skip)$/, (end) => module.includes(".up.") ? `${end}.1` : end);
}

/** The block whose features are those of a stage. */
function stageLayer(stage: string, { encoder, decoder }: GoldenCase["shape"]): string {
  const [, part, level] = /^(enc|dec)(\d+)$/.exec(stage)!;
  const { depths } = part === "enc" ? encoder : decoder!;
  return `${part}.${stage}.block${depths[Number(level)]! - 1}`;
}

/** One pass of a case, forward and backward. */
interface CaseRun {
  readonly specs: readonly ParameterSpec[];
  readonly structure: BuiltStructure;
  readonly logits: Float64Array;
  readonly loss: number;
  readonly dfeat: Float64Array;
  /** Features, and the gradients with respect to them under `d/NAME`, by keys of the file. */
  readonly features: ReadonlyMap<string, Float64Array>;
  readonly gradients: ReadonlyMap<string, NamedTensor>;
  readonly statistics: ReadonlyMap<string, Float32Array>;
}

async function runCase(
  gpu: Gpu,
  owned: DisposableStack,
  { shape, flash, classes, mode }: GoldenCase,
  file: SafetensorsFile,
): Promise<CaseRun> {
  const network = pointTransformer(shape);
  const specs = segmentorSpecs(network, classes);
  const coords = numbers(file, "grid_coord");
  const rows = coords.length / 3;
  const words = owned.use(gpu.upload("coords", coordinateWords(coords)));
  const { permutations, mask } = givenStructure(gpu, owned, file, shape.encoder.depths.length);
  const structure = owned.use(
    await BuiltStructure.build(gpu, network, words, rows, {
      offset: [...numbers(file, "offset")],
      patchRule: flash ? "flash" : "plain",
      originGrid: 2 ** 20,
      ...(permutations ? { permutations } : {}),
      ...(mask ? { mask } : {}),
    }),
  );
  const parameters = owned.use(new Parameters(gpu, specs));
  parameters.load(importCheckpoint(pointceptState(specs), FORMATS.pointcept!, specs).tensors);

  const graph = new Graph(gpu.kernels);
  const layers = new RecordingLayers(parameters, structure, {
    statistics: mode === "eval" ? "running" : "batch",
    momentum: mode === "eval" ? 0 : 0.01,
    epsilon: network.epsilon,
    trainable: () => true,
  });
  const x = inputTensor(gpu, owned, "feat", numbers(file, "feat"), shape.inChannels);
  const logits = layers.linear(graph, network.emit(graph, layers, x), "final");
  const labels = Array.from(numbers(file, "labels"), (label) => label < 0 ? IGNORED : label);
  const loss = crossEntropy(graph, logits, wordTensor(gpu, owned, "labels", labels), {
    ignore: IGNORED,
    weight: 1,
  });
  graph.backward();
  const dfeat = graph.gradient(x)!;
  const wanted = featureTensors(graph, layers, file, shape);
  const plan = owned.use(new Plan(gpu, graph, [logits, loss, dfeat, ...wanted.values()]));
  plan.submit();
  const features = new Map<string, Float64Array>();
  for (const [key, tensor] of wanted) {
    features.set(key, unpadRows(await plan.read(tensor), tensor.channels, key));
  }
  return {
    specs,
    structure,
    logits: unpadRows(await plan.read(logits), classes),
    loss: (await plan.read(loss))[0]!,
    dfeat: unpadRows(await plan.read(dfeat), shape.inChannels),
    features,
    gradients: await parameters.gradientDict(),
    statistics: await parameters.statisticsDict(),
  };
}

/** The permutations and the mask that a file gives. */
function givenStructure(gpu: Gpu, owned: DisposableStack, file: SafetensorsFile, stages: number) {
  const given = (stage: number) => file.tensors.get(`stage${stage}/perm`);
  return {
    permutations: given(0)
      ? Array.from({ length: stages }, (_, stage) => [...numbers(file, `stage${stage}/perm`)])
      : null,
    mask: file.tensors.has("mask") ? wordTensor(gpu, owned, "mask", numbers(file, "mask")) : null,
  };
}

/** The tensors that a file has values of, by its keys. */
function featureTensors(
  graph: Graph,
  { made }: RecordingLayers,
  file: SafetensorsFile,
  shape: GoldenCase["shape"],
): Map<string, Tensor> {
  const wanted = new Map<string, Tensor>();
  for (const key of file.tensors.keys()) {
    const [, prefix = "", name] = /^(d\/|tap\/)?((?:embedding|enc|dec)[\w.]*)$/.exec(key) ?? [];
    if (name === undefined) continue;
    const layer = /^(enc|dec)\d+$/.test(name) ? stageLayer(name, shape) : layerOf(name);
    const tensor = made.get(layer);
    assert.ok(tensor, `${key}: no layer ${layer}`);
    wanted.set(key, prefix === "d/" ? graph.gradient(tensor)! : tensor);
  }
  return wanted;
}

/** The largest error of a kind, and where it is. */
interface Worst {
  error: number;
  where: string;
}

function errorsOf(got: CaseRun, file: SafetensorsFile, test: GoldenCase): Record<string, Worst> {
  const errors: Record<string, Worst> = {};
  const note = (what: string, error: number, where = "") => {
    if (!(error <= (errors[what]?.error ?? -1))) errors[what] = { error, where };
  };
  note("logits", relativeError(got.logits, truth(file, "logits")));
  const loss = Number(file.metadata.loss_f64 ?? numbers(file, "loss")[0]);
  note("loss", Math.abs(got.loss - loss) / Math.abs(loss));
  note("dfeat", relativeError(got.dfeat, truth(file, "dfeat")));
  for (const [key, values] of got.features) {
    const what = key.startsWith("d/") ? "gradients" : "features";
    note(what, relativeError(values, numbers(file, key)), key);
  }
  const bySpec = new Map(got.specs.map((spec) => [pointceptEntry(spec).name, spec]));
  const names: string[] = JSON.parse(file.metadata.grad_norm_names!);
  const exact = (key: string) =>
    file.tensors.get(`${key}_f64`)?.data as Float32Array | undefined ?? numbers(file, key);
  const [norms, probes] = [exact("grad_norms"), exact("grad_probes")];
  names.forEach((name, i) => {
    if (test.zeroGradients.has(name)) return;
    const spec = bySpec.get(name)!;
    const gradient = got.gradients.get(spec.name)!.data as Float32Array;
    const norm = Math.sqrt(dot(gradient, gradient));
    const [theirs, probe] = [norms[i]!, probes[i]!];
    note("norms", Math.abs(norm - theirs) / theirs, name);
    const numbersOfProbe = goldenNumbers(`probe:${name}`, gradient.length);
    note("probes", Math.abs(dot(gradient, ours(spec, numbersOfProbe)) - probe) / theirs, name);
  });
  for (const key of file.tensors.keys()) {
    const [, kind, name] = /^(grad|after)\/(.*)$/.exec(key) ?? [];
    if (name === undefined || test.zeroGradients.has(name)) continue;
    const spec = bySpec.get(name)!;
    const values = kind === "grad"
      ? got.gradients.get(spec.name)!.data
      : got.statistics.get(spec.name)!;
    note(
      kind === "grad" ? "gradients" : "statistics",
      relativeError(values as Float32Array, ours(spec, numbers(file, key) as Float32Array)),
      name,
    );
  }
  return errors;
}

/** Values in float64: those in float32 and what they lack, where the file has it. */
function truth(file: SafetensorsFile, key: string): Float64Array {
  const rounded = numbers(file, key);
  const rest = file.tensors.has(`${key}_f64_minus_f32`)
    ? numbers(file, `${key}_f64_minus_f32`)
    : null;
  return Float64Array.from(rounded, (value, i) => value + (rest?.[i] ?? 0));
}

/** Values of an entry from Pointcept's layout to ours. */
function ours({ kind, shape }: ParameterSpec, values: Float32Array): Float32Array {
  return kind === "kernel" ? FORMATS.pointcept!.layouts.KRSC!.toMinkowski(values, shape) : values;
}

/** Compares every stage with the file, to the integer. */
async function assertStructure(
  gpu: Gpu,
  { serialization }: BuiltStructure,
  file: SafetensorsFile,
  { shape, flash }: GoldenCase,
): Promise<void> {
  for (const [s, stage] of serialization!.stages.entries()) {
    const same = (key: string, actual: ArrayLike<number | bigint>) => {
      const expected = file.tensors.get(`stage${s}/${key}`)?.data;
      if (!expected) return;
      assert.deepEqual(Array.from(actual), Array.from(expected as Int32Array), `stage${s}/${key}`);
    };
    const words = await gpu.read(stage.coords, Int32Array, stage.count * 4);
    same("grid_coord", words.filter((_, i) => i % 4 < 3));
    same("offset", stage.offset);
    const { order, inverse, code } = await ordersOf(gpu, stage);
    same("code", code);
    same("order", order);
    same("inverse", inverse);
    if (stage.children) {
      same("cluster", await gpu.read(stage.children.pointRow, Uint32Array, stage.children.points));
    }
    const rows = patchRows(stage.offset, shape.encoder.patches[s]!, flash ? "flash" : "plain");
    const { pad, unpad, cuSeqlens } = padPatches(stage.offset, rows);
    same("pad", pad);
    same("unpad", unpad);
    same("cu_seqlens", cuSeqlens);
  }
}

/** Codes, orders and inverses of a stage, order after order. */
async function ordersOf(gpu: Gpu, { orders, count }: SerializedStage) {
  const all = { order: [] as number[], inverse: [] as number[], code: [] as bigint[] };
  for (const { order, inverse, low, high } of orders) {
    all.order.push(...await gpu.read(order, Uint32Array, count));
    all.inverse.push(...await gpu.read(inverse, Uint32Array, count));
    const upper = await gpu.read(high, Uint32Array, count);
    const lower = await gpu.read(low, Uint32Array, count);
    lower.forEach((word, row) => all.code.push(BigInt(upper[row]!) << 32n | BigInt(word)));
  }
  return all;
}
