import assert from "node:assert/strict";
import { ROOM_DOMAINS, type RoomDomain } from "../../../lib/worlds/rooms/domains.ts";
import { makeRoom } from "../../../lib/worlds/rooms/make_room.ts";
import { photographRoom, placeCameras } from "../../../lib/worlds/rooms/photographs.ts";
import { Random } from "../../../lib/random/random.ts";
import type { CastRays } from "../../../lib/worlds/raycast.ts";
import { castRaysReference } from "../../../lib/worlds/raycast_reference.ts";
import { scanRoom } from "../../../lib/worlds/rooms/scanners.ts";

const cast: CastRays = (room, rays) => Promise.resolve(castRaysReference(room, rays));
const SEED = 21;
const room = makeRoom(SEED, "A");
const cameras = placeCameras(room, 8, new Random(SEED, 2));
const pictures = await photographRoom(cast, room, cameras, new Random(SEED, 3));
const scan = (domain: RoomDomain) => scanRoom(cast, room, pictures, domain, new Random(SEED, 4));

/** For each point, the true depth of the pixel in whose centre it lies, and its error along z; from the cameras alone. */
function residuals(positions: Float32Array): { z: number; error: number }[] {
  const found: { z: number; error: number }[] = [];
  for (let i = 0; i < positions.length; i += 3) {
    let best: { z: number; error: number; off: number } | undefined;
    for (const { camera, depth } of pictures) {
      const m = camera.worldToCamera;
      const row = (r: number) =>
        m[r]! * positions[i]! + m[r + 1]! * positions[i + 1]! + m[r + 2]! * positions[i + 2]! +
        m[r + 3]!;
      const z = row(8);
      const u = camera.fx * row(0) / z + camera.cx, v = camera.fy * row(4) / z + camera.cy;
      const pu = Math.round(u), pv = Math.round(v);
      if (z <= 0 || pu < 0 || pv < 0 || pu >= camera.width || pv >= camera.height) continue;
      const off = Math.hypot(u - pu, v - pv);
      const truth = depth[pv * camera.width + pu]!;
      if (!best || off < best.off) best = { z: truth, error: z - truth, off };
    }
    assert.ok(best && best.off < 1e-3, "a point of a depth camera lies on the centre of a pixel");
    found.push(best);
  }
  return found;
}

Deno.test("scanRoom() source: points are pixels, with the noise of the domain", async () => {
  const { count, positions, colors, labels } = await scan(ROOM_DOMAINS.source);
  assert.equal(count, 20000);
  assert.ok(colors.every((value) => value >= 0 && value <= 1));
  assert.ok(labels.every((label) => label >= 0 && label < 13));
  const all = residuals(positions.subarray(0, 9000));
  // Divided by the sigma of the domain, the errors are standard normal.
  const z = all.map(({ z, error }) => error / (0.004 + 0.0025 * z * z));
  const mean = z.reduce((a, b) => a + b, 0) / z.length;
  const variance = z.reduce((a, b) => a + b * b, 0) / z.length;
  assert.ok(Math.abs(mean) < 0.06, `mean ${mean}`);
  assert.ok(Math.abs(variance - 1) < 0.1, `variance ${variance}`);
});

Deno.test("scanRoom() says which object a point lies on", async () => {
  for (const domain of [ROOM_DOMAINS.noisy, ROOM_DOMAINS.everything]) {
    const { labels, objects } = await scan(domain);
    const classesOf = (object: number) =>
      new Set(Array.from(room.classes).filter((_, i) => room.objects[i] === object));
    assert.ok(new Set(objects).size > 8, "a room holds several objects");
    labels.forEach((label, point) => {
      if (label === 255) assert.equal(objects[point], 0, "an outlier lies on nothing");
      else assert.ok(classesOf(objects[point]!).has(label), `point ${point} of class ${label}`);
    });
  }
});

Deno.test("scanRoom() noisy: a quarter of the points, 5 cm of noise, 6 % outliers", async () => {
  const { count, positions, labels } = await scan(ROOM_DOMAINS.noisy);
  assert.equal(count, 5000);
  const inliers: number[] = [];
  labels.forEach((label, i) => {
    if (label !== 255) inliers.push(...positions.subarray(i * 3, i * 3 + 3));
  });
  assert.equal(inliers.length / 3, 4700);
  const errors = residuals(Float32Array.from(inliers)).map(({ error }) => error);
  const sigma = Math.sqrt(errors.reduce((a, b) => a + b * b, 0) / errors.length);
  assert.ok(Math.abs(sigma - 0.05) < 0.003, `sigma ${sigma}`);
});

Deno.test("scanRoom() everything: one station, 3 cm of noise, faulty colours", async () => {
  const noisy = await scan(ROOM_DOMAINS.everything);
  const clean = await scan({ ...ROOM_DOMAINS.everything, noise: { base: 0, growth: 0 } });
  assert.equal(noisy.count, 300 * 40);
  assert.deepEqual(noisy.labels, clean.labels);
  let square = 0;
  noisy.positions.forEach((value, i) => square += (value - clean.positions[i]!) ** 2);
  const sigma = Math.sqrt(square / noisy.count);
  assert.ok(Math.abs(sigma - 0.03) < 0.001, `sigma ${sigma}`);
  // Without noise the floor is flat.
  clean.labels.forEach((label, i) => {
    if (label === 1) assert.ok(Math.abs(clean.positions[i * 3 + 2]! - 0.006) < 0.0065);
  });
  const colours = new Set<string>();
  for (let seed = 0; seed < 12; seed++) {
    const row: RoomDomain = {
      ...ROOM_DOMAINS.everything,
      scanner: { kind: "terrestrial", stations: 1, azimuths: 20, elevations: 5 },
    };
    const spoilt = await scanRoom(cast, room, [], row, new Random(seed, 4));
    colours.add(new Set(spoilt.colors).size === 1 ? "none" : "wrong");
  }
  assert.deepEqual([...colours].sort(), ["none", "wrong"]);
});
