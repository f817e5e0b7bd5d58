/**
 * A whole scene of a benchmark: the tile of a seed, its photographs, and the survey of one domain.
 *
 * @module
 */
import { Random } from "../../random/random.ts";
import { type LabelledView, takePhotographs } from "../photographs.ts";
import type { CastRays } from "../raycast.ts";
import { daylightPainter, drawDaylight } from "../streets/daylight.ts";
import type { SceneRequest, WorldScene } from "../world.ts";
import { worldScene } from "../world_scene.ts";
import { PART_CLASS } from "./classes.ts";
import { type AerialDomainName, domainOfScene, sceneSeed } from "./domains.ts";
import { makeTile } from "./make_tile.ts";
import { surveyCameras } from "./photographs.ts";
import { scanTile } from "./scanners.ts";
import { overGround } from "./terrain.ts";
import type { Tile } from "./tile.ts";
import type { Camera } from "../../scan/mod.ts";

/** Takes photographs of the tile of a seed, all in the same light. */
export function photographTile(
  cast: CastRays,
  tile: Tile,
  cameras: readonly Camera[],
  seed: number,
): Promise<LabelledView[]> {
  const random = new Random(seed, 2);
  // From a thousand metres away: air is clear where surveys are flown.
  const light = { ...drawDaylight(random, false), haze: random.range(0, 2e-4) };
  const painter = daylightPainter(tile, light);
  return takePhotographs(cast, tile, cameras, new Random(seed, 3), () => painter);
}

/**
 * Makes a scene. The same request on the same adapter gives the same bits. Domain, split and index decide the seed
 * (see {@link sceneSeed}), which no other scene shares. The file of the scan is LAS with returns and intensity; its
 * classification holds labels, as the scan does.
 *
 * @throws {RangeError} where the index is out of range.
 */
export async function aerialScene(
  cast: CastRays,
  { domain, split, index }: SceneRequest<AerialDomainName>,
): Promise<WorldScene> {
  const seed = sceneSeed(domain, split, index);
  const row = domainOfScene(domain, seed);
  const tile = makeTile(seed, split === "teacher" ? "teacher" : row.style, row);
  const castAll = overGround(cast, tile.ground);
  const views = await photographTile(castAll, tile, surveyCameras(tile, new Random(seed, 5)), seed);
  const measured = await scanTile(castAll, tile, row, new Random(seed, 4));
  const echoes = { number: measured.returnNumber, of: measured.returns };
  return worldScene({ domain, split, index }, { ...measured, echoes }, views, PART_CLASS);
}
