/**
 * The domains of airborne surveys: which land, which season, which sensor. The benchmark's students are trained on
 * "source" and meet the others at test time only. The embedded student, which is meant for real surveys, is trained on
 * "varied", which mixes sensors, seasons and slopes of the others. To add a domain, add a row to the table.
 *
 * Measures of sensors are those that are published: 10 pulses per square metre (IGN LiDAR HD; AHN4 has 10 to 14), 0.5 at
 * USGS 3DEP's quality level 3, 2 at level 2 and 8 at level 1, fields of view of 40 to 60 degrees, beams of 0.2 to 0.5 mrad from 500 to
 * 2500 m, a height accuracy of 5 to 10 cm.
 *
 * @module
 */
import { seedOf, type Split } from "../seeds.ts";
import { Random } from "../../random/random.ts";
import type { StyleName } from "../world.ts";
import type { UseShares } from "./land_uses.ts";

/** A range, [low, high], that is drawn from once for each survey. */
export type Range = readonly [low: number, high: number];

/** How the shots of a scanner lie on the ground: lines by a polygon or by a swinging mirror, or circles by a wedge. */
export type ScanPattern = "parallel" | "zigzag" | "circular";

/** A lidar on an aircraft. */
export interface AirborneLidar {
  /** Pulses per square metre of all flight lines together; drawn evenly by its logarithm. */
  density: Range;
  /** Fewest and most flight lines that cover a place. */
  lines: Range;
  /** Scan angles that a place is seen at, degrees from nadir. */
  angle: Range;
  patterns: readonly ScanPattern[];
  /** Diameter of a pulse on the ground, metres. */
  footprint: Range;
  /** Standard deviation of a range, metres, and of the height of a whole flight line. */
  noise: Range;
  strip: number;
  /** Most returns of a pulse, and their least distance, metres. */
  returns: number;
  separation: Range;
  /** Share of the points that are birds, clouds or echoes between walls. */
  outliers: Range;
}

/** A kind of land, and how it was surveyed. */
export interface AerialDomain {
  /** Part of the seed; never used again for another domain. */
  number: number;
  /** One line for reports: what differs from the source. */
  about: string;
  /** Style of the land. */
  style: StyleName;
  /** What the land is used for. */
  uses: UseShares;
  /** Mean slope of the land, metres a metre. */
  slope: Range;
  /** Whether broadleaved trees have leaves. */
  leaves: boolean;
  sensor: AirborneLidar;
}

const SENSOR: AirborneLidar = {
  density: [2, 16],
  lines: [1, 3],
  angle: [0, 25],
  patterns: ["parallel", "zigzag"],
  footprint: [0.15, 0.6],
  noise: [0.015, 0.04],
  strip: 0.03,
  returns: 5,
  separation: [0.5, 1.2],
  outliers: [0, 0.001],
};

const SOURCE: Omit<AerialDomain, "number" | "about"> = {
  style: "A",
  uses: { homes: 0.36, centre: 0.14, works: 0.13, fields: 0.17, forest: 0.2 },
  slope: [0, 0.3],
  leaves: true,
  sensor: SENSOR,
};

/** Every domain. */
export const AERIAL_DOMAINS = {
  source: {
    ...SOURCE,
    number: 0,
    about: "2 to 16 pulses a square metre, up to 25 degrees, leaves, slopes up to 30 %, town A",
  },
  sparse: {
    ...SOURCE,
    number: 1,
    about: "0.5 to 1 pulse a square metre in one flight line, footprints of up to 1 m",
    sensor: { ...SENSOR, density: [0.5, 1], lines: [1, 1], footprint: [0.6, 1] },
  },
  dense: {
    ...SOURCE,
    number: 2,
    about: "30 to 40 pulses a square metre from a helicopter, circles, up to 35 degrees",
    sensor: {
      ...SENSOR,
      density: [30, 40],
      lines: [2, 4],
      angle: [10, 35],
      patterns: ["circular"],
      footprint: [0.05, 0.12],
    },
  },
  leafless: { ...SOURCE, number: 3, about: "winter: broadleaved trees are bare", leaves: false },
  photon: {
    ...SOURCE,
    number: 4,
    about: "single photons: one return a pulse, 10 cm of noise, 2 % outliers in the air and below",
    sensor: {
      ...SENSOR,
      density: [14, 22],
      noise: [0.08, 0.12],
      returns: 1,
      outliers: [0.015, 0.025],
      patterns: ["circular"],
    },
  },
  steep: { ...SOURCE, number: 5, about: "mountain sides: slopes of 40 to 80 %", slope: [0.4, 0.8] },
  town: {
    ...SOURCE,
    number: 6,
    about: "town B: towers, courtyards, halls with saw-tooth roofs, tanks, poplars",
    style: "B",
  },
  meadow: {
    ...SOURCE,
    number: 7,
    about: "open land: nearly all of it is ground, with a few trees and at most a house",
    uses: { meadow: 1 },
  },
  woods: { ...SOURCE, number: 8, about: "forest alone", uses: { forest: 1 } },
  wide: {
    ...SOURCE,
    number: 9,
    about: "roofs of up to 48 by 64 m, which fill most of a tile",
    uses: { "wide roofs": 1 },
  },
  varied: {
    ...SOURCE,
    number: 10,
    about: "sensors, seasons and slopes of all of these mixed, all uses of land, towns A and C",
    style: "teacher",
    sensor: {
      ...SENSOR,
      density: [0.4, 40],
      lines: [1, 4],
      angle: [0, 35],
      patterns: ["parallel", "zigzag", "circular"],
    },
    uses: {
      homes: 0.22,
      centre: 0.12,
      works: 0.12,
      fields: 0.12,
      forest: 0.14,
      meadow: 0.15,
      "wide roofs": 0.13,
    },
  },
} as const satisfies Record<string, AerialDomain>;

/** Name of a domain. */
export type AerialDomainName = keyof typeof AERIAL_DOMAINS;

/** What "varied" draws the measures of its sensor, season and slope from, each by itself. */
const MIXED = ["source", "source", "sparse", "dense", "leafless", "photon", "steep"] as const;

/** Gives the land and the sensor of a scene: the row of its domain or, of "varied", what its seed draws. */
export function domainOfScene(name: AerialDomainName, seed: number): AerialDomain {
  const row = AERIAL_DOMAINS[name];
  if (name !== "varied") return row;
  const random = new Random(seed, 6);
  const draw = (): AerialDomain => AERIAL_DOMAINS[random.pick(MIXED)];
  const sensor: AirborneLidar = {
    ...row.sensor,
    footprint: draw().sensor.footprint,
    noise: draw().sensor.noise,
    returns: draw().sensor.returns,
    outliers: draw().sensor.outliers,
  };
  return { ...row, sensor, leaves: draw().leaves, slope: draw().slope };
}

/**
 * Gives the seed of a scene; see {@link seedOf}.
 *
 * @throws {RangeError} where the index is out of range.
 */
export function sceneSeed(domain: AerialDomainName, split: Split, index: number): number {
  return seedOf(AERIAL_DOMAINS[domain].number, split, index);
}
