/**
 * A whole scene of a benchmark: the tile of a seed, its photographs, and the survey of one domain.
 *
 * @module
 */
import { IGNORE_LABEL } from "../../metrics/confusion.ts";
import { type Scan, writeLas } from "../../scan/mod.ts";
import { Random } from "../../random/random.ts";
import { type LabelledView, takePhotographs } from "../photographs.ts";
import type { CastRays } from "../raycast.ts";
import { daylightPainter, drawDaylight } from "../streets/daylight.ts";
import type { SceneRequest, WorldScene } from "../world.ts";
import { PART_CLASS } from "./classes.ts";
import { AERIAL_DOMAINS, type AerialDomain, type AerialDomainName, sceneSeed } from "./domains.ts";
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
  const row: AerialDomain = AERIAL_DOMAINS[domain];
  const tile = makeTile(seed, split === "teacher" ? "teacher" : row.style, row);
  const castAll = overGround(cast, tile.ground);
  const views = await photographTile(castAll, tile, surveyCameras(tile, new Random(seed, 5)), seed);
  const { positions, labels, objects, intensity, returnNumber, returns } = await scanTile(
    castAll,
    tile,
    row,
    new Random(seed, 4),
  );
  const scan: Scan = {
    name: `${domain}-${split}-${index}.las`,
    format: "las",
    count: labels.length,
    origin: [0, 0, 0],
    positions,
    colors: null,
    intensity,
    normals: null,
    labels,
    bytes: new Uint8Array(0),
    warnings: [],
  };
  scan.bytes = writeLas(scan, { number: returnNumber, of: returns });
  return {
    id: `${domain}/${split}/${index}`,
    scan,
    objects,
    photos: views.map(({ photo }) => photo),
    cameras: views.map(({ camera }) => camera),
    photoClasses: views.map(({ parts }) => parts.map((part) => PART_CLASS[part] ?? IGNORE_LABEL)),
  };
}
