/**
 * The procedural rooms: made from seeds, photographed and scanned through one ray caster.
 *
 * @module
 */
export type { SceneRequest, WorldScene } from "../world.ts";
export { ROOM_ASPRS, ROOM_CLASSES, ROOM_PALETTE, ROOM_PARTS } from "./classes.ts";
export { ROOM_DOMAINS, type RoomDomain, type RoomDomainName } from "./domains.ts";
export { roomScene, VIEWS_PER_SCENE } from "./scene.ts";
