import assert from "node:assert/strict";
import { PART_CLASS, ROOM_CLASSES, ROOM_PARTS } from "../../../lib/worlds/rooms/classes.ts";
import { ROOM_DOMAINS, sceneSeed } from "../../../lib/worlds/rooms/domains.ts";
import { SPLITS } from "../../../lib/worlds/seeds.ts";
import { makeRoom } from "../../../lib/worlds/rooms/make_room.ts";
import { Random } from "../../../lib/random/random.ts";

Deno.test("Random gives the published sequence of sfc32, and independent streams", () => {
  // The published algorithm, written out with BigInt; its first 16 outputs are discarded.
  const mask = 0xffffffffn;
  let [a, b, c, counter] = [7n, 3n, 0x9e3779b9n, 1n];
  const next = () => {
    const result = (a + b + counter) & mask;
    counter = (counter + 1n) & mask;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) & mask;
    c = (((c << 21n) & mask | (c >> 11n)) + result) & mask;
    return Number(result);
  };
  for (let i = 0; i < 16; i++) next();
  const random = new Random(7, 3);
  for (let i = 0; i < 100; i++) assert.equal(random.uint32(), next());
  assert.notEqual(new Random(7, 3).uint32(), new Random(7, 4).uint32());
});

Deno.test("Random draws normal numbers and samples without repeats", () => {
  const random = new Random(1);
  let sum = 0, square = 0;
  const count = 20000;
  for (let i = 0; i < count; i++) {
    const value = random.normal();
    sum += value;
    square += value * value;
  }
  assert.ok(Math.abs(sum / count) < 0.03 && Math.abs(square / count - 1) < 0.04);
  const sample = random.sample(50, 20);
  assert.equal(new Set(sample).size, 20);
  assert.ok(sample.every((value) => value < 50));
  assert.deepEqual([...random.sample(5, 9)].sort(), [0, 1, 2, 3, 4]);
});

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
