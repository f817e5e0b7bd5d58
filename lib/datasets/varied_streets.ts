/**
 * Varied streets as a data set, for training students that label real scans.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import { IGNORE_LABEL } from "../metrics/confusion.ts";
import { gpuCaster } from "../worlds/raycast.ts";
import { STREET_ASPRS, STREET_CLASSES, STREET_PALETTE } from "../worlds/streets/mod.ts";
import { VARIED_DOMAINS, variedStreetScene } from "../worlds/streets/varied/mod.ts";
import type { Dataset } from "./dataset.ts";
import { worldDataset } from "./world.ts";

/** Gives the data set "streets-varied", whose scenes are generated on the GPU on request. */
export function variedStreetsDataset(gpu: Gpu): Dataset {
  return worldDataset({
    name: "streets-varied",
    generator: 1,
    classes: STREET_CLASSES,
    palette: STREET_PALETTE,
    asprs: STREET_ASPRS,
    ignoreLabel: IGNORE_LABEL,
    domains: VARIED_DOMAINS,
    scene: (domain, split, index) => variedStreetScene(gpuCaster(gpu), { domain, split, index }),
  });
}
