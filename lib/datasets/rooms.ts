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

/** Gives the benchmark "rooms", whose scenes are generated on the GPU on request. */
export function roomsDataset(gpu: Gpu): Dataset {
  return worldDataset({
    name: "rooms",
    generator: 1,
    classes: ROOM_CLASSES,
    palette: ROOM_PALETTE,
    asprs: ROOM_ASPRS,
    ignoreLabel: IGNORE_LABEL,
    domains: ROOM_DOMAINS,
    scene: (domain, split, index) => roomScene(gpu, { domain, split, index }),
  });
}
