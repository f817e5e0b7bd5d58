/**
 * What a network says of a scan, averaged over several views of it. A network errs in another way on each
 * view, so the mean errs less ("test-time augmentation"); CoTTA's teacher answers so.
 *
 * @module
 */
import { Graph } from "../graph/graph.ts";
import { movingAverage } from "../graph/ops/moving_average.ts";
import { softmax } from "../graph/ops/softmax.ts";
import { Plan } from "../graph/plan.ts";
import { Tensor } from "../graph/tensor.ts";
import type { StudentCard } from "../nn/card.ts";
import type { Random } from "../worlds/random.ts";
import { frozenLayers, type PlanContext, type Statistics } from "./plans.ts";
import { type Probabilities, unpadded } from "./probabilities.ts";
import { type Points, SparseScan } from "./sparse_scan.ts";
import { randomView, type ViewOptions, viewToScan } from "./views.ts";

/** Standard deviation of a view's jitter, in voxels. */
const JITTER = 0.1;
/** Ranges of a view's scale and colours: CoTTA's scale of 0.9 to 1.1, and its colour jitter. */
const VIEW: Omit<ViewOptions, "jitter"> = { scale: 0.1, colour: 0.2 };

/** A view to average over; no label hangs on where it lies. */
export function drawView(points: Points, voxelSize: number, random: Random): Points {
  return randomView(points, { ...VIEW, jitter: JITTER * voxelSize }, random);
}

/** The running mean of class logits over views of one scan. Owns its buffer. */
export class ViewAverage implements Disposable {
  /** [voxels of the scan][classes]; undefined until a view was added. */
  readonly logits: Tensor;
  readonly #owned = new DisposableStack();
  #views = 0;

  constructor({ gpu, scan, student }: PlanContext) {
    const shape = [scan.voxels.count, student.classes] as const;
    const { bytes } = new Tensor("mean logits", ...shape);
    const binding = this.#owned.use(gpu.buffer("mean logits", bytes));
    this.logits = new Tensor("mean logits", ...shape, { binding });
  }

  /** Starts anew. */
  clear(): void {
    this.#views = 0;
  }

  /** Takes in what the context's weights say of a view, or of the scan itself where none is given. */
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
    const said = student.classHead(graph, layers, student.backbone(graph, layers, view.features));
    const x = view === scan ? said : viewToScan(graph, said, view, scan);
    const average = this.logits;
    const keep = this.#views / (this.#views + 1);
    graph.emit(movingAverage({ x, average }, average.bytes / 16, keep));
    using plan = new Plan(gpu, graph, [], "view");
    plan.submit();
    this.#views++;
    await gpu.finished();
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
