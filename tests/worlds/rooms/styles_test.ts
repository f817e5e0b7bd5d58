import assert from "node:assert/strict";
import { Random } from "../../../lib/random/random.ts";
import { FINISHES, type RoomSurface } from "../../../lib/worlds/rooms/finishes.ts";
import { makeRoom } from "../../../lib/worlds/rooms/make_room.ts";
import { ROOM_CLASSES } from "../../../lib/worlds/rooms/classes.ts";
import { RoomStyle } from "../../../lib/worlds/rooms/styles.ts";

Deno.test("RoomStyle.shape() draws shape B in style B only", () => {
  for (const name of ["A", "teacher"] as const) {
    const style = new RoomStyle(name), random = new Random(5);
    const drawn = new Set(Array.from({ length: 4000 }, () => style.shape(random)));
    assert.deepEqual([...drawn].sort(), name === "A" ? ["A"] : ["A", "C", "D", "E"]);
  }
  assert.equal(new RoomStyle("B").shape(new Random(5)), "B");
});

Deno.test("makeRoom() reads no finish of shape B for styles A and teacher", () => {
  const kept = { ...FINISHES.B };
  const surfaces = Object.keys(kept) as RoomSurface[];
  // Reading any finish of B throws.
  for (const surface of surfaces) {
    Object.defineProperty(FINISHES.B, surface, {
      configurable: true,
      get: () => assert.fail(`finish ${surface} of shape B was read`),
    });
  }
  try {
    assert.throws(() => makeRoom(0, "B"), /shape B was read/);
    for (let seed = 0; seed < 100; seed++) {
      makeRoom(seed, "teacher");
      makeRoom(seed, "A");
    }
  } finally {
    for (const surface of surfaces) {
      Object.defineProperty(FINISHES.B, surface, { value: kept[surface], writable: true });
    }
  }
});

Deno.test("makeRoom() makes rooms of style teacher with every class, inside the walls", () => {
  const rooms = Array.from({ length: 60 }, (_, seed) => makeRoom(seed, "teacher"));
  ROOM_CLASSES.forEach((name, label) => {
    const having = rooms.filter((room) => room.classes.includes(label)).length;
    assert.ok(having >= 30, `${name} in ${having} of 60 rooms`);
  });
  for (const room of rooms) {
    assert.ok(room.count < 500, `${room.count} primitives`);
    for (let i = 0; i < room.count; i++) {
      const [x, y, z, , hx, hy, hz] = room.primitives.subarray(i * 12, i * 12 + 7);
      assert.ok(hx! > 0 && hy! > 0 && hz! > 0, `primitive ${i} of part ${room.parts[i]} is flat`);
      assert.ok(Math.abs(x!) <= room.halfX + 0.11 && Math.abs(y!) <= room.halfY + 0.11);
      assert.ok(z! > -0.11 && z! < room.height + 0.11);
    }
  }
});
