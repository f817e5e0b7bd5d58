/**
 * The domains of rooms: which rooms, which sensor, which faults. The student is trained on "source" and meets the others
 * at test time only. To add a domain, add a row to the table.
 *
 * @module
 */
import { seedOf, type Split } from "../seeds.ts";
import type { StyleName } from "../world.ts";

/** A depth camera: its points are pixels of the photographs. */
export interface DepthCamera {
  kind: "depth";
  /** Most points of a scan, drawn at random from the pixels that it can measure. */
  points: number;
  /** Largest distance in metres. */
  range: number;
  /** Smallest cosine between a ray and the surface's normal at which the surface gives a point. */
  grazing: number;
}

/** A terrestrial laser scanner: it scans all around from a few stations. */
export interface TerrestrialScanner {
  kind: "terrestrial";
  stations: number;
  /** Directions around the vertical axis. */
  azimuths: number;
  /** Directions from bottom to top. */
  elevations: number;
}

/** A kind of room, and the sensor that scans it. */
export interface RoomDomain {
  /** Part of the seed; never used again for another domain. */
  number: number;
  /** One line for reports: what differs from the source. */
  about: string;
  style: StyleName;
  scanner: DepthCamera | TerrestrialScanner;
  /** Standard deviation of the noise along the ray at depth z: base + growth * z * z, metres. */
  noise: { base: number; growth: number };
  /** Share of the points that are outliers anywhere in the room, labelled 255. */
  outliers: number;
  /** Whether colours are faulty: constant in half of the scenes, permuted with wrong gamma and gain in the rest. */
  colourFault: boolean;
}

const DEPTH_CAMERA: DepthCamera = { kind: "depth", points: 20000, range: 4.5, grazing: 0.12 };

const SHARP = { base: 0.004, growth: 0.0025 };

/**
 * Every domain. Each but the last differs from "source" in one way: the kind of scanner, its quality, its colours, or
 * the building.
 */
export const ROOM_DOMAINS = {
  source: {
    number: 0,
    about: "the rooms and the depth camera that students are trained on",
    style: "A",
    scanner: DEPTH_CAMERA,
    noise: SHARP,
    outliers: 0,
    colourFault: false,
  },
  terrestrial: {
    number: 3,
    about: "another scanner: laser turns from two stations, dense near them and sparse far off",
    style: "A",
    scanner: { kind: "terrestrial", stations: 2, azimuths: 300, elevations: 50 },
    noise: { base: 0.004, growth: 0 },
    outliers: 0,
    colourFault: false,
  },
  noisy: {
    number: 1,
    about: "a worse scanner: a quarter of the points, 5 cm of noise, 6 % outliers",
    style: "A",
    scanner: { ...DEPTH_CAMERA, points: 5000 },
    noise: { base: 0.05, growth: 0 },
    outliers: 0.06,
    colourFault: false,
  },
  colours: {
    number: 4,
    about:
      "faulty colours: one grey in half of the scans, turned channels and wrong gamma in the rest",
    style: "A",
    scanner: DEPTH_CAMERA,
    noise: SHARP,
    outliers: 0,
    colourFault: true,
  },
  building: {
    number: 5,
    about: "another building: its own furniture, finishes and room sizes",
    style: "B",
    scanner: DEPTH_CAMERA,
    noise: SHARP,
    outliers: 0,
    colourFault: false,
  },
  everything: {
    number: 2,
    about:
      "all at once: the other building, one coarse laser station, 3 cm of noise, faulty colours",
    style: "B",
    scanner: { kind: "terrestrial", stations: 1, azimuths: 300, elevations: 40 },
    noise: { base: 0.03, growth: 0 },
    outliers: 0,
    colourFault: true,
  },
} as const satisfies Record<string, RoomDomain>;

/** Name of a domain. */
export type RoomDomainName = keyof typeof ROOM_DOMAINS;

/**
 * Gives the seed of a scene; see {@link seedOf}.
 *
 * @throws {RangeError} where the index is out of range.
 */
export function sceneSeed(domain: RoomDomainName, split: Split, index: number): number {
  return seedOf(ROOM_DOMAINS[domain].number, split, index);
}
