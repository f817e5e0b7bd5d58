/**
 * Weights under adaptation: a copy of the source weights with the momentum of SGD.
 *
 * @module
 */
import type { Binding, GpuBuffer } from "../gpu/mod.ts";
import { movingAverage } from "../graph/optimizers/moving_average.ts";
import { launchOverRanges, wholeBuffer } from "../graph/optimizers/bindable_ranges.ts";
import type { Parameters } from "../nn/parameters.ts";
import type { NamedTensor } from "../nn/safetensors.ts";
import type { PlanContext } from "./plans/context.ts";

/** The source weights that a learner starts from. */
export type LearnerSource = Pick<PlanContext, "gpu" | "parameters">;

/** A learner's weights and momentum off the GPU, from which another one continues exactly. */
export interface LearnerState {
  /** State dict of all weights and running statistics. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** SGD's momentum of the backbone, by the names of its parameters. */
  readonly velocity: ReadonlyMap<string, NamedTensor>;
}

/** Adapted weights. Owns its buffers; the source weights stay as they are. */
export class Learner implements Disposable {
  readonly parameters: Parameters;
  /** SGD's momentum, f32, as long as the backbone's values. */
  readonly velocity: GpuBuffer;

  /** Starts from the source weights without momentum. */
  constructor({ gpu, parameters: source }: LearnerSource) {
    using owned = new DisposableStack();
    this.parameters = owned.use(source.clone());
    this.velocity = owned.use(gpu.zeros("velocity", source.endOf("backbone")));
    owned.move();
  }

  /** Returns to the source weights without momentum. */
  reset({ gpu, parameters: source }: LearnerSource): void {
    this.parameters.copyFrom(source);
    gpu.clear(this.velocity);
  }

  /** Moves all weights back towards the source by a share of their distance from it. */
  drawBack({ gpu, parameters: source }: LearnerSource, share: number): void {
    const operands = {
      x: wholeBuffer(source.values),
      average: wholeBuffer(this.parameters.values),
    };
    const keep = 1 - share;
    gpu.run(
      launchOverRanges(operands, (part, count) => movingAverage<Binding>(part, count, keep)),
      "draw back",
    );
  }

  /**
   * Measures how far the backbone is from the source: the length of the difference as a share of the length of the
   * source weights; null where a weight is not a number.
   */
  async distance({ gpu, parameters: source }: LearnerSource): Promise<number | null> {
    const count = source.endOf("backbone") / 4;
    const from = await gpu.read(source.values, Float32Array, count);
    const to = await gpu.read(this.parameters.values, Float32Array, count);
    let difference = 0;
    let length = 0;
    for (let i = 0; i < count; i++) {
      difference += (to[i]! - from[i]!) ** 2;
      length += from[i]! ** 2;
    }
    const share = Math.sqrt(difference / length);
    return Number.isFinite(share) ? share : null;
  }

  /** Reads back what {@link Learner.load} takes. */
  async state(): Promise<LearnerState> {
    return {
      tensors: await this.parameters.stateDict(),
      velocity: await this.parameters.readBeside(this.velocity),
    };
  }

  /**
   * Continues where another learner of the same network stopped.
   *
   * @throws {CheckpointError} where the state is of another network.
   */
  load({ tensors, velocity }: LearnerState): void {
    this.parameters.load(tensors);
    this.parameters.writeBeside(this.velocity, velocity);
  }

  [Symbol.dispose](): void {
    this.parameters.destroy();
    this.velocity.destroy();
  }
}
