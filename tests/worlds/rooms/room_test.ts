import assert from "node:assert/strict";
import { PART_CLASS, ROOM_CLASSES, ROOM_PARTS } from "../../../lib/worlds/rooms/classes.ts";
import { ROOM_DOMAINS, sceneSeed } from "../../../lib/worlds/rooms/domains.ts";
import { SPLITS } from "../../../lib/worlds/seeds.ts";
import { makeRoom } from "../../../lib/worlds/rooms/make_room.ts";
import { Random } from "../../../lib/random/random.ts";

Deno.test("ROOM_PARTS cover the 13 classes of S3DIS, which keep its order", () => {
  assert.equal(
    ROOM_CLASSES.join(" "),
    "ceiling floor wall beam column window door table chair sofa bookcase board clutter",
  );
  assert.equal(ROOM_PARTS.length, 32);
  assert.deepEqual([...new Set(PART_CLASS)].sort((a, b) => a - b), ROOM_CLASSES.map((_, i) => i));
});

Deno.test("makeRoom() gives the same room for the same seed and another for the next", () => {
  const one = makeRoom(12345, "A"), again = makeRoom(12345, "A"), next = makeRoom(12346, "A");
  assert.deepEqual(one.primitives, again.primitives);
  assert.deepEqual(one.materials, again.materials);
  assert.notDeepEqual(one.primitives, next.primitives);
});

Deno.test("makeRoom() makes rooms with every class, inside the walls", () => {
  for (const style of ["A", "B"] as const) {
    const rooms = Array.from({ length: 40 }, (_, i) => makeRoom(i, style));
    ROOM_CLASSES.forEach((name, label) => {
      const having = rooms.filter((room) => room.classes.includes(label)).length;
      assert.ok(having >= 20, `${name} in ${having} of 40 rooms of style ${style}`);
    });
    for (const room of rooms) {
      assert.ok(room.count < 400, `${room.count} primitives`);
      assert.ok(room.primitives.every(Number.isFinite));
      for (let i = 0; i < room.count; i++) {
        const [x, y, z] = room.primitives.subarray(i * 12, i * 12 + 3);
        assert.ok(Math.abs(x!) <= room.halfX + 0.11 && Math.abs(y!) <= room.halfY + 0.11);
        assert.ok(z! > -0.11 && z! < room.height + 0.11);
      }
    }
  }
});

Deno.test("makeRoom() numbers its objects: each piece of furniture is one, and the shell is none", () => {
  for (const style of ["A", "B"] as const) {
    for (let seed = 0; seed < 20; seed++) {
      const { classes, parts, objects } = makeRoom(seed, style);
      const numbers = (isWanted: (primitive: number) => boolean) =>
        Array.from(objects).filter((_, i) => isWanted(i));
      // Every such object has exactly one of these parts.
      for (const part of ["chair seat", "table top", "window pane", "board surface"] as const) {
        const index = ROOM_PARTS.findIndex(([name]) => name === part);
        const label = PART_CLASS[index];
        const seats = numbers((i) => parts[i] === index);
        assert.equal(new Set(seats).size, seats.length, `two of ${part} in one object`);
        assert.deepEqual(new Set(numbers((i) => classes[i] === label)), new Set(seats), part);
      }
      for (const shell of ["ceiling", "floor", "wall"] as const) {
        const label = ROOM_CLASSES.indexOf(shell);
        assert.deepEqual(new Set(numbers((i) => classes[i] === label)), new Set([0]), shell);
      }
    }
  }
});

Deno.test("makeRoom() leaves free floor to stand on, outside all furniture", () => {
  for (let seed = 0; seed < 20; seed++) {
    const room = makeRoom(seed, "A");
    const random = new Random(seed, 9);
    let free = 0;
    for (let i = 0; i < 200; i++) {
      const x = random.range(-room.halfX, room.halfX), y = random.range(-room.halfY, room.halfY);
      if (!room.isFree(x, y, 0.1)) continue;
      free++;
      for (let p = 0; p < room.count; p++) {
        const [px, py, z, , hx, hy, hz, , c, s] = room.primitives.subarray(p * 12, p * 12 + 12);
        if (z! - hz! > 1 || room.classes[p]! < 2) continue;
        const u = c! * (x - px!) + s! * (y - py!), v = c! * (y - py!) - s! * (x - px!);
        // Chairs may stand under tables, and their backs reach a little past the place they claim.
        assert.ok(Math.abs(u) > hx! - 0.1 || Math.abs(v) > hy! - 0.1, `inside primitive ${p}`);
      }
    }
    assert.ok(free > 10, `${free} of 200 places are free in room ${seed}`);
  }
});

Deno.test("sceneSeed() gives no seed twice over domains, splits and indices", () => {
  const seeds = new Set<number>();
  const domains = Object.keys(ROOM_DOMAINS) as (keyof typeof ROOM_DOMAINS)[];
  assert.equal(new Set(domains.map((name) => ROOM_DOMAINS[name].number)).size, domains.length);
  const indices = [0, 1, 2, 255, 256, 257, 4095, 65534, 65535];
  for (const domain of domains) {
    for (const split of SPLITS) {
      for (const index of indices) seeds.add(sceneSeed(domain, split, index));
    }
  }
  assert.equal(seeds.size, domains.length * SPLITS.length * indices.length);
  for (const bad of [-1, 65536, 0.5, NaN]) {
    assert.throws(() => sceneSeed("source", "test", bad), RangeError);
  }
});
