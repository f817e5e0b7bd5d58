/**
 * Weights that move: a copy of the source weights with the momentum of SGD.
 *
 * @module
 */
import type { Binding, GpuBuffer } from "../gpu/mod.ts";
import { movingAverage } from "../graph/ops/moving_average.ts";
import { overRanges, wholeOf } from "../graph/ops/ranges.ts";
import type { Parameters } from "../nn/parameters.ts";
import type { PlanContext } from "./plans.ts";

/** Where a learner starts from. */
export type LearnerSource = Pick<PlanContext, "gpu" | "parameters">;

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
    const operands = { x: wholeOf(source.values), average: wholeOf(this.parameters.values) };
    const keep = 1 - share;
    gpu.run(
      overRanges(operands, (part, count) => movingAverage<Binding>(part, count, keep)),
      "draw back",
    );
  }

  [Symbol.dispose](): void {
    this.parameters.destroy();
    this.velocity.destroy();
  }
}
