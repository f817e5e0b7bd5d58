/**
 * Where the roads run: straight on, around a curve, or over a crossing. Along their edges lie the frontages, from which
 * the rest of the street is built.
 *
 * @module
 */
import { type Frame, frameAt, within } from "../frame.ts";
import type { Random } from "../../random/random.ts";

/** A straight piece of carriageway: from the frame's origin along its x, `half` metres to both sides. */
export interface Lane {
  frame: Frame;
  length: number;
  half: number;
}

/** One edge of a road: from the frame's origin along its x; y points away from the road. */
export interface Frontage {
  frame: Frame;
  length: number;
  /** Metres by which its strips of ground reach beyond both ends, so that the outside of a curve has no gaps. */
  overhang: number;
}

/** The roads of a street. */
export interface StreetLayout {
  /** All pieces of carriageway. */
  lanes: Lane[];
  /** All edges of roads. */
  frontages: Frontage[];
  /** Half width of the main road. */
  half: number;
  /** x of the near and the far edge of the crossing; undefined where there is none. */
  crossing: readonly [number, number] | undefined;
}

/** Metres from the sensor to the end of the world of the benchmark. */
export const REACH = 46;

/**
 * Draws a layout. The main road starts at x = -`reach` and leads along x; its middle is y = 0.
 *
 * @param half half width of the main road, metres.
 * @param sideHalf half width of the side road, metres.
 * @param reach metres from the sensor to the end of the world.
 */
export function drawLayout(
  random: Random,
  half: number,
  sideHalf: number,
  reach: number = REACH,
): StreetLayout {
  const kind = random.pick(["straight", "curve", "crossing", "crossing", "tee"] as const);
  if (kind === "straight") return straight(half, reach);
  if (kind === "curve") return curve(random, half, reach);
  return crossing(random, { half, side: sideHalf, reach }, kind === "tee");
}

function straight(half: number, reach: number): StreetLayout {
  const lanes = [{ frame: frameAt(-reach, 0, 0, 0), length: 2 * reach, half }];
  return { lanes, frontages: lanes.flatMap((lane) => edges(lane, 0)), half, crossing: undefined };
}

/** From a point ahead of the sensor on, pieces of 9 m, each at the same angle to the one before. */
function curve(random: Random, half: number, reach: number): StreetLayout {
  const from = random.range(2, 12);
  const angle = (random.chance(0.5) ? 1 : -1) * random.range(0.1, 0.22);
  const lanes: Lane[] = [{ frame: frameAt(-reach, 0, 0, 0), length: reach + from, half }];
  let frame = frameAt(from, 0, 0, angle);
  for (let x = from; x < reach; x += 9) {
    lanes.push({ frame, length: 9, half });
    frame = within(frame, 9, 0, 0, angle);
  }
  const overhang = 10 * Math.tan(Math.abs(angle) / 2);
  return {
    lanes,
    frontages: lanes.flatMap((lane) => edges(lane, overhang)),
    half,
    crossing: undefined,
  };
}

/** Another road crosses ahead of the sensor; at a tee junction one of the four arms is missing. */
function crossing(
  random: Random,
  { half, side, reach }: { half: number; side: number; reach: number },
  tee: boolean,
): StreetLayout {
  const near = random.range(7, 16), far = near + 2 * side;
  const missing = tee ? random.pick(["ahead", "left", "right"] as const) : undefined;
  const lanes: Lane[] = [{ frame: frameAt(-reach, 0, 0, 0), length: reach + far, half }];
  const frontages: Frontage[] = [];
  const edge = (x: number, y: number, angle: number, length: number) =>
    frontages.push({ frame: frameAt(x, y, 0, angle), length, overhang: 0 });
  const ahead = missing !== "ahead";
  if (ahead) lanes.push({ frame: frameAt(far, 0, 0, 0), length: reach - far, half });
  else edge(far, half + reach, -Math.PI / 2, 2 * (half + reach));
  for (const sign of [1, -1]) {
    // Frontages on the left run along x, those on the right against it.
    const along = (x0: number, x1: number) =>
      edge(sign > 0 ? x0 : x1, sign * half, sign > 0 ? 0 : Math.PI, x1 - x0);
    if (missing === (sign > 0 ? "left" : "right")) {
      along(-reach, reach);
      continue;
    }
    const frame = frameAt((near + far) / 2, sign * half, 0, sign * Math.PI / 2);
    lanes.push({ frame, length: reach - half, half: side });
    along(-reach, near);
    const [start, end] = sign > 0 ? [half, reach] : [-reach, -half];
    // From the side street's near edge y points back along x; from its far edge, ahead.
    edge(near, start, Math.PI / 2, end - start);
    if (!ahead) continue;
    along(far, reach);
    edge(far, end, -Math.PI / 2, end - start);
  }
  return { lanes, frontages, half, crossing: [near, far] };
}

function edges({ frame, length, half }: Lane, overhang: number): Frontage[] {
  return [
    { frame: within(frame, 0, half, 0), length, overhang },
    { frame: within(frame, length, -half, 0, Math.PI), length, overhang },
  ];
}
