/**
 * Streets: made from seeds, photographed and scanned from a car through the shared ray caster.
 *
 * @module
 */
export {
  IGNORE_LABEL,
  STREET_ASPRS,
  STREET_CLASSES,
  STREET_PALETTE,
  STREET_PARTS,
} from "./classes.ts";
export { type Domain, type DomainName, DOMAINS } from "./domains.ts";
export { type SceneRequest, type StreetScene, streetScene } from "./scene.ts";
