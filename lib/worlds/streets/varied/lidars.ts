/**
 * Lidars as their makers publish them: elevations of the beams, divergence, accuracy. Rows lie as far apart as they do
 * in a real scan; shots of a row lie up to three times as far apart, which a voxel hardly notices.
 *
 * @module
 */
import type { Random } from "../../../random/random.ts";

type Range = readonly [low: number, high: number];

/** What a beam of a lidar is like. */
interface Beam {
  /** Full angle of the beam, milliradians: the spot that is hit lies anywhere within it. */
  divergence: number;
  /** Standard deviation of a range, metres. */
  noise: Range;
  /** Metres at which a white surface that faces the sensor returns half of the shots. */
  reach: Range;
}

/** A lidar whose beams rotate about z. */
export interface RotatingLidar extends Beam {
  kind: "rotating";
  /** Elevation of each beam, degrees, from the highest to the lowest. */
  elevations: readonly number[];
  /** Shots of a beam in a revolution. */
  azimuths: Range;
}

/** A lidar without rotating parts, which looks ahead. */
export interface FixedLidar extends Beam {
  kind: "fixed";
  /** Lines of a television picture, or two prisms that draw a rosette which never closes. */
  pattern: "lines" | "rosette";
  /** Field of view, degrees. */
  width: Range;
  height: Range;
  /** Number of shots. */
  shots: Range;
}

/** A lidar. */
export type Lidar = RotatingLidar | FixedLidar;

/** `count` elevations from `first`, each `step` degrees below the one before. */
function rows(first: number, step: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first - step * i);
}

/** Every lidar. */
export const LIDARS = {
  /** Velodyne HDL-64E: two blocks of 32 beams, 1/3 and 1/2 of a degree apart. */
  hdl64: {
    kind: "rotating",
    elevations: [...rows(2, 1 / 3, 32), ...rows(-8.83, 0.5, 32)],
    azimuths: [500, 900],
    divergence: 2.4,
    noise: [0.01, 0.025],
    reach: [180, 300],
  },
  /** Velodyne HDL-32E. */
  hdl32: {
    kind: "rotating",
    elevations: rows(10.67, 4 / 3, 32),
    azimuths: [700, 1090],
    divergence: 3,
    noise: [0.01, 0.025],
    reach: [150, 280],
  },
  /** Velodyne VLP-16. */
  vlp16: {
    kind: "rotating",
    elevations: rows(15, 2, 16),
    azimuths: [900, 1800],
    divergence: 3,
    noise: [0.01, 0.03],
    reach: [140, 260],
  },
  /** Hesai Pandar64: dense around the horizon, sparse above and below. */
  pandar64: {
    kind: "rotating",
    elevations: [
      ...[14.882, 11.032, 8.059, 5.057, 3.04],
      ...rows(2.028, 0.16852, 49),
      ...[-7.063, -8.059, -9.06, -9.885, -11.032, -12.006, -12.974, -13.93, -18.889, -24.897],
    ],
    azimuths: [500, 900],
    divergence: 1.5,
    noise: [0.01, 0.02],
    reach: [220, 350],
  },
  /** Ouster OS1-128. */
  os128: {
    kind: "rotating",
    elevations: rows(22.5, 45 / 127, 128),
    azimuths: [256, 512],
    divergence: 3,
    noise: [0.01, 0.03],
    reach: [140, 250],
  },
  /** A mirror that draws lines, such as Hesai's PandarGT. */
  lines: {
    kind: "fixed",
    pattern: "lines",
    width: [55, 110],
    height: [18, 26],
    shots: [25000, 45000],
    divergence: 2,
    noise: [0.015, 0.03],
    reach: [200, 350],
  },
  /** Two rotating prisms, such as Livox's Mid and Horizon. */
  rosette: {
    kind: "fixed",
    pattern: "rosette",
    width: [38, 82],
    height: [25, 40],
    shots: [20000, 40000],
    divergence: 4,
    noise: [0.015, 0.03],
    reach: [180, 300],
  },
} as const satisfies Readonly<Record<string, Lidar>>;

/** Name of a lidar. */
export type LidarName = keyof typeof LIDARS;

/** Radians of a degree. */
const DEGREE = Math.PI / 180;

/**
 * Draws the directions of one scan.
 *
 * @returns f32 [shots][3]: unit vectors, x ahead, y to the left, z up.
 */
export function directionsOf(lidar: Lidar, random: Random): Float32Array {
  return lidar.kind === "rotating" ? rotating(lidar, random) : fixed(lidar, random);
}

function rotating({ elevations, azimuths }: RotatingLidar, random: Random): Float32Array {
  const perRow = Math.round(random.range(...azimuths));
  const start = random.range(0, 2 * Math.PI / perRow);
  return unitVectors(elevations.length * perRow, (shot) => [
    start + 2 * Math.PI * (shot % perRow) / perRow,
    elevations[Math.floor(shot / perRow)]! * DEGREE,
  ]);
}

function fixed({ pattern, width, height, shots }: FixedLidar, random: Random): Float32Array {
  const [wide, high] = [random.range(...width) * DEGREE, random.range(...height) * DEGREE];
  const count = Math.round(random.range(...shots));
  const [a, b] = [random.range(0, 2 * Math.PI), random.range(0, 2 * Math.PI)];
  if (pattern === "rosette") {
    return unitVectors(count, (shot) => {
      const [p, q] = [a + 0.0541 * shot, b - 0.03127 * shot];
      return [
        (Math.cos(p) + Math.cos(q)) * wide / 4,
        (Math.sin(p) + Math.sin(q)) * high / 4,
      ];
    });
  }
  const lines = 60 + random.integer(80);
  const perLine = Math.floor(count / lines);
  return unitVectors(lines * perLine, (shot) => [
    ((shot % perLine + 0.5) / perLine - 0.5) * wide,
    (0.5 - Math.floor(shot / perLine) / (lines - 1)) * high,
  ]);
}

/** Unit vectors of the given azimuths and elevations, radians. */
function unitVectors(
  count: number,
  aim: (shot: number) => readonly [azimuth: number, elevation: number],
): Float32Array {
  const directions = new Float32Array(3 * count);
  for (let shot = 0; shot < count; shot++) {
    const [azimuth, elevation] = aim(shot);
    const flat = Math.cos(elevation);
    directions.set(
      [flat * Math.cos(azimuth), flat * Math.sin(azimuth), Math.sin(elevation)],
      3 * shot,
    );
  }
  return directions;
}
