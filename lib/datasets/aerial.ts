/**
 * The procedural land that is surveyed from the air, as a data set.
 *
 * @module
 */
import { IGNORE_LABEL } from "../metrics/confusion.ts";
import {
  AERIAL_ASPRS,
  AERIAL_CLASSES,
  AERIAL_DOMAINS,
  AERIAL_HEIGHTS,
  AERIAL_PALETTE,
  AERIAL_THINGS,
  aerialScene,
} from "../worlds/aerial/mod.ts";
import { gridCaster } from "../worlds/grid_caster.ts";
import type { Dataset } from "./dataset.ts";
import { worldDataset } from "./world.ts";

/** Gives the benchmark "aerial", whose scenes are generated on the processor on request. */
export function aerialDataset(): Dataset {
  return worldDataset({
    name: "aerial",
    generator: 3,
    classes: AERIAL_CLASSES,
    palette: AERIAL_PALETTE,
    asprs: AERIAL_ASPRS,
    things: AERIAL_THINGS,
    heights: AERIAL_HEIGHTS,
    ignoreLabel: IGNORE_LABEL,
    fromAbove: true,
    domains: AERIAL_DOMAINS,
    scene: (domain, split, index) => aerialScene(gridCaster(), { domain, split, index }),
  });
}
