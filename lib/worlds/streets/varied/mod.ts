/**
 * Varied streets: a world closer to real scans, for training. Sensors, mounting, ground, plants, vehicles, buildings and
 * clutter are drawn anew for every street.
 *
 * @module
 */
export { VARIED_DOMAINS, type VariedDomain, type VariedDomainName } from "./domains.ts";
export { variedStreetScene } from "./scene.ts";
