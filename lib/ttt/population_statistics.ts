/**
 * Running statistics of the norm layers, updated by a single scan or measured over many. A moving average that
 * was gathered while the weights still changed fits the final weights poorly, so a trained student's statistics
 * are measured again over its training scenes ("precise batch norm", Wu & Johnson 2021, arXiv 2105.07576, §3).
 *
 * @module
 */
import { Graph } from "../graph/graph.ts";
import { Plan } from "../graph/plan.ts";
import type { NamedTensor } from "../nn/safetensors.ts";
import { layersOf, type PlanContext } from "./plans/context.ts";

const MEAN = "running_mean";
const VARIANCE = "running_var";

/** Compiles a forward pass of the backbone, which has all norm layers, that updates its running statistics. */
export function statisticsPlan(context: PlanContext, momentum: number): Plan {
  const graph = new Graph(context.gpu.kernels);
  const layers = layersOf(context, { statistics: "batch", momentum, trainable: () => false });
  context.student.backbone(graph, layers, context.scan.features);
  return new Plan(context.gpu, graph, [], "statistics");
}

/**
 * Mean and variance of each norm layer's input over several scenes: the variance within scenes plus that of their
 * means.
 */
export class PopulationStatistics {
  readonly #layers = new Map<string, Moments[]>();
  #weight = 0;

  /** Adds one scene with a weight. The running statistics of `context.parameters` become that scene's. */
  async add(context: PlanContext, weight = 1): Promise<void> {
    using plan = statisticsPlan(context, 1);
    plan.submit();
    const tensors = await context.parameters.statisticsDict();
    for (const [name, means] of tensors) {
      if (!name.endsWith(MEAN)) continue;
      const layer = name.slice(0, -MEAN.length);
      const variances = tensors.get(layer + VARIANCE)!;
      let channels = this.#layers.get(layer);
      if (!channels) {
        channels = Array.from(means, () => ({ mean: 0, square: 0 }));
        this.#layers.set(layer, channels);
      }
      channels.forEach((moments, c) => {
        moments.mean += weight * means[c]!;
        moments.square += weight * (variances[c]! + means[c]! ** 2);
      });
    }
    this.#weight += weight;
  }

  /** Returns the statistics over all scenes, by their names in a state dict. */
  tensors(): Map<string, NamedTensor> {
    const tensors = new Map<string, NamedTensor>();
    for (const [layer, channels] of this.#layers) {
      const means = channels.map(({ mean }) => mean / this.#weight);
      const variances = channels.map(({ square }, c) => square / this.#weight - means[c]! ** 2);
      const shape = [channels.length];
      tensors.set(layer + MEAN, { shape, data: Float32Array.from(means) });
      tensors.set(layer + VARIANCE, { shape, data: Float32Array.from(variances) });
    }
    return tensors;
  }
}

/** Sums over scenes for one channel. */
interface Moments {
  mean: number;
  square: number;
}
