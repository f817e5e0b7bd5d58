/** One pass of a backbone with its class head over a small cloud, forward and backward. */
import type { Gpu } from "../../lib/gpu/mod.ts";
import { Graph } from "../../lib/graph/graph.ts";
import { crossEntropy } from "../../lib/graph/losses/cross_entropy.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { Layers } from "../../lib/nn/layers.ts";
import type { Network } from "../../lib/nn/network.ts";
import type { ParameterSpec } from "../../lib/nn/parameter_spec.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import type { NamedTensor } from "../../lib/nn/safetensors.ts";
import { BuiltStructure } from "../../lib/nn/scan_structure.ts";
import { inputTensor, unpadRows, wordTensor } from "../graph/support.ts";
import { coordinateWords } from "../parity/golden.ts";

/** The entries of a backbone and its class head. */
export function segmentorSpecs(network: Network, classes: number): ParameterSpec[] {
  return [
    ...network.parameters(),
    {
      name: "final.kernel",
      part: "classes",
      kind: "kernel",
      shape: [network.featureChannels, classes],
    },
    { name: "final.bias", part: "classes", kind: "bias", shape: [1, classes] },
  ];
}

/** A labelled cloud. */
export interface Cloud {
  /** [N][3]. */
  readonly coords: ArrayLike<number>;
  /** [N][input channels]. */
  readonly x: ArrayLike<number>;
  /** [N]. */
  readonly targets: ArrayLike<number>;
}

/** Computes logits, mean cross-entropy, and its gradients with respect to the input and every parameter. */
export async function runSegmentor(
  gpu: Gpu,
  network: Network,
  classes: number,
  state: ReadonlyMap<string, NamedTensor>,
  cloud: Cloud,
  statistics: "batch" | "running",
) {
  using owned = new DisposableStack();
  const coords = owned.use(gpu.upload("coords", coordinateWords(cloud.coords)));
  const structure = owned.use(
    await BuiltStructure.build(gpu, network, coords, cloud.coords.length / 3),
  );
  const parameters = owned.use(new Parameters(gpu, segmentorSpecs(network, classes)));
  parameters.load(state);
  const graph = new Graph(gpu.kernels);
  const layers = new Layers(
    parameters,
    structure,
    { statistics, momentum: 0, epsilon: network.epsilon, trainable: () => true },
  );
  const x = inputTensor(gpu, owned, "x", cloud.x, network.inChannels);
  const logits = layers.head(graph, network.emit(graph, layers, x), "final");
  const targets = wordTensor(gpu, owned, "targets", cloud.targets);
  const loss = crossEntropy(graph, logits, targets, { ignore: 255, weight: 1 });
  graph.backward();
  const dx = graph.gradient(x)!;
  const plan = owned.use(new Plan(gpu, graph, [logits, loss, dx]));
  plan.submit();
  return {
    logits: unpadRows(await plan.read(logits), classes),
    loss: (await plan.read(loss))[0]!,
    dx: unpadRows(await plan.read(dx), network.inChannels),
    gradients: await parameters.gradientDict(),
  };
}
