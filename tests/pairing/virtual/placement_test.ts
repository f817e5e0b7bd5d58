/** Cameras that are placed from points alone, in a room and over open ground. */
import assert from "node:assert/strict";
import { localPose, projectReference } from "../../../lib/pairing/mod.ts";
import { cellsOf, placeCameras } from "../../../lib/pairing/virtual/mod.ts";
import type { Camera } from "../../../lib/scan/mod.ts";
import { eyeOf, scanRoom, type Vector } from "../scene.ts";

const OPTIONS = {
  count: 8,
  optics: { width: 64, height: 48, fieldOfView: 80 * Math.PI / 180 },
  pixelSize: 0.2,
};

const place = (positions: Float32Array, count = 8, origin: Vector = [0, 0, 0]) =>
  placeCameras(positions, cellsOf(positions), origin, { ...OPTIONS, count });

/** The fraction of the points that are inside the image of at least one camera. */
function inImages(positions: Float32Array, cameras: readonly Camera[]): number {
  const points = Array.from(
    { length: positions.length / 3 },
    (_, i) => positions.subarray(3 * i, 3 * i + 3),
  );
  const poses = cameras.map((camera) => ({ camera, pose: localPose(camera, [0, 0, 0]) }));
  const seen = points.filter((point) =>
    poses.some(({ camera, pose }) => projectReference(camera, pose, point).inside)
  );
  return seen.length / points.length;
}

Deno.test("placeCameras() places cameras in a room at eye height, away from its furniture, looking around", () => {
  const room = scanRoom(8000);
  const cameras = place(room);
  assert.ok(cameras.length >= 3 && cameras.length <= 8);
  for (const camera of cameras) {
    const [x, y, z] = eyeOf(camera);
    assert.ok(Math.abs(x) < 2.8 && Math.abs(y) < 2.3, `${x} ${y} is in a wall`);
    assert.ok(z > 1.2 && z < 1.9, `${z} is not eye height`);
    const inScreen = x > -1.5 && x < 1 && y > 0.5 && y < 0.6;
    assert.ok(!inScreen, `${x} ${y} is in the screen`);
  }
  assert.ok(inImages(room, cameras) > 0.9);
  assert.equal(new Set(cameras.map(({ file }) => file)).size, cameras.length);
});

Deno.test("placeCameras() begins with the same cameras for any count and origin", () => {
  const room = scanRoom(3000);
  const all = place(room);
  assert.deepEqual(place(room, 2), all.slice(0, 2));
  const origin: Vector = [4e5, 5e6, 100];
  place(room, 2, origin).forEach((camera, i) => {
    const eye = eyeOf(all[i]!);
    eyeOf(camera).forEach((x, axis) => {
      assert.ok(Math.abs(x - origin[axis]! - eye[axis]!) < 1e-6);
    });
  });
});

Deno.test("placeCameras() looks down on wide open ground", () => {
  const ground: number[] = [];
  for (let x = 0; x < 120; x++) {
    for (let y = 0; y < 120; y++) ground.push(x, y, Math.sin(x / 9) + Math.cos(y / 7));
  }
  const positions = Float32Array.from(ground);
  const cameras = place(positions);
  assert.ok(cameras.some((camera) => eyeOf(camera)[2] > 15));
  assert.ok(inImages(positions, cameras) > 0.9);
});

Deno.test("placeCameras() ignores stray points below the floor and in the air", () => {
  const room = scanRoom(8000);
  const stray = Float32Array.from([...room, 0, 0, -2, 1, -1, -3, -2, 1, 1.5, 0.4, -1.2, 1.7]);
  for (const camera of place(stray)) {
    const z = eyeOf(camera)[2];
    assert.ok(z > 1.2 && z < 1.95, `${z} is not eye height`);
  }
});

Deno.test("placeCameras() ends where further cameras add nothing, and accepts unusual scans", () => {
  assert.ok(place(scanRoom(3000), 100).length < 60);
  for (const odd of [[0, 0, 0], [1, 2, 3, 1, 2, 3], [0, 0, 0, 1e30, 0, 0]]) {
    assert.ok(place(Float32Array.from(odd)).length <= 8, `${odd}`);
  }
});
