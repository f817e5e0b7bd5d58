/**
 * Where a scanner or a camera of an E57 file stood.
 *
 * @module
 */
import { childOf, type E57Node, numberOf } from "./xml.ts";

/** A rotation by a unit quaternion, and a translation. */
export interface E57Pose {
  rotation: [w: number, x: number, y: number, z: number];
  translation: [number, number, number];
}

/**
 * Reads a pose; without one, it is the identity.
 *
 * @returns null where the rotation is no unit quaternion
 */
export function poseOf(node: E57Node | undefined): E57Pose | null {
  const [rotation, translation] = [childOf(node, "rotation"), childOf(node, "translation")];
  const quaternion = [
    numberOf(rotation, "w", 1),
    ...["x", "y", "z"].map((axis) => numberOf(rotation, axis, 0)),
  ] as E57Pose["rotation"];
  const length = Math.hypot(...quaternion);
  const moved = ["x", "y", "z"].map((axis) => numberOf(translation, axis, 0)) as [
    number,
    number,
    number,
  ];
  if (!(Math.abs(length - 1) < 1e-3) || !moved.every(Number.isFinite)) return null;
  return {
    rotation: quaternion.map((value) => value / length) as E57Pose["rotation"],
    translation: moved,
  };
}

/** The number of digits; null for anything else. */
export function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : null;
}
