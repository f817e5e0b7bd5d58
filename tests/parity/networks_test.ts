/** Whole MinkUNets against MinkowskiEngine: logits, loss, input gradient, and the norm of every gradient. */
import assert from "node:assert/strict";
import { type Gpu, inPrecision, type KernelSetting } from "../../lib/gpu/mod.ts";
import { Graph } from "../../lib/graph/graph.ts";
import { crossEntropy } from "../../lib/graph/losses/cross_entropy.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { Layers } from "../../lib/nn/layers.ts";
import type { Network } from "../../lib/nn/network.ts";
import { networkOf } from "../../lib/nn/networks.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { BuiltStructure } from "../../lib/nn/scan_structure.ts";
import type { SafetensorsFile } from "../../lib/nn/safetensors.ts";
import { ALL_CASES, withGpu } from "../gpu.ts";
import {
  assertClose,
  inputTensor,
  relativeError,
  unpadRows,
  wordTensor,
} from "../graph/support.ts";
import { segmentorSpecs } from "../nn/network_run.ts";
import {
  coordinateWords,
  golden,
  goldenState,
  IS_NAMED,
  NETWORK_FILES,
  numbers,
} from "./golden.ts";

const CLASSES = 20;

/**
 * How far values of a gradient, and the norm of a parameter's gradient, may be from MinkowskiEngine's, as a share of it.
 * In train mode the largest part of that is MinkowskiEngine's own rounding: a gradient jumps where rounding decides on
 * which side of zero a ReLU's input lies, and with batch statistics over the 18 voxels of stride 16 one such jump changes
 * every norm before it. The worst norm of MinkUNet34C.train, block1.0.norm1.bn.weight, is 9.2e-4 from MinkowskiEngine's in
 * float64, too. That of MinkUNet18A.train is 9.25e-4 or 1.07e-3, and its dx 3.3e-3 or 1.3e-2: which of the two it is
 * changes when the input is moved by one unit in its last place, by either family of kernels. Software comes out on
 * MinkowskiEngine's side, hardware on the other.
 */
const TOLERANCES = {
  software: { norms: 1e-3, values: { eval: 1e-3, train: 1e-2 } },
  hardware: { norms: 1.2e-3, values: { eval: 1e-3, train: 1.5e-2 } },
} as const;

/** Left out unless all cases are asked for: its planes are those of MinkUNet14A, its blocks some of those of MinkUNet34C. */
const BETWEEN = "MinkUNet18A";

/** In float16 it is run in train mode alone unless all cases are asked for: that pass has every kernel of the other. */
const LARGEST = "MinkUNet34C";

for (const [title, files] of Map.groupBy(NETWORK_FILES, (name) => name.split(".")[0]!)) {
  if (title === BETWEEN && !ALL_CASES && !IS_NAMED) continue;
  withGpu(`${title}: logits, loss and gradients equal MinkowskiEngine's`, async (gpu) => {
    using network = GoldenNetwork.load(gpu, title);
    for (const name of files) {
      const pass = { name, mode: name.split(".")[1] as Mode, file: await golden(name) };
      await compare(network, pass);
      if (pass.mode === "train" || title !== LARGEST || ALL_CASES || IS_NAMED) {
        await compareHalf(network, pass);
      }
    }
  });
}

/** Holds a pass in float32 against MinkowskiEngine's. */
async function compare(network: GoldenNetwork, pass: GoldenPass): Promise<void> {
  const { name, mode, file } = pass;
  const expected = (key: string) => numbers(file, key);
  using owned = new DisposableStack();
  const got = await network.run(pass, owned);
  const names: string[] = JSON.parse(file.metadata.grad_norm_names!);
  const normErrors = names.map((key, i) => {
    const ours = norm(got.gradients.get(key)!.data as Float32Array);
    const theirs = expected("grad_norms")[i]!;
    return Math.abs(ours - theirs) / Math.max(theirs, 1e-12);
  });
  const worst = normErrors.indexOf(Math.max(...normErrors));
  console.log(
    `${name}: logits ${relativeError(got.logits, expected("logits")).toExponential(1)}, loss ${
      (Math.abs(got.loss - expected("loss")[0]!)).toExponential(1)
    }, dx ${relativeError(got.dx, expected("dx")).toExponential(1)}, worst gradient norm ${
      normErrors[worst]!.toExponential(2)
    } (${names[worst]}); ${(got.plan.bytes / 2 ** 20).toFixed(0)} MiB planned, ${
      (got.plan.liveBytes / 2 ** 20).toFixed(0)
    } live`,
  );
  const { norms, values } = TOLERANCES[network.gpu.kernels.family];
  const tolerance = values[mode];
  assertClose(got.logits, expected("logits"), 1e-4, "logits");
  assertClose([got.loss], expected("loss"), 1e-4, "loss");
  assertClose(got.dx, expected("dx"), tolerance, "dx");
  const strayed = names.filter((_, i) => !(normErrors[i]! <= norms));
  assert.deepEqual(strayed, [], "gradient norms");
  for (const key of file.tensors.keys()) {
    if (!key.startsWith("grad/")) continue;
    const gradient = got.gradients.get(key.slice(5))!.data as Float32Array;
    assertClose(gradient, expected(key), tolerance, key);
  }
}

