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

/** Gives the benchmark "streets", whose scenes are generated on the GPU on request. */
export function streetsDataset(gpu: Gpu): Dataset {
  return worldDataset({
    name: "streets",
    generator: 1,
    classes: STREET_CLASSES,
    palette: STREET_PALETTE,
    asprs: STREET_ASPRS,
    ignoreLabel: IGNORE_LABEL,
    domains: STREET_DOMAINS,
    scene: (domain, split, index) => streetScene(gpuCaster(gpu), { domain, split, index }),
  });
}
