/**
 * Makes a whole room from a seed: the shell, then what stands at the walls, then what stands on the floor.
 *
 * @module
 */
import { addClutter } from "./clutter.ts";
import { addBookcase, addChair, addSofa, addTable } from "./furniture.ts";
import { Random } from "../../random/random.ts";
import { type Room, RoomBuilder } from "./room.ts";
import { addBeam, addBoard, addColumn, addDoor, addShell, addWindow } from "./shell.ts";
import { RoomStyle } from "./styles.ts";
import type { StyleName } from "../world.ts";

/**
 * Makes a room of one style. The same seed and style give the same room, bit for bit.
 *
 * @param seed any uint32.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const room = makeRoom(7, "A");
 * assert.equal(room.primitives.length, room.count * 12);
 * assert.ok(room.halfX > 1.7 && room.height < 2.8); // metres
 * assert.deepEqual(makeRoom(7, "A").primitives, room.primitives);
 * ```
 */
export function makeRoom(seed: number, style: StyleName): Room {
  const random = new Random(seed, 1);
  const look = new RoomStyle(style);
  const builder = new RoomBuilder(look.size(random));
  const site = { builder, random, style: look };
  const times = (count: number, probability: number, add: () => void) => {
    for (let i = 0; i < count; i++) if (random.chance(probability)) add();
  };
  addShell(site);
  times(1, 0.97, () => addDoor(site));
  times(2, 0.6, () => addColumn(site));
  times(1, 0.9, () => addBookcase(site));
  times(1, 0.85, () => addSofa(site));
  times(1, 0.35, () => addBookcase(site));
  times(2, 0.75, () => addWindow(site));
  times(1, 0.9, () => addBoard(site));
  times(1, 0.85, () => addBeam(site));
  addTable(site);
  times(1, 0.4, () => addTable(site));
  times(2, 0.4, () => {
    const frame = builder.placeOnFloor(random, 0.22, 0.22, 0.05, () => random.range(0, 6.28));
    if (frame) addChair(site, frame);
  });
  addClutter(site);
  return builder.finish();
}
