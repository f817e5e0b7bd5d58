/**
 * CoTTA (Wang et al. 2022, github.com/qinenergy/cotta): a student learns from a teacher that is the moving
 * average of its own weights; where the source network is unsure of a scan, the teacher's prediction is
 * averaged over augmentations; at every step a few random weights return to their source values. It is
 * continual: student and teacher continue from scan to scan, and the prediction is the teacher's, from before
 * the step.
 *
 * As in the original: all learned weights are adapted (the convolutions' `kernel` too, which a filter on the
 * names `weight` and `bias` would miss), batch statistics everywhere, logits averaged over augmentations, soft
 * cross-entropy, Adam, then the average, then the restore, which leaves Adam's moments alone. The port: the
 * batch is one scan; confidence and loss are means over its voxels; augmentations are rotated, mirrored, scaled,
 * jittered and recoloured, fewer than the original's 32, and their logits come back point by point.
 *
 * @module
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
import { AugmentationAverage } from "../augmentation_average.ts";
import { type AugmentationRanges, drawAugmentation } from "../augmentation.ts";
import { type AdaptationContext, type AdaptationResult, defineMethod } from "../method.ts";
import { layersOf, type PlanContext } from "../plans/context.ts";
import { LossHistory } from "../plans/loss_history.ts";
import { PredictionPlan } from "../plans/prediction.ts";
import { labelsOf, type Probabilities, unpadded } from "../probabilities.ts";
import { numberSetting } from "../settings.ts";

/** Standard deviation of an augmentation's jitter, in voxels. */
const JITTER = 0.1;
/** Ranges of an augmentation's scale, 0.9 to 1.1, and colours: CoTTA's own. */
const RANGES: Omit<AugmentationRanges, "jitter"> = { scale: 0.1, colour: 0.2 };

const settings = z.strictObject({
  steps: numberSetting(1, { min: 1, max: 1000, integer: true }).describe(
    "gradient steps on each scan",
  ),
  learningRate: numberSetting(1e-3, { min: 0, max: 1 }).describe("learning rate of Adam"),
  teacherMomentum: numberSetting(0.9, { min: 0, max: 1 }).describe(
    "share of its weights that the teacher keeps at each step",
  ),
  restore: numberSetting(0.01, { min: 0, max: 1 }).describe(
    "probability that a weight returns to its source value at each step",
  ),
  confidence: numberSetting(0.92, { min: 0, max: 1 }).describe(
    "mean confidence of the source network below which augmentations are averaged",
  ),
  augmentations: numberSetting(8, { min: 1, max: 64, integer: true }).describe(
    "augmentations that are averaged",
  ),
});

type CottaSettings = z.output<typeof settings>;

/** The method as the registry holds it. */
export const cotta = defineMethod({
  name: "cotta",
  about:
    "all weights, adapted to the predictions of their own moving average over augmentations (CoTTA)",
  checkpoint: "joint",
  usesPhotographs: false,
  online: true,
  lossName: "consistency loss",
  settings,
  grid: [
    { learningRate: 1e-3, teacherMomentum: 0.999 },
    { learningRate: 1e-3, teacherMomentum: 0.99 },
    { learningRate: 1e-3, teacherMomentum: 0.9 },
    { learningRate: 3e-4, teacherMomentum: 0.99 },
    { learningRate: 3e-4, teacherMomentum: 0.9 },
    { learningRate: 3e-4, teacherMomentum: 0.9, steps: 3 },
  ],
  adapt,
});

async function adapt(
  context: AdaptationContext,
  settings: CottaSettings,
): Promise<AdaptationResult> {
  const { gpu, work, points, random, scan } = context;
  const { steps, augmentations } = settings;
  const ranges = { ...RANGES, jitter: JITTER * scan.voxels.size };
  const pair = context.memory.recall(() => new StudentAndTeacher(context));
  const teacher = { ...context, parameters: pair.teacher };
  using owned = new DisposableStack();
  const history = owned.use(new LossHistory(gpu, steps));
  const average = owned.use(new AugmentationAverage(context));
  const isSure = await work.time(
    "predict",
    async () => await anchorConfidence(context) >= settings.confidence,
  );
  const studentStep = await work.time("compile", async () => {
    const made = new StudentStepPlan(
      { ...context, parameters: pair.student },
      average.logits,
      history,
    );
    await gpu.finished();
    return owned.use(made);
  });
  await work.time("adapt", async () => {
    for (let step = 1; step <= steps; step++) {
      average.clear();
      if (isSure) await average.add(teacher, "batch");
      for (let i = 0; !isSure && i < augmentations; i++) {
        await average.add(teacher, "batch", drawAugmentation(points, ranges, random));
      }
      studentStep.submit();
      pair.step(gpu, context.parameters, settings);
      await work.stepped(step, steps, history);
    }
  });
  return {
    probabilities: await studentStep.read(),
    steps,
    losses: await history.values(),
    note: isSure
      ? "no augmentations: the source network is sure"
      : `mean of ${augmentations} augmentations`,
  };
}

/** Student and teacher, kept from scan to scan. */
class StudentAndTeacher implements Disposable {
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

  /** Updates the student by its gradient and the teacher by the student, then restores some of the student. */
  step(
    gpu: Gpu,
    source: Parameters,
    settings: Pick<CottaSettings, "learningRate" | "teacherMomentum" | "restore">,
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

/** The source network's confidence: the mean over voxels of its largest probability. */
async function anchorConfidence(context: PlanContext): Promise<number> {
  using plan = new PredictionPlan(context, "batch");
  plan.submit();
  const { confidence } = labelsOf(await plan.read());
  return confidence.reduce((sum, value) => sum + value, 0) / confidence.length;
}

/** Records the student's loss against the teacher's logits and its gradient by all learned weights. */
class StudentStepPlan implements Disposable {
  readonly #plan: Plan;
  readonly #target: Tensor;

  constructor(context: PlanContext, target: Tensor, history: LossHistory) {
    const { gpu, student, scan } = context;
    const graph = new Graph(gpu.kernels);
    const layers = layersOf(context, {
      statistics: "batch",
      momentum: 0,
      trainable: () => true,
    });
    const logits = student.classHead(graph, layers, student.backbone(graph, layers, scan.features));
    this.#target = softmax(graph, target);
    const loss = softCrossEntropy(graph, logits, this.#target, 1);
    recordLoss(graph, loss, history.tensor, history.capacity);
    graph.backward();
    this.#plan = new Plan(gpu, graph, [this.#target], "CoTTA student");
  }

  submit(): void {
    this.#plan.submit();
  }

  /** Reads the teacher's prediction of the last submit. */
  async read(): Promise<Probabilities> {
    const { rows, channels } = this.#target;
    return unpadded(await this.#plan.read(this.#target), rows, channels);
  }

  [Symbol.dispose](): void {
    this.#plan.destroy();
  }
}
