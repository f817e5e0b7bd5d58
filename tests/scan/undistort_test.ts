/** Lens distortion: undistorting a rendered distorted picture gives the pinhole picture again. */
import assert from "node:assert/strict";
import { type Camera, CameraError } from "../../lib/scan/mod.ts";
import type { LensDistortion } from "../../lib/scan/camera/camera_format.ts";
import { distort, undistort } from "../../lib/scan/photo/undistort.ts";

const CAMERA: Camera = {
  file: "a.png",
  width: 160,
  height: 120,
  fx: 110,
  fy: 105,
  cx: 81.5,
  cy: 57,
  worldToCamera: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1),
};
/** Barrel, pincushion, tangential distortion, nerfstudio's fourth coefficient, and COLMAP's division model. */
const DISTORTIONS: LensDistortion[] = [
  { k1: -0.25, k2: 0.05, p1: 0, p2: 0 },
  { k1: 0.2, k2: 0.02, p1: 0, p2: 0 },
  { k1: -0.1, k2: 0.01, p1: 0.01, p2: -0.008 },
  { k1: 0.05, k2: 0, p1: 0, p2: 0, k3: 0.02, k4Above: 0.2 },
  { k1: 0, k2: 0, p1: 0, p2: 0, division: -0.2 },
  { k1: 0, k2: 0, p1: 0, p2: 0, division: 0.15 },
];
/** A scene at depth 1: red is a wave along x, green a wave along y. */
const red = (x: number) => 127 + 100 * Math.sin(14 * x);
const green = (y: number) => 127 + 100 * Math.cos(17 * y);

/** The distorted picture of the scene: the ray of each pixel is found by fixed-point iteration. */
function photograph(lens: LensDistortion) {
  const { k3 = 0, k4Above = 0, division = 0 } = lens;
  const { width, height, fx, fy, cx, cy } = CAMERA;
  const pixels = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [xd, yd] = [(column - cx) / fx, (row - cy) / fy];
      let [x, y] = [xd, yd];
      for (let i = 0; i < 60; i++) {
        const r2 = x * x + y * y;
        const radial = division === 0
          ? 1 + lens.k1 * r2 + lens.k2 * r2 ** 2 + k3 * r2 ** 3 + k4Above * r2 ** 4
          : 1 + division * (xd * xd + yd * yd);
        const dx = 2 * lens.p1 * x * y + lens.p2 * (r2 + 2 * x * x);
        const dy = lens.p1 * (r2 + 2 * y * y) + 2 * lens.p2 * x * y;
        [x, y] = [(xd - dx) / radial, (yd - dy) / radial];
      }
      const at = 3 * (row * width + column);
      pixels[at] = Math.round(red(x));
      pixels[at + 1] = Math.round(green(y));
    }
  }
  return { name: "a.png", width, height, pixels };
}

/** The largest error of a pinhole picture of the scene. */
function error(
  { pixels }: { pixels: Uint8Array },
  { fx, fy, cx, cy, width, height }: Camera,
): number {
  let worst = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = 3 * (row * width + column);
      worst = Math.max(
        worst,
        Math.abs(pixels[at]! - red((column - cx) / fx)),
        Math.abs(pixels[at + 1]! - green((row - cy) / fy)),
      );
    }
  }
  return worst;
}

for (const lens of DISTORTIONS) {
  Deno.test(`undistort() makes a pinhole picture of one distorted by ${JSON.stringify(lens)}`, () => {
    const bent = photograph(lens);
    assert(error(bent, CAMERA) > 30, "the distortion has no effect: nothing is tested");
    const straight = undistort(bent, CAMERA, lens, "cameras.txt");
    assert(error(straight.photo, straight.camera) < 3, `${error(straight.photo, straight.camera)}`);
    assert.equal(straight.camera.fx / CAMERA.fx, straight.camera.fy / CAMERA.fy);
    assert.equal(straight.photo.pixels.length, bent.pixels.length);
  });
}

Deno.test("undistort() changes the focal length as little as possible", () => {
  // Barrel distortion shows more than a pinhole of that focal length does, pincushion distortion less.
  const zoom = (lens: typeof DISTORTIONS[number]) =>
    undistort(photograph(lens), CAMERA, lens, "c").camera.fx / CAMERA.fx;
  assert(zoom(DISTORTIONS[0]!) < 1 && zoom(DISTORTIONS[1]!) > 1);
});

Deno.test("distort() is OpenCV's model, by hand", () => {
  // x = 0.5, y = -0.25: r2 = 0.3125, radial = 1 + 0.1 * 0.3125 + 0.2 * 0.09765625 = 1.05078125.
  const [u, v] = distort(1.5, -0.25, { fx: 2, fy: 1, cx: 0.5, cy: 0 }, {
    fx: 1,
    fy: 1,
    cx: 0,
    cy: 0,
  }, {
    k1: 0.1,
    k2: 0.2,
    p1: 0.01,
    p2: 0.02,
  });
  // dx = 2 * 0.01 * 0.5 * -0.25 + 0.02 * (0.3125 + 0.5); dy = 0.01 * (0.3125 + 0.125) + 2 * 0.02 * -0.125.
  assert(Math.abs(u - (0.525390625 - 0.0025 + 0.01625)) < 1e-12, `${u}`);
  assert(Math.abs(v - (-0.2626953125 + 0.004375 - 0.005)) < 1e-12, `${v}`);
});

Deno.test("undistort() refuses a distortion that folds the picture", () => {
  const lens = { k1: -9, k2: 0, p1: 0, p2: 0 };
  const camera = { ...CAMERA, fx: 20, fy: 20 };
  const photo = { name: "a.png", width: 160, height: 120, pixels: new Uint8Array(57600) };
  assert.throws(() => undistort(photo, camera, lens, "c.txt"), (error) => {
    assert(error instanceof CameraError);
    assert.match(error.message, /folds the picture/);
    return true;
  });
});
