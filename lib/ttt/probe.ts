/**
 * What the 2D probe says of a scan: classes from the teacher's features alone.
 *
 * @module
 */
import { Graph } from "../graph/graph.ts";
import { centreRows } from "../graph/ops/centre_rows.ts";
import type { DistillationTarget } from "../graph/ops/cosine_distillation.ts";
import { softmax } from "../graph/ops/softmax.ts";
import { Plan } from "../graph/plan.ts";
import { frozenLayers, type PlanContext } from "./plans.ts";
import { type Probabilities, unpadded } from "./probabilities.ts";

/** Class probabilities of every voxel by its target; rows without one mean nothing. */
export async function probeProbabilities(
  context: PlanContext,
  target: DistillationTarget,
): Promise<Probabilities> {
  const { gpu, student } = context;
  const graph = new Graph();
  const logits = student.probe(graph, frozenLayers(context, "running"), centreRows(graph, target));
  const probabilities = softmax(graph, logits);
  using plan = new Plan(gpu, graph, [probabilities], "probe");
  plan.submit();
  return unpadded(await plan.read(probabilities), logits.rows, logits.channels);
}
