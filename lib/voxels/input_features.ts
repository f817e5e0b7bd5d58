/**
 * From points to input channels: what each name in a student's card (`lib/nn/features.ts`) is computed from.
 *
 * @module
 */
import type { FeatureName } from "../nn/features.ts";
import { anchorOf, type Points } from "./points.ts";

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
  x_centred: fromAnchor(0),
  y_centred: fromAnchor(1),
  height: fromAnchor(2),
  x: fromZero(0),
  y: fromZero(1),
  z: fromZero(2),
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

function fromAnchor(axis: number): (points: Points) => Column {
  return (points) => {
    const begin = anchorOf(points)[axis]!;
    return (p) => points.positions[3 * p + axis]! - begin;
  };
}

function fromZero(axis: number): (points: Points) => Column {
  return ({ positions, origin }) => (p) => positions[3 * p + axis]! + origin[axis]!;
}
