/**
 * A whole scene of a benchmark: the street of a seed, its photographs, and the scan of one domain.
 *
 * @module
 */
import { type LabelledView, sharper, takePhotographs } from "../photographs.ts";
import { Random } from "../../random/random.ts";
import type { CastRays } from "../raycast.ts";
import type { SceneRequest, WorldScene } from "../world.ts";
import { worldScene } from "../world_scene.ts";
import { PART_CLASS } from "./classes.ts";
import { daylightPainter, drawDaylight } from "./daylight.ts";
import { sceneSeed, STREET_DOMAINS, type StreetDomain, type StreetDomainName } from "./domains.ts";
import { makeStreet } from "./make_street.ts";
import { carCameras } from "./photographs.ts";
import { scanStreet } from "./scanners.ts";
import type { Street } from "./street.ts";

/**
 * Takes the photographs of the street of a seed, all in the same light.
 *
 * @param sharpness pixels in place of one, along either side.
 */
export function photographStreet(
  cast: CastRays,
  street: Street,
  seed: number,
  domain: Pick<StreetDomain, "cameras" | "height" | "weather">,
  sharpness = 1,
): Promise<LabelledView[]> {
  const painter = daylightPainter(street, drawDaylight(new Random(seed, 2), domain.weather.wet));
  const cameras = carCameras(domain).map((camera) => sharper(camera, sharpness));
  return takePhotographs(cast, street, cameras, new Random(seed, 3), () => painter);
}

/**
 * Makes a scene. The same request on the same adapter gives the same bits. Domain, split and index decide the seed
 * (see {@link sceneSeed}), which no other scene shares.
 *
 * @param sharpness pixels of the photographs in place of one, along either side; the scan does not depend on it.
 *
 * @throws {RangeError} where the index is out of range.
 */
export async function streetScene(
  cast: CastRays,
  { domain, split, index }: SceneRequest<StreetDomainName>,
  sharpness = 1,
): Promise<WorldScene> {
  const seed = sceneSeed(domain, split, index);
  const row = STREET_DOMAINS[domain];
  const street = makeStreet(seed, split === "teacher" ? "teacher" : row.style, row.height);
  const views = await photographStreet(cast, street, seed, row, sharpness);
  const measured = await scanStreet(cast, street, row, new Random(seed, 4));
  return worldScene({ domain, split, index }, measured, views, PART_CLASS);
}
