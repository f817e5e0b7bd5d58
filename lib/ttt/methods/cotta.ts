/**
 * CoTTA (Wang et al. 2022, github.com/qinenergy/cotta): a student learns from a teacher that is the moving
 * average of its own weights; where the source network is unsure of a scan, the teacher's answers are
 * averaged over augmented views; now and then a few weights return to their source values. It is continual:
 * student and teacher go on from scan to scan, and the answer is the teacher's, from before the step.
 *
 * As in the original: all learned weights move (the convolutions' `kernel` too, which a filter on the names
 * `weight` and `bias` would miss), batch statistics everywhere, logits averaged over views, soft
 * cross-entropy, Adam, then the average, then the restore, which leaves Adam's moments alone. The port: the
 * batch is one scan; confidence and loss are means over its voxels; views are turned, mirrored, scaled,
 * jittered and recoloured, fewer than the original's 32, and their logits come back point by point.
 */
import { z } from "zod";
import type { Binding, Gpu } from "../../gpu/mod.ts";
import { Graph } from "../../graph/graph.ts";
import { recordLoss } from "../../graph/losses/mean_loss.ts";
import { movingAverage } from "../../graph/optimizers/moving_average.ts";
import { launchOverRanges, wholeBuffer } from "../../graph/optimizers/bindable_ranges.ts";
import { restoreStep } from "../../graph/optimizers/restore.ts";
import { softCrossEntropy } from "../../graph/losses/soft_cross_entropy.ts";
import { softmax } from "../../graph/ops/softmax.ts";
import { Plan } from "../../graph/plan.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { AdamW } from "../../nn/adamw.ts";
import type { Parameters } from "../../nn/parameters.ts";
import { layersOf, LossHistory, type PlanContext, PredictionPlan } from "../plans.ts";
import { labelsOf, type Probabilities, unpadded } from "../probabilities.ts";
import { ViewAverage } from "../view_average.ts";
import { randomView, type ViewOptions } from "../views.ts";
import { type AdaptationContext, type Adapted, defineMethod, numberSetting } from "../method.ts";

/** Standard deviation of a view's jitter, in voxels. */
const JITTER = 0.1;
/** Ranges of a view's scale, 0.9 to 1.1, and colours: CoTTA's own. */
const VIEW: Omit<ViewOptions, "jitter"> = { scale: 0.1, colour: 0.2 };

export const cotta = defineMethod({
  name: "cotta",
  about: "weights towards the answers of their own moving average over views (CoTTA)",
  checkpoint: "joint",
  usesPhotographs: false,
  online: true,
  lossName: "consistency loss",
  settings: z.strictObject({
    steps: numberSetting(1, { min: 1, max: 1000, integer: true }).describe(
      "gradient steps on each scan",
    ),
    learningRate: numberSetting(1e-3, { min: 0, max: 1 }).describe("of Adam"),
    teacherMomentum: numberSetting(0.9, { min: 0, max: 1 }).describe(
      "what the teacher keeps of itself at each step",
    ),
    restore: numberSetting(0.01, { min: 0, max: 1 }).describe(
      "probability that a weight returns to its source value at each step",
    ),
    confidence: numberSetting(0.92, { min: 0, max: 1 }).describe(
      "mean confidence of the source network below which views are averaged",
    ),
    augmentations: numberSetting(8, { min: 1, max: 64, integer: true }).describe(
      "augmented views that are averaged",
    ),
  }),
  grid: [
    { learningRate: 1e-3, teacherMomentum: 0.999 },
    { learningRate: 1e-3, teacherMomentum: 0.99 },
    { learningRate: 1e-3, teacherMomentum: 0.9 },
    { learningRate: 3e-4, teacherMomentum: 0.99 },
    { learningRate: 3e-4, teacherMomentum: 0.9 },
    { learningRate: 3e-4, teacherMomentum: 0.9, steps: 3 },
  ],
  async adapt(context, settings): Promise<Adapted> {
    const { gpu, work, points, random, scan } = context;
    const { steps, augmentations } = settings;
    const view = { ...VIEW, jitter: JITTER * scan.voxels.size };
    const pair = context.memory.recall(() => new Pair(context));
    const teacher = { ...context, parameters: pair.teacher };
    using owned = new DisposableStack();
    const history = owned.use(new LossHistory(gpu, steps));
    const answer = owned.use(new ViewAverage(context));
    const isSure = await work.time(
      "predict",
      async () => await anchorConfidence(context) >= settings.confidence,
    );
    const lesson = await work.time("compile", async () => {
      const made = new LessonPlan({ ...context, parameters: pair.student }, answer.logits, history);
      await gpu.finished();
      return owned.use(made);
    });
    await work.time("adapt", async () => {
      for (let step = 1; step <= steps; step++) {
        answer.clear();
        if (isSure) await answer.add(teacher, "batch");
        for (let i = 0; !isSure && i < augmentations; i++) {
          await answer.add(teacher, "batch", randomView(points, view, random));
        }
        lesson.submit();
        pair.step(gpu, context.parameters, settings);
        await work.stepped(step, steps, history);
      }
    });
    return {
      probabilities: await lesson.read(),
      steps,
      losses: await history.values(),
      note: isSure ? "one view: the source network is sure" : `mean of ${augmentations} views`,
    };
  },
});

