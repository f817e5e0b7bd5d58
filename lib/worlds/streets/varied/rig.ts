/**
 * The lidars on a car: one, or two whose scans are merged, and where they are mounted. The first lidar is the origin of
 * the scan.
 *
 * @module
 */
import type { Random } from "../../../random/random.ts";
import type { Vector3 } from "../../frame.ts";
import type { LidarName } from "./lidars.ts";

/** A lidar on the car. */
export interface MountedLidar {
  name: LidarName;
  /** Where it is, metres from the first lidar. */
  at: Vector3;
  /** Tilt about its x axis, radians: a lidar that looks at one side of the car. */
  roll: number;
}

/** The lidars of a car. */
export interface Rig {
  lidars: readonly MountedLidar[];
  /** Height of the first lidar above the road, metres. */
  height: number;
  /** Height of the car's own roof above the road, metres; undefined where no lidar sees the car. */
  roof: number | undefined;
  /** Share of the shots that are lost whatever they meet. */
  lost: number;
}

/** Kinds of rigs, by name. */
export const RIGS = {
  hdl64: ["hdl64"],
  hdl32: ["hdl32"],
  vlp16: ["vlp16"],
  pandar64: ["pandar64"],
  os128: ["os128"],
  lines: ["lines"],
  rosette: ["rosette"],
  /** A lidar on the roof and one that looks ahead. */
  ahead: ["pandar64", "lines"],
  /** One at either side of the roof. */
  sides: ["vlp16", "vlp16"],
} as const satisfies Readonly<Record<string, readonly LidarName[]>>;

/** Name of a kind of rig. */
export type RigName = keyof typeof RIGS;

/** Draws a rig of a kind. */
export function drawRig(random: Random, name: RigName): Rig {
  const height = random.range(1.5, 2.3);
  const [first, second] = RIGS[name] as readonly LidarName[];
  const apart = random.range(0.9, 1.3);
  const tilt = random.range(0.15, 0.45);
  const below = random.range(0.2, 0.6);
  // Cameras look from 1.6 m up, over the roof.
  const roof = Math.min(1.5, height - random.range(0.15, 0.5));
  const isSeen = random.chance(0.5);
  const lost = random.chance(0.5) ? random.range(0, 0.12) : 0;
  const sides = name === "sides";
  const lidars: MountedLidar[] = [{ name: first!, at: [0, 0, 0], roll: sides ? tilt : 0 }];
  if (second !== undefined) {
    lidars.push({
      name: second,
      at: sides ? [0, -apart, 0] : [apart, 0, -below],
      roll: sides ? -tilt : 0,
    });
  }
  return { lidars, height, roof: isSeen ? roof : undefined, lost };
}
