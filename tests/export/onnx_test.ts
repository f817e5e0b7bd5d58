/** Exported networks give the same logits in ONNX Runtime as here, on scans whose tables they are given. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-web";
import { exportOnnx, FEATURES_NAME, type OnnxStudent } from "../../lib/export/onnx_student.ts";
import { ScanTables, tableName } from "../../lib/export/scan_tables.ts";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { Graph } from "../../lib/graph/graph.ts";
import { geluReference } from "../../lib/graph/ops/gelu.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { FORMATS, importCheckpoint } from "../../lib/nn/import/mod.ts";
import { Layers } from "../../lib/nn/layers.ts";
import { minkUNet } from "../../lib/nn/minkunet.ts";
import type { Network } from "../../lib/nn/network.ts";
import type { FeatureRows, LayerGraph, NetworkLayers } from "../../lib/nn/network_layers.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { litePT } from "../../lib/nn/transformers/litept.ts";
import { pointTransformer } from "../../lib/nn/transformers/point_transformer.ts";
import { type NamedTensor, readSafetensors } from "../../lib/nn/safetensors.ts";
import { BuiltStructure } from "../../lib/nn/scan_structure.ts";
import { spUNet } from "../../lib/nn/spunet.ts";
import { CENTRE, Student } from "../../lib/nn/student.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { withGpu } from "../gpu.ts";
import { assertClose, inputTensor, unpadRows } from "../graph/support.ts";
import { goldenSpconv } from "../nn/foreign.ts";
import { segmentorSpecs } from "../nn/network_run.ts";
import { coordinateWords, goldenState, numbers } from "../parity/golden.ts";

const FOLDER = fileURLToPath(new URL("../../fixtures/networks/", import.meta.url));
const CLASSES = 3;
const ROWS = 90;
const UNET = {
  inChannels: 3,
  stem: 4,
  stemKernel: 3,
  planes: [4, 4, 4, 4, 4, 4, 4, 4],
  layers: [1, 1, 1, 1, 1, 1, 1, 1],
} as const;

/** Voxels, and the input features of each. */
interface Cloud {
  /** [N][3]. */
  readonly coords: ArrayLike<number>;
  /** [N][input channels]. */
  readonly x: ArrayLike<number>;
}

/** Voxels on a bent surface, with negative coordinates. */
function cloud(): Cloud {
  const random = mulberry32(12);
  const seen = new Set<string>();
  const coords: number[] = [];
  while (seen.size < ROWS) {
    const [x, y] = [Math.floor(random() * 14) - 6, Math.floor(random() * 12) - 3];
    const row = [x, y, Math.floor(x * y / 9 + 2 * random())];
    if (seen.has(row.join())) continue;
    seen.add(row.join());
    coords.push(...row);
  }
  return { coords, x: Array.from({ length: ROWS * UNET.inChannels }, () => random() - 0.5) };
}

function transformer(version: "m1" | "m2"): Network {
  return pointTransformer({
    version,
    convolved: "sum",
    inChannels: 3,
    encoder: { depths: [1, 2], channels: [8, 12], heads: [2, 3], patches: [16, 64] },
    decoder: version === "m1" ? { depths: [1], channels: [8], heads: [2], patches: [16] } : null,
    orders: ["z-trans", "hilbert"],
    mlpRatio: 2,
    qkvBias: true,
    relativePositions: false,
    layerScale: version === "m2",
    maskToken: false,
  });
}

/** Runs a file on a scan, whose tables are inputs. */
async function logitsThere(
  network: Network,
  exported: OnnxStudent,
  { coords, x }: Cloud,
): Promise<Float32Array> {
  const rows = coords.length / 3;
  const tables = new ScanTables(network, coordinateWords(coords));
  const feeds: Record<string, ort.Tensor> = {
    [FEATURES_NAME]: new ort.Tensor("float32", Float32Array.from(x), [rows, network.inChannels]),
  };
  for (const request of exported.tables) {
    const { shape, rows } = tables.table(request);
    feeds[tableName(request)] = new ort.Tensor("int64", rows, shape);
  }
  assert.deepEqual(Object.keys(feeds), exported.inputs.map(({ name }) => name));
  const { logits } = await run(exported.onnx, feeds);
  assert.equal(logits!.dims[0], rows);
  return logits!.data as Float32Array;
}