/**
 * How far logits may be from MinkowskiEngine's where activations are stored in float16. Every layer of the finest level rounds
 * them by up to 4.9e-4 of themselves.
 */
const HALF_TOLERANCE = 2e-3;
const HALF_NORM_TOLERANCES = { eval: 4e-2, train: 0.15 };

/** Holds a pass with activations in float16 against MinkowskiEngine's. */
async function compareHalf(network: GoldenNetwork, pass: GoldenPass): Promise<void> {
  const { name, mode, file } = pass;
  using owned = new DisposableStack();
  const got = await network.run(pass, owned, inPrecision(network.gpu.kernels, "f16"));
  const error = relativeError(got.logits, numbers(file, "logits"));
  const names: string[] = JSON.parse(file.metadata.grad_norm_names!);
  const norms = numbers(file, "grad_norms");
  const ratios = names.map((key, i) => {
    const ours = norm(got.gradients.get(key)!.data as Float32Array);
    return ours / got.lossScale / norms[i]!;
  });
  const worst = Math.max(...ratios.map((ratio) => Math.abs(ratio - 1)));
  const dx = relativeError(got.dx.map((v) => v / got.lossScale), numbers(file, "dx"));
  console.log(
    `${name} in float16: logits ${error.toExponential(1)}, dx ${
      dx.toExponential(1)
    }, worst gradient norm ${worst.toExponential(1)}`,
  );
  assert.ok(error <= HALF_TOLERANCE, `logits: relative error ${error}`);
  // A ReLU whose input rounding moves across zero passes another gradient.
  assert.ok(worst <= HALF_NORM_TOLERANCES[mode], `gradient norms: relative error ${worst}`);
}

type Mode = "eval" | "train";

/** A golden file: what a network makes of an input in one mode. */
interface GoldenPass {
  readonly name: string;
  readonly mode: Mode;
  readonly file: SafetensorsFile;
}

/** A network with its golden weights, which take longer to make than a pass. */
class GoldenNetwork implements Disposable {
  readonly #network: Network;

  private constructor(readonly gpu: Gpu, readonly parameters: Parameters, network: Network) {
    this.#network = network;
  }

  static load(gpu: Gpu, title: string): GoldenNetwork {
    const network = networkOf(title, 3);
    const specs = segmentorSpecs(network, CLASSES);
    const parameters = new Parameters(gpu, specs);
    parameters.load(goldenState(specs));
    return new GoldenNetwork(gpu, parameters, network);
  }

  /** Runs it on the input of a file, forward and backward; `owned` frees what that takes. */
  async run(
    { mode, file }: GoldenPass,
    owned: DisposableStack,
    kernels: KernelSetting = this.gpu.kernels,
  ) {
    const { gpu, parameters } = this;
    const coords = numbers(file, "coords");
    const words = owned.use(gpu.upload("coords", coordinateWords(coords)));
    const structure = owned.use(
      await BuiltStructure.build(gpu, this.#network, words, coords.length / 3),
    );
    const graph = new Graph(kernels);
    const layers = new Layers(
      parameters,
      structure,
      {
        statistics: mode === "eval" ? "running" : "batch",
        momentum: 0,
        epsilon: this.#network.epsilon,
        trainable: () => true,
      },
    );
    const x = inputTensor(gpu, owned, "x", numbers(file, "x"), 3);
    const logits = layers.head(graph, this.#network.emit(graph, layers, x), "final");
    const targets = wordTensor(gpu, owned, "targets", numbers(file, "targets"));
    const loss = crossEntropy(graph, logits, targets, { ignore: 255, weight: 1 });
    graph.backward();
    const dx = graph.gradient(x)!;
    const plan = owned.use(new Plan(gpu, graph, [logits, loss, dx]));
    gpu.clear(parameters.gradients);
    plan.submit();
    return {
      plan,
      logits: unpadRows(await plan.read(logits), CLASSES),
      loss: (await plan.read(loss))[0]!,
      dx: unpadRows(await plan.read(dx), 3),
      gradients: await parameters.gradientDict(),
      lossScale: graph.lossScale,
    };
  }

  [Symbol.dispose](): void {
    this.parameters.destroy();
  }
}

/** The norm of all values, summed in float64. */
function norm(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}
