/**
 * The procedural land that is surveyed from the air: made from seeds, photographed and scanned from above through one
 * ray caster.
 *
 * @module
 */
export type { SceneRequest, WorldScene } from "../world.ts";
export {
  AERIAL_ASPRS,
  AERIAL_CLASSES,
  AERIAL_HEIGHTS,
  AERIAL_PALETTE,
  AERIAL_PARTS,
  AERIAL_THINGS,
} from "./classes.ts";
export { AERIAL_DOMAINS, type AerialDomain, type AerialDomainName } from "./domains.ts";
export { aerialScene } from "./scene.ts";
