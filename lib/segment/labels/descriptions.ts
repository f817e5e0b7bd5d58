/**
 * What the source weights make of voxels: by it, voxels are told to be alike.
 *
 * @module
 */
import { Graph } from "../../graph/graph.ts";
import { Plan } from "../../graph/plan.ts";
import { frozenLayers, type PlanContext } from "../../ttt/plans/context.ts";
import { unpadded } from "../../ttt/probabilities.ts";

/** Rows of unit length, one a voxel: how alike two voxels are is their product. */
export interface Descriptions {
  readonly width: number;
  /** f32 [voxels][width]. */
  readonly values: Float32Array;
}

/** What the network makes of every voxel, by the statistics of training: the same in blocks as in the whole scan. */
export async function describeVoxels(context: PlanContext): Promise<Descriptions> {
  const graph = new Graph(context.gpu.kernels);
  const layers = frozenLayers(context, "running");
  const features = context.student.backbone(graph, layers, context.scan.features);
  using plan = new Plan(context.gpu, graph, [features], "descriptions");
  plan.submit();
  const { rows, classes: width, values } = unpadded(
    await plan.read(features),
    features.rows,
    features.channels,
  );
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * width, (row + 1) * width);
    const length = Math.hypot(...own) || 1;
    own.forEach((value, i) => own[i] = value / length);
  }
  return { width, values };
}
