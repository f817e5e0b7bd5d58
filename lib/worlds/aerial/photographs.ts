/**
 * The cameras above a tile: four that look straight down from the aircraft, each at a quarter of the tile, as the tiles of
 * an orthophoto, and two that look at it aslant.
 *
 * @module
 */
import { type Camera, cameraAt, type CameraOptics } from "../../scan/mod.ts";
import type { Random } from "../../random/random.ts";
import { HALF } from "./terrain.ts";
import type { Tile } from "./tile.ts";

/** Pixels of every photograph. */
export const AERIAL_PICTURE = { width: 128, height: 112 } as const;

/** Height of the aircraft above the ground, metres. */
const FLIGHT = 1000;

/** A lens that sees `across` metres at a distance, metres. */
function lens(across: number, distance: number): CameraOptics {
  return { ...AERIAL_PICTURE, fieldOfView: 2 * Math.atan(across / 2 / distance) };
}

/** A camera straight above (x, y) whose picture is `across` metres wide, north up. */
export function cameraAbove(
  file: string,
  { ground }: Pick<Tile, "ground">,
  [x, y]: readonly [number, number],
  across: number,
  heading = Math.PI / 2,
): Camera {
  const eye = [x, y, ground.height(x, y) + FLIGHT] as const;
  return cameraAt(file, eye, heading, -Math.PI / 2, lens(across, FLIGHT));
}

/** A camera that looks from `heading` radians at (x, y), `pitch` radians down, from 200 metres away. */
export function cameraAslant(
  file: string,
  { ground }: Pick<Tile, "ground">,
  [x, y]: readonly [number, number],
  { heading, pitch, across }: { heading: number; pitch: number; across: number },
): Camera {
  const distance = 200;
  const flat = distance * Math.cos(pitch);
  const eye = [
    x - flat * Math.cos(heading),
    y - flat * Math.sin(heading),
    ground.height(x, y) + distance * Math.sin(pitch),
  ] as const;
  return cameraAt(file, eye, heading, -pitch, lens(across, distance));
}

/** Places the cameras of a scene. */
export function surveyCameras(tile: Tile, random: Random): Camera[] {
  const quarter = HALF / 2;
  const across = HALF * AERIAL_PICTURE.width / AERIAL_PICTURE.height + 1;
  const down = [[-1, 1], [1, 1], [-1, -1], [1, -1]].map(([x, y], i) =>
    cameraAbove(`ortho${i}.png`, tile, [x! * quarter, y! * quarter], across)
  );
  const start = random.range(0, 2 * Math.PI);
  const aslant = [0, 1].map((i) =>
    cameraAslant(`oblique${i}.png`, tile, [0, 0], {
      heading: start + i * random.range(1.8, 2.6),
      pitch: random.range(0.7, 0.95),
      across: 2 * HALF,
    })
  );
  return [...down, ...aslant];
}
