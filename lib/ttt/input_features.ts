/**
 * From points to input channels: what each name in a student's card (`lib/nn/features.ts`) is computed from.
 *
 * @module
 */
import type { FeatureName } from "../nn/features.ts";
import type { Points } from "./points.ts";

/** The value of a channel at a point. */
type Column = (p: number) => number;

/** How channels come out of points. */
const COLUMNS: Readonly<Record<FeatureName, (points: Points) => Column>> = {
  red: colour(0, 1, -0.5),
  green: colour(1, 1, -0.5),
  blue: colour(2, 1, -0.5),
  red_unit: colour(0, 1, 0),
  green_unit: colour(1, 1, 0),
  blue_unit: colour(2, 1, 0),
  red_signed: colour(0, 2, -1),
  green_signed: colour(1, 2, -1),
  blue_signed: colour(2, 2, -1),
  one: () => () => 1,
  normal_x: normal(0),
  normal_y: normal(1),
  normal_z: normal(2),
  x_centred: coordinate(0, ({ low, high }) => -(low + high) / 2),
  y_centred: coordinate(1, ({ low, high }) => -(low + high) / 2),
  height: coordinate(2, ({ low }) => -low),
  x: coordinate(0, ({ origin }) => origin),
  y: coordinate(1, ({ origin }) => origin),
  z: coordinate(2, ({ origin }) => origin),
  intensity: ({ intensity }) => {
    if (!intensity) throw new TypeError("Cannot feed intensity: the points have none");
    return (p) => intensity[p]!;
  },
};

/** Input rows of points [N][channels padded to whole vec4f], padding zero. */
export function pointFeatures(points: Points, features: readonly FeatureName[]): Float32Array {
  const count = points.positions.length / 3;
  const width = Math.ceil(features.length / 4) * 4;
  const rows = new Float32Array(count * width);
  features.forEach((name, c) => {
    const column = COLUMNS[name](points);
    for (let p = 0; p < count; p++) rows[p * width + c] = column(p);
  });
  return rows;
}

/** A colour from 0 to 1, scaled and moved. Mid-grey stands for colours that a scan does not have. */
function colour(channel: number, scale: number, offset: number): (points: Points) => Column {
  return ({ colors }) =>
    colors ? (p) => colors[3 * p + channel]! * scale + offset : () => 0.5 * scale + offset;
}

function normal(axis: number): (points: Points) => Column {
  return ({ normals }) => {
    if (!normals) throw new TypeError("Cannot feed normals: the points have none");
    return (p) => normals[3 * p + axis]!;
  };
}

/** What an axis of a scan has: lowest and highest coordinate less the origin, and the origin. */
interface Axis {
  readonly low: number;
  readonly high: number;
  readonly origin: number;
}

/** A coordinate less the origin, plus what `offset` says. */
function coordinate(axis: number, offset: (axis: Axis) => number): (points: Points) => Column {
  return ({ positions, origin }) => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = axis; i < positions.length; i += 3) {
      low = Math.min(low, positions[i]!);
      high = Math.max(high, positions[i]!);
    }
    const moved = offset({ low, high, origin: origin[axis]! });
    return (p) => positions[3 * p + axis]! + moved;
  };
}
