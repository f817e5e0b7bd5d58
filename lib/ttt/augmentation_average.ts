/**
 * Test-time augmentation: the mean of what a network predicts for several augmentations of a scan. Its errors
 * differ between them, so the mean errs less. CoTTA's teacher predicts this way. With photographs, each
 * counts by how well the network's features of it agree with them: weights that were adapted to a scan may
 * read the scan itself far better than a rotated one.
 *
 * @module
 */
import { Graph } from "../graph/graph.ts";
import {
  cosineDistillation,
  type DistillationTarget,
} from "../graph/losses/cosine_distillation.ts";
import { recordLoss } from "../graph/losses/mean_loss.ts";
import { movingAverage } from "../graph/optimizers/moving_average.ts";
import { softmax } from "../graph/ops/softmax.ts";
import { Plan } from "../graph/plan.ts";
import { Tensor } from "../graph/tensor.ts";
import type { StudentCard } from "../nn/card.ts";
import { frozenLayers, type NormStatistics, type PlanContext } from "./plans/context.ts";
import { LossHistory } from "./plans/loss_history.ts";
import { type Probabilities, unpadded } from "./probabilities.ts";
import type { Points } from "../voxels/points.ts";
import { SparseScan } from "../voxels/sparse_scan.ts";
import { augmentationRowsToScan } from "./augmentation.ts";

/** An augmentation whose KD loss exceeds that of the scan itself by this share weighs 1/e. */
const LOSS_TOLERANCE = 0.1;

/** The running mean of class logits over augmentations of one scan. Owns its buffers. */
export class AugmentationAverage implements Disposable {
  /** [voxels of the scan][classes]; meaningless until a prediction was added. */
  readonly logits: Tensor;
  readonly #owned = new DisposableStack();
  /** Logits of the last augmentation, on the scan's voxels. */
  readonly #last: Tensor;
  readonly #target: DistillationTarget | null;
  /** Sum of all weights so far. */
  #weight = 0;
  /** KD loss of the first prediction. */
  #firstLoss = 0;

  /** @param target the scan's targets, by which augmentations are weighed; null to weigh them alike. */
  constructor({ gpu, scan, student }: PlanContext, target: DistillationTarget | null = null) {
    const rows = (label: string) => {
      const shape = [scan.voxels.count, student.classes] as const;
      const binding = this.#owned.use(gpu.buffer(label, new Tensor(label, ...shape).bytes));
      return new Tensor(label, ...shape, { binding });
    };
    this.logits = rows("mean logits");
    this.#last = rows("logits of an augmentation");
    this.#target = target;
  }

  /** Forgets all predictions so far. */
  clear(): void {
    this.#weight = 0;
  }

  /**
   * Adds the prediction of the context's weights for an augmentation, or for the scan itself where none is given. The
   * first one weighs 1; the KD losses of the others are compared with its own.
   */
  async add(
    context: PlanContext & { readonly card: StudentCard },
    statistics: NormStatistics,
    augmentation?: Points,
  ): Promise<void> {
    const { gpu, student, card, scan } = context;
    using built = augmentation &&
      await SparseScan.build(gpu, student, card.features, augmentation, scan.voxels.size);
    const seen = built ?? scan;
    const graph = new Graph(gpu.kernels);
    const layers = frozenLayers({ ...context, scan: seen }, statistics);
    const onScan = (x: Tensor) => built ? augmentationRowsToScan(graph, x, built, scan) : x;
    const features = student.backbone(graph, layers, seen.features);
    const x = onScan(student.classHead(graph, layers, features));
    const { bytes } = this.logits;
    graph.emit(movingAverage({ x, average: this.#last }, bytes / 16, 0));
    using history = this.#target && new LossHistory(gpu, 1);
    if (this.#target && history) {
      const z = onScan(student.distillationHead(graph, layers, features));
      const loss = cosineDistillation(graph, z, this.#target, 1);
      recordLoss(graph, loss, history.tensor, history.capacity);
    }
    using plan = new Plan(gpu, graph, [], "augmentation");
    plan.submit();
    const weight = history ? this.#weightOf((await history.values())[0]!) : 1;
    const keep = this.#weight / (this.#weight + weight);
    this.#weight += weight;
    const [from, to] = [this.#last.binding!, this.logits.binding!];
    gpu.run([movingAverage({ x: from, average: to }, bytes / 16, keep)], "mean of augmentations");
    await gpu.finished();
  }

  /** The weight of a prediction: 1 for the first, less the worse a later one agrees with the photographs. */
  #weightOf(loss: number): number {
    if (this.#weight === 0) {
      this.#firstLoss = loss;
      return 1;
    }
    const worse = loss / Math.max(this.#firstLoss, Number.EPSILON) - 1;
    return Math.exp(-Math.max(worse, 0) / LOSS_TOLERANCE);
  }

  /** Reads the softmax of the mean: one readback. */
  async probabilities({ gpu }: PlanContext): Promise<Probabilities> {
    const graph = new Graph(gpu.kernels);
    const probabilities = softmax(graph, this.logits);
    using plan = new Plan(gpu, graph, [probabilities], "mean of augmentations");
    plan.submit();
    const { rows, channels } = probabilities;
    return unpadded(await plan.read(probabilities), rows, channels);
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}
