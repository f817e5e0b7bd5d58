/**
 * Weights that move: a copy of the source weights with the momentum of SGD.
 *
 * @module
 */
import type { Binding, GpuBuffer } from "../gpu/mod.ts";
import { movingAverage } from "../graph/optimizers/moving_average.ts";
import { launchOverRanges, wholeBuffer } from "../graph/optimizers/bindable_ranges.ts";
import type { Parameters } from "../nn/parameters.ts";
import type { NamedTensor } from "../nn/safetensors.ts";
import type { PlanContext } from "./plans.ts";

/** Where a learner starts from. */
export type LearnerSource = Pick<PlanContext, "gpu" | "parameters">;

/** A learner off the GPU: what makes it go on as if it had never left. */
export interface LearnerState {
  /** State dict of all weights and statistics. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** SGD's momentum of the backbone, by the names of its parameters. */
  readonly velocity: ReadonlyMap<string, NamedTensor>;
}

/** Owns its buffers; the source weights stay as they are. */
export class Learner implements Disposable {
  readonly parameters: Parameters;
  /** f32, as long as the backbone's values. */
  readonly velocity: GpuBuffer;

  /** Starts from the weights of `context`, at rest. */
  constructor({ gpu, parameters: source }: LearnerSource) {
    using owned = new DisposableStack();
    this.parameters = owned.use(source.clone());
    this.velocity = owned.use(gpu.zeros("velocity", source.endOf("backbone")));
    owned.move();
  }

  /** Goes back to the source weights, at rest. */
  reset({ gpu, parameters: source }: LearnerSource): void {
    this.parameters.copyFrom(source);
    gpu.clear(this.velocity);
  }

  /** Goes a share of the way back to the source weights. */
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
   * How far the backbone has gone from the source: the length of the way as a share of the length of the source
   * weights; null where a weight is no number.
   */
  async distance({ gpu, parameters: source }: LearnerSource): Promise<number | null> {
    const count = source.endOf("backbone") / 4;
    const from = await gpu.read(source.values, Float32Array, count);
    const to = await gpu.read(this.parameters.values, Float32Array, count);
    let way = 0;
    let length = 0;
    for (let i = 0; i < count; i++) {
      way += (to[i]! - from[i]!) ** 2;
      length += from[i]! ** 2;
    }
    const share = Math.sqrt(way / length);
    return Number.isFinite(share) ? share : null;
  }

  /** Everything that {@link Learner.load} takes, bit by bit. */
  async state(): Promise<LearnerState> {
    return {
      tensors: await this.parameters.stateDict(),
      velocity: await this.parameters.readBeside(this.velocity),
    };
  }

  /**
   * Goes on where another learner of the same network stopped.
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
