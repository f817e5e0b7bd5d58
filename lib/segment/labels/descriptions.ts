/**
 * What the source weights make of voxels: by it, voxels are told to be alike.
 *
 * @module
 */
import { Graph } from "../../graph/graph.ts";
import { mostAlike } from "../../graph/losses/most_alike.ts";
import { convert } from "../../graph/ops/convert.ts";
import { normaliseRows } from "../../graph/ops/normalise_rows.ts";
import { Plan } from "../../graph/plan.ts";
import { Tensor } from "../../graph/tensor.ts";
import type { RememberedCorrections } from "../../ttt/corrections.ts";
import { frozenLayers, type PlanContext } from "../../ttt/plans/context.ts";
import { padded, unpadded } from "../../ttt/probabilities.ts";

/** Rows of unit length, one a voxel: how alike two voxels are is their product. */
export interface Descriptions {
  readonly width: number;
  /** f32 [voxels][width]. */
  readonly values: Float32Array;
}

/** How alike each voxel and the corrections of each class are: the cosine of the most alike; −1 without corrections. */
export interface Likeness {
  readonly classes: number;
  /** f32 [voxels][classes]. */
  readonly values: Float32Array;
}

/** What the network makes of every voxel, by the statistics of training: the same in blocks as in the whole scan. */
export async function describeVoxels(context: PlanContext): Promise<Descriptions> {
  const { graph, descriptions } = described(context);
  using plan = new Plan(context.gpu, graph, [descriptions], "descriptions");
  plan.submit();
  const { classes: width, values } = unpadded(
    await plan.read(descriptions),
    descriptions.rows,
    descriptions.channels,
  );
  return { width, values };
}

/** Compares what {@link describeVoxels} would say of every voxel with what was corrected in other scans. */
export async function compareVoxels(
  context: PlanContext,
  { width, descriptions: known, classes: said }: RememberedCorrections,
): Promise<Likeness> {
  const { gpu, student: { classes } } = context;
  const order = [...said.keys()].sort((a, b) => said[a]! - said[b]!);
  const sorted = new Float32Array(known.length);
  order.forEach((from, to) =>
    sorted.set(known.subarray(from * width, (from + 1) * width), to * width)
  );
  const starts = Uint32Array.from(
    { length: classes + 1 },
    (_, label) => said.filter((own) => own < label).length,
  );
  using owned = new DisposableStack();
  const rows = gpu.upload(
    "corrections",
    padded({ rows: said.length, classes: width, values: sorted }),
  );
  const bounds = gpu.upload("classes of corrections", starts);
  const { graph, descriptions } = described(context);
  const likeness = mostAlike(graph, descriptions, {
    rows: new Tensor("corrections", said.length, width, { binding: owned.use(rows) }),
    starts: new Tensor("classes of corrections", starts.length, 1, { binding: owned.use(bounds) }),
  });
  using plan = new Plan(gpu, graph, [likeness], "comparison");
  plan.submit();
  const { values } = unpadded(await plan.read(likeness), likeness.rows, likeness.channels);
  return { classes, values };
}

function described(context: PlanContext): { graph: Graph; descriptions: Tensor } {
  const graph = new Graph(context.gpu.kernels);
  const layers = frozenLayers(context, "running");
  const features = context.student.backbone(graph, layers, context.scan.features);
  return { graph, descriptions: normaliseRows(graph, convert(graph, features, "f32")) };
}
