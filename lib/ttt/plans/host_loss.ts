/**
 * A step on a loss that the host works out: the network predicts, the host sees the whole prediction, and the gradient of
 * its loss by the logits goes back to the GPU. It takes one pass over the scan more than a loss with kernels of its own,
 * and allows any loss: those of the rivals sort, group and threshold voxels.
 *
 * @module
 */
import type { GpuBuffer } from "../../gpu/mod.ts";
import { Graph } from "../../graph/graph.ts";
import { Plan } from "../../graph/plan.ts";
import { paddedChannels, Tensor } from "../../graph/tensor.ts";
import type { ParameterSpec } from "../../nn/parameter_spec.ts";
import { padded, type Probabilities } from "../probabilities.ts";
import { layersOf, type PlanContext } from "./context.ts";
import { PredictionPlan } from "./prediction.ts";

/** A loss that the host worked out. */
export interface HostLoss {
  readonly loss: number;
  /** [rows][classes]: its gradient by the logits. */
  readonly gradient: Float32Array;
}

/** Predicts one scan with batch statistics, and takes gradients by the logits back. Owns its buffers. */
export class HostLossPlan implements Disposable {
  /** What the gradients of the parameters are multiplied by; optimizers divide by it. */
  readonly lossScale: number;
  readonly #context: PlanContext;
  readonly #prediction: PredictionPlan;
  readonly #backward: Plan;
  readonly #gradient: GpuBuffer;
  readonly #owned: DisposableStack;

  /**
   * @param trainable the parameters that get gradients.
   * @throws {CapacityError} where the scan is too large for the adapter.
   */
  constructor(context: PlanContext, trainable: (spec: ParameterSpec) => boolean) {
    const { gpu, student, scan } = context;
    using owned = new DisposableStack();
    this.#context = context;
    this.#prediction = owned.use(new PredictionPlan(context, "batch"));
    const graph = new Graph(gpu.kernels);
    const layers = layersOf(context, { statistics: "batch", momentum: 0, trainable });
    const features = student.backbone(graph, layers, scan.features);
    const logits = student.classHead(graph, layers, features);
    const { rows, channels } = logits;
    this.#gradient = owned.use(gpu.zeros("logit gradient", rows * paddedChannels(channels) * 4));
    const gradient = new Tensor("logit gradient", rows, channels, { binding: this.#gradient });
    graph.loss(() => graph.contribute(logits, gradient));
    graph.backward();
    this.lossScale = graph.lossScale;
    this.#backward = owned.use(new Plan(gpu, graph, [], "host loss"));
    this.#owned = owned.move();
  }

  /** Predicts with the weights as they stand: one submit and one readback. */
  async predict(): Promise<Probabilities> {
    this.#prediction.submit();
    return await this.#prediction.read();
  }

  /**
   * Adds the gradients of the parameters to what is there.
   *
   * @param gradient [rows][classes]: that of the loss by the logits.
   */
  backward(gradient: Float32Array): void {
    const { gpu, scan: { voxels: { count: rows } }, student: { classes } } = this.#context;
    const values = gradient.map((value) => this.lossScale * value);
    gpu.write(this.#gradient, padded({ rows, classes, values }));
    this.#backward.submit();
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}
