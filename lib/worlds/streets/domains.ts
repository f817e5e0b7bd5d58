/**
 * The domains: which town, which sensor, which weather. The student is trained on "source" and meets the others
 * only at test time. A further domain is one more row of the table.
 *
 * @module
 */
import { seedOf, type Split } from "../seeds.ts";
import type { StyleName } from "./styles.ts";

/** A spinning lidar: beams at fixed elevations that turn about z. */
export interface Spinning {
  kind: "spinning";
  beams: number;
  /** Elevations of the lowest and highest beam, degrees. */
  elevations: readonly [number, number];
  /** Shots of one beam in a turn. */
  azimuths: number;
}

/** A solid-state lidar: a pattern that never repeats, inside a rectangle of angles ahead. */
export interface SolidState {
  kind: "solid";
  /** Degrees from edge to edge. */
  width: number;
  height: number;
  shots: number;
}

export interface Weather {
  /** Chance that a shot is lost: 1 - exp(-2 attenuation t) over t metres. */
  attenuation: number;
  /** Fraction of the shots that come back from a drop in the air, labelled 255. */
  backscatter: number;
  /** Overcast and hazy. */
  wet: boolean;
}

/** A way to drive through a town. */
export interface Domain {
  /** Part of the seed; never reused for another domain. */
  number: number;
  /** What differs from the source. */
  about: string;
  style: StyleName;
  scanner: Spinning | SolidState;
  /** Metres from the road to the sensor. */
  height: number;
  /** Standard deviation of a range, and the largest one, metres. */
  noise: number;
  range: number;
  weather: Weather;
  /** Headings of the cameras, degrees to the left. */
  cameras: readonly number[];
}

const SPINNING: Spinning = { kind: "spinning", beams: 64, elevations: [-24.8, 3], azimuths: 320 };
const DRY: Weather = { attenuation: 0, backscatter: 0, wet: false };
const RING = [0, 72, 144, 216, 288] as const;
const SOURCE: Omit<Domain, "number" | "about"> = {
  style: "A",
  scanner: SPINNING,
  height: 1.73,
  noise: 0.02,
  range: 40,
  weather: DRY,
  cameras: RING,
};

/** Every domain. */
export const DOMAINS = {
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
} as const satisfies Record<string, Domain>;

export type DomainName = keyof typeof DOMAINS;

/** The seed of a scene, see {@link seedOf}. */
export function sceneSeed(domain: DomainName, split: Split, index: number): number {
  return seedOf(DOMAINS[domain].number, split, index);
}
