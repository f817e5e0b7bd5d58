import assert from "node:assert/strict";
import { makeRoom } from "../../lib/worlds/rooms/make_room.ts";
import { Random } from "../../lib/worlds/random.ts";
import { castRaysReference, gpuCaster, type Rays } from "../../lib/worlds/raycast.ts";
import { frameAt } from "../../lib/worlds/frame.ts";
import { type Room, RoomBuilder } from "../../lib/worlds/rooms/room.ts";
import { Style } from "../../lib/worlds/rooms/styles.ts";
import { withGpu } from "../gpu.ts";

function rays(list: readonly (readonly number[])[]): Rays {
  const words = new Float32Array(list.length * 8);
  list.forEach(([ox, oy, oz, dx, dy, dz], i) => {
    words.set([ox!, oy!, oz!, 0, dx!, dy!, dz!, 0], i * 8);
  });
  return { count: list.length, words };
}

function randomRays(room: Room, count: number): Rays {
  const random = new Random(5);
  return rays(Array.from({ length: count }, () => [
    random.range(-1, 1) * room.halfX,
    random.range(-1, 1) * room.halfY,
    random.range(0, 1) * room.height,
    random.normal(),
    random.normal(),
    random.normal(),
  ]));
}

/** A box of half sizes 1, 2, 3 at (5, 0, 0), turned by 90 degrees, and a cylinder r 1 h 2 at (0, 9, 0). */
function twoSolids(): Room {
  const builder = new RoomBuilder({ halfX: 20, halfY: 20, height: 5 });
  const material = new Style("A").material(new Random(1), "wall");
  builder.box(frameAt(5, 0, 0, Math.PI / 2), "box", material, [0, 0, 0], [1, 2, 3]);
  builder.cylinder(frameAt(0, 9, 0, 0), "bin", material, [0, 0, 0], 1, 2);
  return builder.finish();
}

// Ray, expected primitive, t, normal; worked out by hand.
const CASES = [
  { name: "turned box, side", ray: [0, 0, 0, 2, 0, 0], hit: [0, 1.5, -1, 0, 0] },
  { name: "turned box, other side", ray: [5, -5, 0, 0, 1, 0], hit: [0, 4, 0, -1, 0] },
  { name: "turned box, top", ray: [6.5, 0.5, 10, 0, 0, -1], hit: [0, 7, 0, 0, 1] },
  { name: "cylinder, round side", ray: [0, 0, 1, 0, 1, 0], hit: [1, 8, 0, -1, 0] },
  { name: "cylinder, bottom", ray: [0.5, 9.5, -5, 0, 0, 1], hit: [1, 3, 0, 0, -1] },
  { name: "cylinder, past it", ray: [1.01, 0, 0, 0, 1, 0], hit: [-1, -1, 0, 0, 0] },
  { name: "behind the origin", ray: [0, 0, 0, -1, 0, 0], hit: [-1, -1, 0, 0, 0] },
  { name: "from inside", ray: [5, 0, 0, 1, 0, 0], hit: [-1, -1, 0, 0, 0] },
] as const;

Deno.test("castRaysReference() finds the face, distance and normal worked out by hand", () => {
  const { surface, primitive } = castRaysReference(twoSolids(), rays(CASES.map((c) => c.ray)));
  CASES.forEach(({ name, hit }, i) => {
    assert.equal(primitive[i], hit[0], name);
    const [nx, ny, nz, t] = surface.subarray(i * 4, i * 4 + 4);
    [t, nx, ny, nz].forEach((value, j) => {
      assert.ok(Math.abs(value! - hit[j + 1]!) < 1e-5, `${name}: ${value} is not ${hit[j + 1]}`);
    });
  });
});

withGpu("raycast finds the face, distance and normal worked out by hand", async (gpu) => {
  const { surface, primitive } = await gpuCaster(gpu)(twoSolids(), rays(CASES.map((c) => c.ray)));
  CASES.forEach(({ name, hit }, i) => {
    assert.equal(primitive[i], hit[0], name);
    const [nx, ny, nz, t] = surface.subarray(i * 4, i * 4 + 4);
    [t, nx, ny, nz].forEach((value, j) => {
      assert.ok(Math.abs(value! - hit[j + 1]!) < 1e-5, `${name}: ${value} is not ${hit[j + 1]}`);
    });
  });
});

withGpu("raycast agrees with its reference on whole rooms", async (gpu) => {
  const cast = gpuCaster(gpu);
  for (const [seed, count] of [[1, 0], [2, 1], [3, 64], [4, 65], [5, 20011]] as const) {
    const room = makeRoom(seed, "teacher");
    const cloud = randomRays(room, count);
    const fast = await cast(room, cloud);
    const slow = castRaysReference(room, cloud);
    assert.equal(fast.primitive.length, count);
    let other = 0;
    for (let i = 0; i < count; i++) {
      // float32 may take the neighbour where two solids touch or a ray grazes an edge.
      if (fast.primitive[i] !== slow.primitive[i]) {
        other++;
        continue;
      }
      const t = slow.surface[i * 4 + 3]!;
      assert.ok(Math.abs(fast.surface[i * 4 + 3]! - t) <= 2e-4 * Math.max(1, Math.abs(t)));
      for (let j = 0; j < 3; j++) {
        assert.ok(Math.abs(fast.surface[i * 4 + j]! - slow.surface[i * 4 + j]!) < 5e-3);
      }
    }
    assert.ok(other <= 1e-3 * count, `${other} of ${count} rays meet another solid`);
  }
});

withGpu("raycast gives the same bits twice", async (gpu) => {
  const room = makeRoom(8, "B");
  const cloud = randomRays(room, 5000);
  const cast = gpuCaster(gpu);
  assert.deepEqual(await cast(room, cloud), await cast(room, cloud));
});
