/**
 * A whole scene of a benchmark: the room of a seed, its photographs, and the scan of one domain.
 *
 * @module
 */
import type { Gpu } from "../../gpu/mod.ts";
import { PART_CLASS } from "./classes.ts";
import { ROOM_DOMAINS, type RoomDomainName, sceneSeed } from "./domains.ts";
import { makeRoom } from "./make_room.ts";
import { sharper } from "../photographs.ts";
import { photographRoom, placeCameras } from "./photographs.ts";
import { Random } from "../../random/random.ts";
import { gpuCaster } from "../raycast.ts";
import type { SceneRequest, WorldScene } from "../world.ts";
import { worldScene } from "../world_scene.ts";
import { scanRoom } from "./scanners.ts";

/** Number of photographs of one scene. */
export const VIEWS_PER_SCENE = 8;

/**
 * Makes a scene. The same request on the same adapter gives the same bits. Domain, split and index decide the seed
 * (see {@link sceneSeed}), which no other scene shares.
 *
 * @param sharpness pixels of the photographs in place of one, along either side; the scan does not depend on it.
 *
 * @throws {RangeError} where the index is out of range.
 */
export async function roomScene(
  gpu: Gpu,
  { domain, split, index }: SceneRequest<RoomDomainName>,
  sharpness = 1,
): Promise<WorldScene> {
  const seed = sceneSeed(domain, split, index);
  const row = ROOM_DOMAINS[domain];
  const cast = gpuCaster(gpu);
  const room = makeRoom(seed, split === "teacher" ? "teacher" : row.style);
  const cameras = placeCameras(room, VIEWS_PER_SCENE, new Random(seed, 2));
  const views = await photographRoom(cast, room, cameras, new Random(seed, 3));
  const measured = await scanRoom(cast, room, views, row, new Random(seed, 4));
  if (sharpness === 1) return worldScene({ domain, split, index }, measured, views, PART_CLASS);
  const finer = cameras.map((camera) => sharper(camera, sharpness));
  const sharp = await photographRoom(cast, room, finer, new Random(seed, 3));
  return worldScene({ domain, split, index }, measured, sharp, PART_CLASS);
}
