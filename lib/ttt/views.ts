/**
 * Random views of an unlabelled scan, for methods that compare or average what a network says of several:
 * turned about the vertical, mirrored, scaled, jittered, recoloured. A view has the scan's own points in the
 * scan's own order, so a prediction for a view's voxels goes back to the scan point by point.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import { gather } from "../graph/ops/gather.ts";
import type { Tensor } from "../graph/tensor.ts";
import { averageRows } from "../sparse/mod.ts";
import type { Random } from "../random/random.ts";
import type { Points } from "../voxels/points.ts";
import type { SparseScan } from "../voxels/sparse_scan.ts";

/** How far a view may be from the scan; every view is turned by any angle and mirrored half the time. */
export interface ViewOptions {
  /** Standard deviation of the noise on every coordinate, in metres. */
  readonly jitter: number;
  /** The scale is drawn from 1 - scale to 1 + scale. */
  readonly scale: number;
  /** Gain and offset of each colour are drawn from 1 ± colour and ± colour / 2; colours are 0 to 1. */
  readonly colour: number;
}

/** Draws one view. The scan's points stay as they are. */
export function randomView(points: Points, options: ViewOptions, random: Random): Points {
  const scale = random.range(1 - options.scale, 1 + options.scale);
  const angle = random.range(0, 2 * Math.PI);
  const mirror = random.chance(0.5) ? -1 : 1;
  const turn = turning(angle, mirror, scale);
  const positions = new Float32Array(points.positions.length);
  for (let i = 0; i < positions.length; i += 3) {
    const [x, y, z] = turn(points.positions, i);
    positions[i] = x + options.jitter * random.normal();
    positions[i + 1] = y + options.jitter * random.normal();
    positions[i + 2] = z + options.jitter * random.normal();
  }
  const { colour } = options;
  const gain = [0, 1, 2].map(() => random.range(1 - colour, 1 + colour));
  const offset = [0, 1, 2].map(() => random.range(-colour / 2, colour / 2));
  const colors =
    points.colors?.map((value, i) =>
      Math.min(1, Math.max(0, value * gain[i % 3]! + offset[i % 3]!))
    ) ?? null;
  return {
    positions,
    origin: turn(points.origin, 0),
    colors,
    intensity: points.intensity,
    normals: points.normals && turnedAll(points.normals, turning(angle, mirror, 1)),
    ...(points.anchor ? { anchor: turn(points.anchor, 0) } : {}),
  };
}

/** Moves the vector that begins at an index. */
type Turn = (vectors: ArrayLike<number>, at: number) => [number, number, number];

/** Mirrors x, turns about the vertical and scales. */
function turning(angle: number, mirror: 1 | -1, scale: number): Turn {
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  return (vectors, at) => {
    const x = mirror * vectors[at]!;
    const y = vectors[at + 1]!;
    return [cos * x - sin * y, sin * x + cos * y, scale * vectors[at + 2]!];
  };
}

function turnedAll(vectors: Float32Array, turn: Turn): Float32Array {
  const turned = new Float32Array(vectors.length);
  for (let i = 0; i < vectors.length; i += 3) turned.set(turn(vectors, i), i);
  return turned;
}

/**
 * Rows of a view's voxels brought to the scan's voxels: each point takes the row of its voxel in the view,
 * each voxel of the scan the mean over its points. [view's voxels][C] -> [scan's voxels][C]; no gradient.
 */
export function viewToScan(graph: Graph, x: Tensor, view: SparseScan, scan: SparseScan): Tensor {
  const points = gather(graph, x, view.pointRows);
  const y = graph.tensor("rows of a view", scan.voxels.count, x.channels);
  graph.emit(averageRows({
    x: points,
    order: scan.pointRows.order,
    starts: scan.pointRows.starts,
    y,
    rows: y.rows,
    channels: y.channels,
  }));
  return y;
}
