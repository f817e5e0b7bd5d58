/**
 * What a network says of a scan, averaged over several views of it. A network errs in another way on each
 * view, so the mean errs less ("test-time augmentation"); CoTTA's teacher answers so. Where photographs are
 * there, a view counts by how well the network's features of it agree with them: weights that a scan has
 * moved may read the scan itself far better than a turned copy.
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
import { frozenLayers, LossHistory, type PlanContext, type Statistics } from "./plans.ts";
import { type Probabilities, unpadded } from "./probabilities.ts";
import type { Points } from "../voxels/points.ts";
import { SparseScan } from "../voxels/sparse_scan.ts";
import { viewToScan } from "./views.ts";

/** A view whose loss is this share above that of the scan itself counts 1/e of it. */
const LOSS_TOLERANCE = 0.1;

/** The running mean of class logits over views of one scan. Owns its buffers. */
export class ViewAverage implements Disposable {
  /** [voxels of the scan][classes]; undefined until a view was added. */
  readonly logits: Tensor;
  readonly #owned = new DisposableStack();
  /** Logits of the last view. */
  readonly #view: Tensor;
  readonly #target: DistillationTarget | null;
  /** Sum of the weights of all views so far. */
  #weight = 0;
  /** Distillation loss of the first view. */
  #firstLoss = 0;

  /** @param target what the photographs say of the scan; every view counts alike where it is not given. */
  constructor({ gpu, scan, student }: PlanContext, target: DistillationTarget | null = null) {
    const rows = (label: string) => {
      const shape = [scan.voxels.count, student.classes] as const;
      const binding = this.#owned.use(gpu.buffer(label, new Tensor(label, ...shape).bytes));
      return new Tensor(label, ...shape, { binding });
    };
    this.logits = rows("mean logits");
    this.#view = rows("logits of a view");
    this.#target = target;
  }

  /** Starts anew. */
  clear(): void {
    this.#weight = 0;
  }

  /**
   * Takes in what the context's weights say of a view, or of the scan itself where none is given. The first
   * one counts 1, and is what the others' losses are held against.
   */
  async add(
    context: PlanContext & { readonly card: StudentCard },
    statistics: Statistics,
    points?: Points,
  ): Promise<void> {
    const { gpu, student, card, scan } = context;
    using built = points &&
      await SparseScan.build(gpu, student, card.features, points, scan.voxels.size);
    const view = built ?? scan;
    const graph = new Graph();
    const layers = frozenLayers({ ...context, scan: view }, statistics);
    const onScan = (x: Tensor) => view === scan ? x : viewToScan(graph, x, view, scan);
    const features = student.backbone(graph, layers, view.features);
    const x = onScan(student.classHead(graph, layers, features));
    const { bytes } = this.logits;
    graph.emit(movingAverage({ x, average: this.#view }, bytes / 16, 0));
    using history = this.#target && new LossHistory(gpu, 1);
    if (this.#target && history) {
      const z = onScan(student.distillationHead(graph, layers, features));
      const loss = cosineDistillation(graph, z, this.#target, 1);
      recordLoss(graph, loss, history.tensor, history.capacity);
    }
    using plan = new Plan(gpu, graph, [], "view");
    plan.submit();
    const weight = history ? this.#weightOf((await history.values())[0]!) : 1;
    const keep = this.#weight / (this.#weight + weight);
    this.#weight += weight;
    const [from, to] = [this.#view.binding!, this.logits.binding!];
    gpu.run([movingAverage({ x: from, average: to }, bytes / 16, keep)], "mean of views");
    await gpu.finished();
  }

  /** At most that of the first view, and less the worse a view agrees with the photographs. */
  #weightOf(loss: number): number {
    if (this.#weight === 0) {
      this.#firstLoss = loss;
      return 1;
    }
    const worse = loss / Math.max(this.#firstLoss, Number.EPSILON) - 1;
    return Math.exp(-Math.max(worse, 0) / LOSS_TOLERANCE);
  }

  /** Softmax of the mean: one readback. */
  async probabilities({ gpu }: PlanContext): Promise<Probabilities> {
    const graph = new Graph();
    const probabilities = softmax(graph, this.logits);
    using plan = new Plan(gpu, graph, [probabilities], "mean of views");
    plan.submit();
    const { rows, channels } = probabilities;
    return unpadded(await plan.read(probabilities), rows, channels);
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}
