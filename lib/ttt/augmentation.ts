/**
 * Augmentations of an unlabelled scan, for methods that compare or average the network's predictions of several:
 * the scan rotated about the vertical, mirrored, scaled, jittered, recoloured. An augmentation has the scan's own
 * points in the scan's own order, so a prediction for its voxels goes back to the scan point by point.
 *
 * @module
 */
import { composeIndices } from "../../kernels/sparse/records.ts";
import { groupsOf64, launch } from "../gpu/mod.ts";
import type { Graph } from "../graph/graph.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Random } from "../random/random.ts";
import { averageRows } from "../sparse/mod.ts";
import type { Points } from "../voxels/points.ts";
import { mapVectors, rotationAboutVertical } from "../voxels/rotation.ts";
import type { SparseScan } from "../voxels/sparse_scan.ts";

/** How far an augmentation may differ from the scan, beside any rotation and mirroring half of the time. */
export interface AugmentationRanges {
  /** Standard deviation of the noise on every coordinate, in metres. */
  readonly jitter: number;
  /** The scale is drawn from 1 - scale to 1 + scale. */
  readonly scale: number;
  /** Gain and offset of each colour are drawn from 1 ± colour and ± colour / 2; colours are 0 to 1. */
  readonly colour: number;
}

/**
 * Draws one augmentation; the given points stay as they are.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Random } from "../random/random.ts";
 *
 * const points = {
 *   positions: Float32Array.of(3, 4, 2),
 *   origin: [0, 0, 0] as [number, number, number],
 *   colors: null,
 *   intensity: null,
 *   normals: null,
 * };
 * const rigid = { jitter: 0, scale: 0, colour: 0 };
 * const [x, y, z] = drawAugmentation(points, rigid, new Random(1)).positions;
 * assert.ok(Math.abs(Math.hypot(x!, y!) - 5) < 1e-6);
 * assert.equal(z, 2);
 * ```
 */
export function drawAugmentation(
  points: Points,
  ranges: AugmentationRanges,
  random: Random,
): Points {
  const scale = random.range(1 - ranges.scale, 1 + ranges.scale);
  const angle = random.range(0, 2 * Math.PI);
  const mirror = random.chance(0.5) ? -1 : 1;
  const place = rotationAboutVertical(angle, mirror, scale);
  const positions = new Float32Array(points.positions.length);
  for (let i = 0; i < positions.length; i += 3) {
    const [x, y, z] = place(points.positions, i);
    positions[i] = x + ranges.jitter * random.normal();
    positions[i + 1] = y + ranges.jitter * random.normal();
    positions[i + 2] = z + ranges.jitter * random.normal();
  }
  const { colour } = ranges;
  const gain = [0, 1, 2].map(() => random.range(1 - colour, 1 + colour));
  const offset = [0, 1, 2].map(() => random.range(-colour / 2, colour / 2));
  const colors =
    points.colors?.map((value, i) =>
      Math.min(1, Math.max(0, value * gain[i % 3]! + offset[i % 3]!))
    ) ?? null;
  return {
    positions,
    origin: place(points.origin, 0),
    colors,
    intensity: points.intensity,
    normals: points.normals &&
      mapVectors(points.normals, rotationAboutVertical(angle, mirror, 1)),
    ...(points.anchor ? { anchor: place(points.anchor, 0) } : {}),
    ...(points.aboveGround ? { aboveGround: points.aboveGround.map((h) => scale * h) } : {}),
    ...(points.roughness ? { roughness: points.roughness.map((s) => scale * s) } : {}),
    ...(points.multipleReturns ? { multipleReturns: points.multipleReturns } : {}),
  };
}

/**
 * Brings rows of an augmentation's voxels to the scan's voxels: each point takes the row of its voxel in the
 * augmentation, each voxel of the scan the mean over its points. [augmentation's voxels][C] -> [scan's voxels][C]; no
 * gradient.
 */
export function augmentationRowsToScan(
  graph: Graph,
  x: Tensor,
  augmentation: SparseScan,
  scan: SparseScan,
): Tensor {
  // The rows of points are never stored: a dense scan has many times more points than voxels.
  const { points, order } = scan.pointRows;
  const rows = graph.tensor("rows of points", Math.ceil(points / 4), 4);
  graph.emit(launch(composeIndices, {
    params: { count: points },
    bindings: [augmentation.pointRows.pointRow, order, rows],
    workgroups: groupsOf64(points),
  }));
  const y = graph.tensor("rows of an augmentation", scan.voxels.count, x.channels);
  graph.emit(averageRows({
    x,
    order: rows,
    starts: scan.pointRows.starts,
    y,
    rows: y.rows,
    channels: y.channels,
  }));
  return y;
}