/** Student and teacher, kept from scan to scan. */
class Pair implements Disposable {
  readonly student: Parameters;
  readonly teacher: Parameters;
  readonly #optimizer: AdamW;
  readonly #owned: DisposableStack;
  readonly #seed: number;
  #steps = 0;

  constructor({ gpu, parameters, random }: AdaptationContext) {
    using owned = new DisposableStack();
    this.student = owned.use(parameters.clone());
    this.teacher = owned.use(parameters.clone());
    this.#optimizer = owned.use(new AdamW(gpu, this.student, 0));
    this.#seed = random.uint32();
    this.#owned = owned.move();
  }

  /** Moves the student by its gradient, the teacher after it, and some of the student back to the source. */
  step(
    gpu: Gpu,
    source: Parameters,
    settings: { learningRate: number; teacherMomentum: number; restore: number },
  ): void {
    this.#optimizer.step(settings.learningRate);
    const values = wholeBuffer(this.student.values);
    const draw = { probability: settings.restore, seed: this.#seed, step: this.#steps++ };
    gpu.run([
      ...launchOverRanges(
        { x: values, average: wholeBuffer(this.teacher.values) },
        (part, count) => movingAverage<Binding>(part, count, settings.teacherMomentum),
      ),
      ...launchOverRanges(
        { source: wholeBuffer(source.values), values },
        (part, count, first) => restoreStep<Binding>(part, count, draw, first),
      ),
    ], "CoTTA");
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}

/** How sure the source network is of the scan: the mean over voxels of its largest probability. */
async function anchorConfidence(context: PlanContext): Promise<number> {
  using plan = new PredictionPlan(context, "batch");
  plan.submit();
  const { confidence } = labelsOf(await plan.read());
  return confidence.reduce((sum, value) => sum + value, 0) / confidence.length;
}

/** The student's loss against the target, recorded, and its gradient by all learned weights. */
class LessonPlan implements Disposable {
  readonly #plan: Plan;
  readonly #taught: Tensor;

  constructor(context: PlanContext, target: Tensor, history: LossHistory) {
    const { gpu, student, scan } = context;
    const graph = new Graph();
    const layers = layersOf(context, {
      statistics: "batch",
      momentum: 0,
      trainable: () => true,
    });
    const logits = student.classHead(graph, layers, student.backbone(graph, layers, scan.features));
    this.#taught = softmax(graph, target);
    const loss = softCrossEntropy(graph, logits, this.#taught, 1);
    recordLoss(graph, loss, history.tensor, history.capacity);
    graph.backward();
    this.#plan = new Plan(gpu, graph, [this.#taught], "CoTTA student");
  }

  submit(): void {
    this.#plan.submit();
  }

  /** What the teacher said at the last submit. */
  async read(): Promise<Probabilities> {
    const { rows, channels } = this.#taught;
    return unpadded(await this.#plan.read(this.#taught), rows, channels);
  }

  [Symbol.dispose](): void {
    this.#plan.destroy();
  }
}
