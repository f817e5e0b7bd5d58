/**
 * The procedural streets as a data set.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import { IGNORE_LABEL } from "../metrics/confusion.ts";
import { gpuCaster } from "../worlds/raycast.ts";
import {
  STREET_ASPRS,
  STREET_CLASSES,
  STREET_DOMAINS,
  STREET_PALETTE,
  streetScene,
} from "../worlds/streets/mod.ts";
import type { Dataset } from "./dataset.ts";
import { worldDataset } from "./world.ts";

/**
 * Gives the benchmark "streets", whose scenes are generated on the GPU on request.
 *
 * @param sharpness pixels of photographs in place of one, along either side; above 1 the benchmark is "streets-sharp".
 */
export function streetsDataset(gpu: Gpu, sharpness = 1): Dataset {
  return worldDataset({
    name: sharpness === 1 ? "streets" : "streets-sharp",
    generator: 1,
    sharpness,
    classes: STREET_CLASSES,
    palette: STREET_PALETTE,
    asprs: STREET_ASPRS,
    ignoreLabel: IGNORE_LABEL,
    domains: STREET_DOMAINS,
    scene: (domain, split, index) =>
      streetScene(gpuCaster(gpu), { domain, split, index }, sharpness),
  });
}
