/**
 * The procedural rooms as a data set.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import { IGNORE_LABEL } from "../metrics/confusion.ts";
import {
  ROOM_ASPRS,
  ROOM_CLASSES,
  ROOM_DOMAINS,
  ROOM_PALETTE,
  roomScene,
} from "../worlds/rooms/mod.ts";
import type { Dataset } from "./dataset.ts";
import { worldDataset } from "./world.ts";

/**
 * Gives the benchmark "rooms", whose scenes are generated on the GPU on request.
 *
 * @param sharpness pixels of photographs in place of one, along either side; above 1 the benchmark is "rooms-sharp".
 */
export function roomsDataset(gpu: Gpu, sharpness = 1): Dataset {
  return worldDataset({
    name: sharpness === 1 ? "rooms" : "rooms-sharp",
    generator: 1,
    sharpness,
    classes: ROOM_CLASSES,
    palette: ROOM_PALETTE,
    asprs: ROOM_ASPRS,
    ignoreLabel: IGNORE_LABEL,
    domains: ROOM_DOMAINS,
    scene: (domain, split, index) => roomScene(gpu, { domain, split, index }, sharpness),
  });
}
