/**
 * TENT (Wang et al. 2021, github.com/DequanWang/tent): Adam lowers the mean entropy of the predictions by the scale
 * γ and shift β of the norm layers, with batch statistics. Everything else stays.
 *
 * The original takes one step on each batch of 200 images, keeps the adapted weights until the corruption
 * changes, and predicts by the logits from before the step. The port: the batch is one scan, entropy is
 * averaged over its voxels, every scan starts from the source weights (the original's `episodic`), and the
 * prediction comes after all steps, as a single scan would otherwise gain nothing from the last of them.
 *
 * @module
 */
import { z } from "zod";
import { Graph } from "../../graph/graph.ts";
import { entropy } from "../../graph/losses/entropy.ts";
import { recordLoss } from "../../graph/losses/mean_loss.ts";
import { softmax } from "../../graph/ops/softmax.ts";
import { Plan } from "../../graph/plan.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { AdamW } from "../../nn/adamw.ts";
import { type AdaptationResult, defineMethod, type ProbabilitySnapshot } from "../method.ts";
import { layersOf, type PlanContext } from "../plans/context.ts";
import { LossHistory } from "../plans/loss_history.ts";
import { type Probabilities, unpadded } from "../probabilities.ts";
import { numberSetting } from "../settings.ts";

/** The method as the registry holds it. */
export const tent = defineMethod({
  name: "tent",
  about:
    "scale and shift of the norm layers, adapted to lower the entropy of the predictions (TENT)",
  checkpoint: "joint",
  usesPhotographs: false,
  online: false,
  lossName: "entropy",
  settings: z.strictObject({
    steps: numberSetting(10, { min: 1, max: 1000, integer: true }).describe(
      "gradient steps on this scan",
    ),
    learningRate: numberSetting(3e-3, { min: 0, max: 1 }).describe("learning rate of Adam"),
  }),
  grid: [
    { steps: 1, learningRate: 1e-3 },
    { steps: 1, learningRate: 1e-2 },
    { steps: 10, learningRate: 1e-3 },
    { steps: 10, learningRate: 3e-3 },
    { steps: 10, learningRate: 1e-2 },
    { steps: 25, learningRate: 3e-3 },
  ],
  async adapt(context, { steps, learningRate }): Promise<AdaptationResult> {
    const { gpu, work } = context;
    using owned = new DisposableStack();
    const parameters = owned.use(context.parameters.clone());
    const optimizer = owned.use(new AdamW(gpu, parameters, 0));
    const history = owned.use(new LossHistory(gpu, steps + 1));
    const plan = await work.time("compile", async () => {
      const made = owned.use(new EntropyPlan({ ...context, parameters }, history));
      await gpu.finished();
      return made;
    });
    const snapshots: ProbabilitySnapshot[] = [];
    await work.time("adapt", async () => {
      for (let step = 1; step <= steps; step++) {
        plan.submit();
        if (context.snapshots.includes(step - 1)) {
          snapshots.push({ step: step - 1, probabilities: await plan.read() });
        }
        optimizer.step(learningRate);
        await work.stepped(step, steps, history);
      }
    });
    return await work.time("predict", async () => {
      plan.submit();
      const probabilities = await plan.read();
      if (context.snapshots.includes(steps)) snapshots.push({ step: steps, probabilities });
      return { probabilities, steps, losses: await history.values(), snapshots };
    });
  },
});

/** Predicts, records the entropy of the predictions and adds its gradient to that of γ and β. */
class EntropyPlan implements Disposable {
  readonly #plan: Plan;
  readonly #probabilities: Tensor;

  constructor(context: PlanContext, history: LossHistory) {
    const { gpu, student, scan } = context;
    const graph = new Graph(gpu.kernels);
    const layers = layersOf(context, {
      statistics: "batch",
      momentum: 0,
      trainable: ({ kind }) => kind === "scale" || kind === "shift",
    });
    const features = student.backbone(graph, layers, scan.features);
    const logits = student.classHead(graph, layers, features);
    this.#probabilities = softmax(graph, logits);
    recordLoss(graph, entropy(graph, logits, 1), history.tensor, history.capacity);
    graph.backward();
    this.#plan = new Plan(gpu, graph, [this.#probabilities], "TENT");
  }

  submit(): void {
    this.#plan.submit();
  }

  async read(): Promise<Probabilities> {
    const { rows, channels } = this.#probabilities;
    return unpadded(await this.#plan.read(this.#probabilities), rows, channels);
  }

  [Symbol.dispose](): void {
    this.#plan.destroy();
  }
}
