/**
 * The domains of streets: which town, which sensor, which weather. The student is trained on "source" and meets the
 * others at test time only. To add a domain, add a row to the table.
 *
 * @module
 */
import { seedOf, type Split } from "../seeds.ts";
import type { StyleName } from "../world.ts";

/** A spinning lidar: beams at fixed elevations that rotate about z. */
export interface SpinningLidar {
  kind: "spinning";
  beams: number;
  /** Elevations of the lowest and highest beam, degrees. */
  elevations: readonly [number, number];
  /** Shots of one beam in a revolution. */
  azimuths: number;
}

/** A solid-state lidar: a pattern that never repeats, within a rectangle of angles ahead. */
export interface SolidStateLidar {
  kind: "solid";
  /** Field of view, degrees. */
  width: number;
  height: number;
  shots: number;
}

/** What the weather does to a scan. */
export interface Weather {
  /** Attenuation of light, 1/m: a shot over t metres is lost with probability 1 - exp(-2 attenuation t). */
  attenuation: number;
  /** Share of the shots that come back from a drop in the air, labelled 255. */
  backscatter: number;
  /** Whether it is overcast and hazy. */
  wet: boolean;
}

/** A kind of town, and the sensor and the weather in which it is scanned. */
export interface StreetDomain {
  /** Part of the seed; never used again for another domain. */
  number: number;
  /** One line for reports: what differs from the source. */
  about: string;
  style: StyleName;
  scanner: SpinningLidar | SolidStateLidar;
  /** Height of the sensor above the road, metres. */
  height: number;
  /** Standard deviation of a range, metres. */
  noise: number;
  /** Largest range, metres. */
  range: number;
  weather: Weather;
  /** Headings of the cameras, degrees; positive to the left. */
  cameras: readonly number[];
}

const SPINNING: SpinningLidar = {
  kind: "spinning",
  beams: 64,
  elevations: [-24.8, 3],
  azimuths: 320,
};
const DRY: Weather = { attenuation: 0, backscatter: 0, wet: false };
const RING = [0, 72, 144, 216, 288] as const;
const SOURCE: Omit<StreetDomain, "number" | "about"> = {
  style: "A",
  scanner: SPINNING,
  height: 1.73,
  noise: 0.02,
  range: 40,
  weather: DRY,
  cameras: RING,
};

/** Every domain. */
export const STREET_DOMAINS = {
  source: { ...SOURCE, number: 0, about: "64 beams at 1.73 m, dry, town A" },
  beams32: {
    ...SOURCE,
    number: 1,
    about: "32 beams from -30 to +10 degrees at 1.84 m",
    scanner: { kind: "spinning", beams: 32, elevations: [-30.7, 10.7], azimuths: 450 },
    height: 1.84,
  },
  beams16: {
    ...SOURCE,
    number: 2,
    about: "16 beams from -15 to +15 degrees at 2.3 m",
    scanner: { kind: "spinning", beams: 16, elevations: [-15, 15], azimuths: 900 },
    height: 2.3,
    noise: 0.03,
  },
  solid: {
    ...SOURCE,
    number: 3,
    about: "solid state: 100 by 30 degrees ahead at 1.5 m, no rows",
    scanner: { kind: "solid", width: 100, height: 30, shots: 18000 },
    height: 1.5,
    noise: 0.03,
    cameras: [28, -28],
  },
  rain: {
    ...SOURCE,
    number: 4,
    about: "rain: returns lost with the range, drops in the air, noise of 5 cm",
    noise: 0.05,
    weather: { attenuation: 0.018, backscatter: 0.03, wet: true },
  },
  town: {
    ...SOURCE,
    number: 5,
    about: "town B: blocks, pines, vans, mesh fences, wide streets",
    style: "B",
  },
} as const satisfies Record<string, StreetDomain>;

/** Name of a domain. */
export type StreetDomainName = keyof typeof STREET_DOMAINS;

/**
 * Gives the seed of a scene; see {@link seedOf}.
 *
 * @throws {RangeError} where the index is out of range.
 */
export function sceneSeed(domain: StreetDomainName, split: Split, index: number): number {
  return seedOf(STREET_DOMAINS[domain].number, split, index);
}