/** Runs a file in ONNX Runtime. */
async function run(
  onnx: Uint8Array,
  feeds: Record<string, ort.Tensor>,
): Promise<ort.InferenceSession.OnnxValueMapType> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(onnx, {
    executionProviders: ["wasm"],
    logSeverityLevel: 3,
  });
  try {
    assert.deepEqual(session.inputNames, Object.keys(feeds));
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** A student of one network, without heads for a teacher. */
function studentOf(network: Network) {
  return {
    network,
    hasTeacherHeads: false,
    backbone: <G extends LayerGraph, T extends FeatureRows>(
      graph: G,
      layers: NetworkLayers<G, T>,
      x: T,
    ) => network.emit(graph, layers, x),
    classHead: <G, T>(graph: G, layers: NetworkLayers<G, T>, x: T) =>
      layers.head(graph, x, "final"),
    probe: <G, T>(_graph: G, _layers: NetworkLayers<G, T>, x: T) => x,
  };
}

/** Logits of one pass forward on the GPU, with running statistics. */
async function logitsHere(
  gpu: Gpu,
  network: Network,
  state: ReadonlyMap<string, NamedTensor>,
  { coords, x }: Cloud,
): Promise<ArrayLike<number>> {
  using owned = new DisposableStack();
  const words = owned.use(gpu.upload("coords", coordinateWords(coords)));
  const structure = owned.use(
    await BuiltStructure.build(gpu, network, words, coords.length / 3),
  );
  const parameters = owned.use(new Parameters(gpu, segmentorSpecs(network, CLASSES)));
  parameters.load(state);
  const graph = new Graph(gpu.kernels);
  const layers = new Layers(parameters, structure, {
    statistics: "running",
    momentum: 0,
    epsilon: network.epsilon,
    trainable: () => false,
  });
  const features = inputTensor(gpu, owned, "x", x, network.inChannels, false);
  const logits = layers.head(graph, network.emit(graph, layers, features), "final");
  const plan = owned.use(new Plan(gpu, graph, [logits]));
  plan.submit();
  return unpadRows(await plan.read(logits), CLASSES);
}

const NETWORKS: Readonly<Record<string, Network>> = {
  "a MinkUNet": minkUNet(UNET),
  "a Point Transformer V3m1": transformer("m1"),
  "a Point Transformer V3m2": transformer("m2"),
  "a LitePT": litePT({
    inChannels: 3,
    encoder: [
      { depth: 1, channels: 8, heads: null },
      { depth: 2, channels: 36, heads: 2 },
    ],
    decoder: [8],
    orders: ["z", "hilbert"],
    patch: 16,
    mlpRatio: 2,
    rotationBase: 100,
  }),
};

for (const [name, network] of Object.entries(NETWORKS)) {
  withGpu(`${name} as ONNX gives the logits that it gives here`, async (gpu) => {
    const state = goldenState(segmentorSpecs(network, CLASSES));
    const scan = cloud();
    const exported = exportOnnx(studentOf(network), state, "network");
    const there = await logitsThere(network, exported, scan);
    assertClose(there, await logitsHere(gpu, network, state, scan), 1e-4, name);
  });
}

for (const [mode, statistics] of [["eval", "running"], ["train", "scan"]] as const) {
  Deno.test(`a SpUNet as ONNX agrees with PyTorch by the statistics of ${statistics}`, async () => {
    const name = `spunet_slim.${mode}.safetensors`;
    const file = readSafetensors(await Deno.readFile(join(FOLDER, name)), name);
    const { base, channels, layers, inChannels, classes } = JSON.parse(file.metadata.shape!);
    const network = spUNet({ inChannels, stem: base, stemKernel: 5, planes: channels, layers });
    const specs = segmentorSpecs(network, classes);
    const { tensors } = importCheckpoint(goldenSpconv(specs), FORMATS.spconv!, specs);
    const exported = exportOnnx(studentOf(network), tensors, "network", statistics);
    const scan = { coords: numbers(file, "coords"), x: numbers(file, "x") };
    const there = await logitsThere(network, exported, scan);
    assertClose(there, numbers(file, "logits"), 1e-4, name);
  });
}

/** A linear layer of a state dict, row by row. */
function linear(
  x: ArrayLike<number>,
  state: ReadonlyMap<string, NamedTensor>,
  name: string,
): number[] {
  const { shape, data } = state.get(`${name}.kernel`)!;
  const [cin, cout] = shape as [number, number];
  return Array.from({ length: x.length / cin * cout }, (_, i) => {
    const row = Math.floor(i / cout) * cin;
    let sum = Number(state.get(`${name}.bias`)!.data[i % cout]);
    for (let c = 0; c < cin; c++) sum += x[row + c]! * Number(data[c * cout + i % cout]);
    return sum;
  });
}

Deno.test("heads and probe as ONNX are the linear layers of the student", async () => {
  const student = new Student({
    backbone: "MinkUNet14Slim",
    classes: ["a", "b", "c"],
    features: ["one"],
    teacher: { id: "small", width: 6 },
  });
  const state = goldenState(student.parameters().filter(({ part }) => part !== "backbone"));
  const centre = Float32Array.of(0.1, -0.2, 0.3, 0, 1, -1);
  state.set(CENTRE, { shape: [1, 6], data: centre });
  const random = mulberry32(5);
  const rows = (width: number) => Float32Array.from({ length: 4 * width }, () => random() - 0.5);

  const features = rows(48);
  const heads = await run(exportOnnx(student, state, "heads").onnx, {
    backbone: new ort.Tensor("float32", features, [4, 48]),
  });
  assertClose(heads.logits!.data as Float32Array, linear(features, state, "final"), 1e-5, "logits");
  const distilled = heads.distillation!.data as Float32Array;
  assertClose(distilled, linear(features, state, "distillation"), 1e-5, "distillation");

  const teacher = rows(6);
  const probed = await run(exportOnnx(student, state, "probe").onnx, {
    teacher: new ort.Tensor("float32", teacher, [4, 6]),
  });
  const centred = teacher.map((value, i) => value - centre[i % 6]!);
  const hidden = geluReference(linear(centred, state, "probe.0"));
  assertClose(probed.logits!.data as Float32Array, linear(hidden, state, "probe.2"), 1e-5, "probe");
  const alone = new Student({
    backbone: "MinkUNet14Slim",
    classes: ["a", "b"],
    features: ["one"],
    teacher: null,
  });
  assert.throws(() => exportOnnx(alone, state, "probe"), /Cannot export the probe: .* has none/);
});
