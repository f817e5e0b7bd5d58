/**
 * Voxel rows copied to the points inside them, and the gradient summed back by voxel.
 *
 * @module
 */
import { gatherRows, gatherRowsBackward } from "../../../kernels/elementwise/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/** The voxel row of each point, and the points of each row (compressed sparse rows). */
export interface PointRows {
  /** Number of points. */
  readonly points: number;
  /** u32 [points]. */
  readonly pointRow: Tensor;
  /** u32 [points]: point indices sorted by row. */
  readonly order: Tensor;
  /** u32 [rows + 1] into `order`. */
  readonly starts: Tensor;
}

/** y[p] = x[pointRow[p]]: [voxels][C] -> [points][C]. */
export function gather(graph: Graph, x: Tensor, rows: PointRows): Tensor {
  const y = graph.tensor("gather", rows.points, x.channels, x.requiresGradient);
  const constants = { C4: x.quads };
  graph.emit(launch(gatherRows, {
    constants,
    params: { rows: y.rows },
    bindings: [x, rows.pointRow, y],
    workgroups: groupsOf64(y.rows * y.quads),
  }));
  if (x.requiresGradient) {
    graph.differentiable(y, (dy) => {
      const dx = graph.gradientOf(x);
      graph.emit(launch(gatherRowsBackward, {
        constants,
        params: { rows: x.rows },
        bindings: [dy, rows.order, rows.starts, dx],
        workgroups: groupsOf64(x.rows * x.quads),
      }));
      graph.contribute(x, dx);
    });
  }
  return y;
}

/** Reference of {@link gather} on rows of `channels` numbers. */
export function gatherReference(
  x: ArrayLike<number>,
  pointRow: ArrayLike<number>,
  channels: number,
): Float64Array {
  return Float64Array.from(
    { length: pointRow.length * channels },
    (_, i) => x[pointRow[Math.floor(i / channels)]! * channels + i % channels]!,
  );
}

/** Gradient of {@link gatherReference} with respect to x of `rows` rows. */
export function gatherBackwardReference(
  dy: ArrayLike<number>,
  pointRow: ArrayLike<number>,
  channels: number,
  rows: number,
): Float64Array {
  const dx = new Float64Array(rows * channels);
  for (let p = 0; p < pointRow.length; p++) {
    for (let c = 0; c < channels; c++) {
      dx[pointRow[p]! * channels + c]! += dy[p * channels + c]!;
    }
  }
  return dx;
}
