import assert from "node:assert/strict";
import { PART_CLASS, ROOM_CLASSES } from "../../lib/worlds/rooms/classes.ts";
import { makeRoom } from "../../lib/worlds/rooms/make_room.ts";
import { cameraAt } from "../../lib/scan/mod.ts";
import { eyeOf } from "../../lib/worlds/photographs.ts";
import { photographRoom, placeCameras, ROOM_LENS } from "../../lib/worlds/rooms/photographs.ts";
import { Random } from "../../lib/random/random.ts";
import type { CastRays } from "../../lib/worlds/raycast.ts";
import { castRaysReference } from "../../lib/worlds/raycast_reference.ts";

const cast: CastRays = (room, rays) => Promise.resolve(castRaysReference(room, rays));

function project(m: Float64Array, x: number, y: number, z: number): [number, number, number] {
  const row = (i: number) => m[i]! * x + m[i + 1]! * y + m[i + 2]! * z + m[i + 3]!;
  return [row(0), row(4), row(8)];
}

Deno.test("cameraAt() has OpenCV axes and stands where it was put", () => {
  const camera = cameraAt("a.png", [1, 2, 1.5], 0, 0, ROOM_LENS);
  const eye = eyeOf(camera);
  [1, 2, 1.5].forEach((value, i) => assert.ok(Math.abs(eye[i]! - value) < 1e-12));
  // Heading 0 looks along +x: +y is on the left, and lower points are further down.
  const near = (got: number[], want: number[]) =>
    got.forEach((value, i) => assert.ok(Math.abs(value - want[i]!) < 1e-12, `${got} ${want}`));
  near(project(camera.worldToCamera, 4, 2, 1.5), [0, 0, 3]);
  near(project(camera.worldToCamera, 4, 3, 1.5), [-1, 0, 3]);
  near(project(camera.worldToCamera, 4, 2, 0.5), [0, 1, 3]);
  // 80 degrees from the left edge of the first pixel to the right edge of the last.
  const half = Math.atan(ROOM_LENS.width / 2 / camera.fx);
  assert.ok(Math.abs(2 * half - 80 * Math.PI / 180) < 1e-12);
  assert.deepEqual([camera.cx, camera.cy], [63.5, 47.5]);
});

Deno.test("placeCameras() stands cameras at 1.2 to 1.8 m inside the room and points them all around", () => {
  for (let seed = 0; seed < 10; seed++) {
    const room = makeRoom(seed, "A");
    const cameras = placeCameras(room, 8, new Random(seed));
    const headings = cameras.map(({ worldToCamera: m }) => Math.atan2(m[9]!, m[8]!));
    for (const camera of cameras) {
      const [x, y, z] = eyeOf(camera);
      assert.ok(z >= 1.2 && z < 1.8);
      assert.ok(Math.abs(x) < room.halfX && Math.abs(y) < room.halfY);
    }
    const east = headings.reduce((sum, h) => sum + Math.cos(h), 0);
    const north = headings.reduce((sum, h) => sum + Math.sin(h), 0);
    assert.ok(Math.hypot(east, north) < 2.5, "the headings go around");
  }
});

Deno.test("photographRoom() sees every class in ten rooms, and depths lead back to the floor", async () => {
  const seen = new Float64Array(ROOM_CLASSES.length);
  for (let seed = 0; seed < 10; seed++) {
    const room = makeRoom(seed, "A");
    const cameras = placeCameras(room, 4, new Random(seed, 2));
    for (const picture of await photographRoom(cast, room, cameras, new Random(seed, 3))) {
      assert.equal(picture.photo.pixels.length, ROOM_LENS.width * ROOM_LENS.height * 3);
      let sum = 0;
      for (const value of picture.photo.pixels) sum += value;
      const mean = sum / picture.photo.pixels.length;
      assert.ok(mean > 60 && mean < 180, `mean brightness ${mean}`);
      const eye = eyeOf(picture.camera);
      const m = picture.camera.worldToCamera;
      picture.parts.forEach((part, pixel) => {
        assert.ok(part < 32, "a closed room is seen everywhere");
        const label = PART_CLASS[part]!;
        seen[label]! += 1;
        if (ROOM_CLASSES[label] !== "floor" || pixel % 7 !== 0) return;
        // A floor pixel's depth leads back to the floor.
        const z = picture.depth[pixel]!;
        const a = (pixel % ROOM_LENS.width - picture.camera.cx) / picture.camera.fx * z;
        const b = (Math.floor(pixel / ROOM_LENS.width) - picture.camera.cy) / picture.camera.fy * z;
        const height = eye[2] + a * m[2]! + b * m[6]! + z * m[10]!;
        assert.ok(height > -1e-4 && height < 0.0125, `floor seen at ${height} m`);
      });
    }
  }
  const pixels = 10 * 4 * ROOM_LENS.width * ROOM_LENS.height;
  ROOM_CLASSES.forEach((name, label) => {
    assert.ok(seen[label]! / pixels > 0.004, `${name}: ${seen[label]} of ${pixels} pixels`);
  });
});

Deno.test("photographRoom() gives the same bits twice, and a light of its own to each view", async () => {
  const room = makeRoom(3, "B");
  const camera = cameraAt("a.png", [0, 0, 1.5], 1, -0.2, ROOM_LENS);
  const take = () => photographRoom(cast, room, [camera, camera], new Random(1));
  const [first, second] = await take();
  const [again] = await take();
  assert.deepEqual(first, again);
  assert.deepEqual(first!.depth, second!.depth);
  assert.notDeepEqual(first!.photo.pixels, second!.photo.pixels);
});
