/**
 * Input features of points: how each name in a student's card (`lib/nn/features.ts`) is computed.
 *
 * @module
 */
import type { FeatureName } from "../nn/features.ts";
import { anchorOf, type Points } from "./points.ts";

/** Gives the value of a feature at a point. */
type Column = (p: number) => number;

/** How each feature is computed from points. */
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
  above_ground: ({ aboveGround }) => {
    if (!aboveGround) throw new TypeError("Cannot feed above_ground: heights were not measured");
    return (p) => Math.sign(aboveGround[p]!) * Math.log1p(Math.abs(aboveGround[p]!));
  },
  roughness: ({ roughness }) => {
    if (!roughness) throw new TypeError("Cannot feed roughness: it was not measured");
    return (p) => Math.log1p(10 * roughness[p]!);
  },
  multiple_returns: ({ multipleReturns }) => {
    if (!multipleReturns) throw new TypeError("Cannot feed multiple_returns: they were not read");
    return (p) => multipleReturns[p]!;
  },
};

/**
 * Computes the input features of points, [N][features padded to a multiple of 4]; padding is zero.
 *
 * @throws {TypeError} where the points lack intensity, normals or anything measured that are asked for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const points = {
 *   positions: Float32Array.of(0, 0, 5, 1, 1, 7),
 *   origin: [0, 0, 100] as [number, number, number],
 *   colors: null,
 *   intensity: null,
 *   normals: null,
 * };
 * const rows = pointFeatures(points, ["height", "z", "red", "one"]);
 * assert.deepEqual([...rows], [0, 105, 0, 1, 2, 107, 0, 1]); // mid-grey is 0
 * ```
 */
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

/** A colour channel (0 to 1), scaled and shifted. Mid-grey is used where a scan has no colours. */
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
    const zero = anchorOf(points)[axis]!;
    return (p) => points.positions[3 * p + axis]! - zero;
  };
}

function fromZero(axis: number): (points: Points) => Column {
  return ({ positions, origin }) => (p) => positions[3 * p + axis]! + origin[axis]!;
}
