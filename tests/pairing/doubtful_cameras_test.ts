/** Cameras that cannot be meant as they are given are found by what they would see otherwise. */
import assert from "node:assert/strict";
import { cameraWarnings, likelyCameraFault } from "../../lib/pairing/mod.ts";
import { type Camera, cameraAt, inverseRigid } from "../../lib/scan/mod.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";

/** A box of 6 x 5 x 3 m, in coordinates minus an origin as that of maps. */
const ORIGIN: [number, number, number] = [600_000, 5_400_000, 200];
const next = mulberry32(7);
const scan = {
  origin: ORIGIN,
  positions: Float32Array.from({ length: 3000 }, (_, i) => next() * [6, 5, 3][i % 3]!),
};
const optics = { width: 64, height: 48, fieldOfView: 1.2 };
const at = (x: number, y: number, z: number) =>
  [ORIGIN[0] + x, ORIGIN[1] + y, ORIGIN[2] + z] as const;
const cameras = [
  cameraAt("a.png", at(-4, 1, 1.5), 0.2, 0, optics),
  cameraAt("b.png", at(3, -5, 2), 1.5, -0.1, optics),
];
const flip = (pose: Float64Array) => pose.map((value, i) => i >= 4 && i < 12 ? -value : value);
const posed = (change: (pose: Float64Array) => Float64Array): Camera[] =>
  cameras.map((camera) => ({ ...camera, worldToCamera: change(camera.worldToCamera) }));

Deno.test("cameraWarnings() has nothing against cameras that see the scan", () => {
  assert.deepEqual(cameraWarnings({ scan, cameras }), []);
});

Deno.test("cameraWarnings() names poses from camera to world, and axes of OpenGL", () => {
  const text = (views: Camera[]) => cameraWarnings({ scan, cameras: views })[0]!.text;
  assert.match(
    text(posed(inverseRigid)),
    /sees 0\.0 %.*inverted poses: they seem to go from camera to world/,
  );
  assert.match(text(posed(flip)), /axes seem to be those of OpenGL/);
  assert.match(
    text(posed((pose) => inverseRigid(flip(pose)))),
    /cameras with the axes of OpenGL to the world/,
  );
});

Deno.test("cameraWarnings() names single cameras that see nothing", () => {
  const away = cameraAt("away.png", at(-4, 1, 1.5), Math.PI, 0, optics);
  const [only] = cameraWarnings({ scan, cameras: [...cameras, away] });
  assert.equal(only!.code, "cameras");
  assert.match(only!.text, /: away\.png\./);
});

Deno.test("likelyCameraFault() names other coordinates, and nothing where it knows nothing", () => {
  const local = cameraAt("a.png", [-4, 1, 1.5], 0.2, 0, optics);
  assert.match(
    likelyCameraFault({ scan, cameras: [local] })!.problem,
    /times the scan's size away/,
  );
  const away = cameraAt("away.png", at(12, 1, 1.5), 0.5, 1.5, optics);
  assert.equal(likelyCameraFault({ scan, cameras: [away] }), null);
  assert.equal(likelyCameraFault({ scan, cameras: [] }), null);
});
