/**
 * The prediction of the 2D probe: classes from the teacher's features alone.
 *
 * @module
 */
import { Graph } from "../graph/graph.ts";
import { centreRows } from "../graph/ops/centre_rows.ts";
import type { DistillationTarget } from "../graph/losses/cosine_distillation.ts";
import { softmax } from "../graph/ops/softmax.ts";
import { Plan } from "../graph/plan.ts";
import { OptionError } from "./option_error.ts";
import { frozenLayers, type PlanContext } from "./plans/context.ts";
import { type Probabilities, unpadded } from "./probabilities.ts";

/**
 * Predicts class probabilities of every voxel from its target; rows of voxels without one are meaningless.
 *
 * @throws {OptionError} where the student has no probe.
 */
export async function probeProbabilities(
  context: PlanContext,
  target: DistillationTarget,
): Promise<Probabilities> {
  const { gpu, student } = context;
  if (!student.hasTeacherHeads) {
    throw new OptionError(
      "Cannot predict by the probe: the student has none; use method ttt-kd without fusion, or train " +
        "heads with train --heads-only",
      "method",
    );
  }
  const graph = new Graph(gpu.kernels);
  const logits = student.probe(graph, frozenLayers(context, "running"), centreRows(graph, target));
  const probabilities = softmax(graph, logits);
  using plan = new Plan(gpu, graph, [probabilities], "probe");
  plan.submit();
  return unpadded(await plan.read(probabilities), logits.rows, logits.channels);
}
