/**
 * The procedural rooms: made from seeds, photographed and scanned through one ray caster.
 *
 * @module
 */
export { IGNORE_LABEL, ROOM_ASPRS, ROOM_CLASSES, ROOM_PALETTE, ROOM_PARTS } from "./classes.ts";
export { type Domain, type DomainName, DOMAINS } from "./domains.ts";
export { roomScene, type SceneRequest, VIEWS_PER_SCENE, type WorldScene } from "./scene.ts";
