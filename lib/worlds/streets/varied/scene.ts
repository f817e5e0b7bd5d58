/**
 * A whole scene of a varied street: its photographs, and the scan of a rig.
 *
 * @module
 */
import { Random } from "../../../random/random.ts";
import { takePhotographs } from "../../photographs.ts";
import type { CastRays } from "../../raycast.ts";
import type { SceneRequest, WorldScene } from "../../world.ts";
import { worldScene } from "../../world_scene.ts";
import { PART_CLASS } from "../classes.ts";
import { daylightPainter, drawDaylight } from "../daylight.ts";
import { carCameras } from "../photographs.ts";
import { VARIED_DOMAINS, type VariedDomainName, variedSeed } from "./domains.ts";
import { makeVariedStreet } from "./make_street.ts";
import { drawRig, type RigName, RIGS } from "./rig.ts";
import { drawGrowth, scanVaried } from "./scan.ts";
import { castAmong, drawSlopes, paintAmong } from "./slopes.ts";

/** Headings of the cameras, degrees: all around, or ahead where the first lidar looks ahead alone. */
const AROUND = [0, 72, 144, 216, 288], AHEAD = [28, -28];

/**
 * Makes a scene. The same request on the same adapter gives the same bits.
 *
 * @throws {RangeError} where the index is out of range.
 */
export async function variedStreetScene(
  cast: CastRays,
  { domain, split, index }: SceneRequest<VariedDomainName>,
): Promise<WorldScene> {
  const seed = variedSeed(domain, split, index);
  const drawn = new Random(seed, 5);
  const kind = drawn.pick<RigName>(VARIED_DOMAINS[domain].rigs);
  const rig = drawRig(drawn, kind);
  const slopes = drawSlopes(drawn), growth = drawGrowth(drawn);
  const street = makeVariedStreet(seed, rig.height);
  const among = castAmong(cast, slopes);
  const painter = paintAmong(
    daylightPainter(street, drawDaylight(new Random(seed, 2), drawn.chance(0.1))),
    slopes,
  );
  const first = RIGS[kind][0];
  const cameras = carCameras({
    height: rig.height,
    cameras: first === "lines" || first === "rosette" ? AHEAD : AROUND,
  });
  const views = await takePhotographs(among, street, cameras, new Random(seed, 3), () => painter);
  const measured = await scanVaried(
    { cast: among, street, rig, slopes, growth },
    new Random(seed, 4),
  );
  return worldScene({ domain, split, index }, measured, views, PART_CLASS);
}
