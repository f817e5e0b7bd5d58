/**
 * The procedural streets: made from seeds, photographed and scanned from a car through one ray caster.
 *
 * @module
 */
export type { SceneRequest, WorldScene } from "../world.ts";
export { STREET_ASPRS, STREET_CLASSES, STREET_PALETTE, STREET_PARTS } from "./classes.ts";
export { STREET_DOMAINS, type StreetDomain, type StreetDomainName } from "./domains.ts";
export { streetScene } from "./scene.ts";
