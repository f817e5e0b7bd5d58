/** Cameras that cannot be meant as they are given are found by what they would see otherwise. */
import assert from "node:assert/strict";
import { cameraWarnings, likelyCameraFault } from "../../lib/pairing/mod.ts";
import { type Camera, cameraAt, inverseRigid, type Photo } from "../../lib/scan/mod.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";

/** A box of 6 x 5 x 3 m, in coordinates minus an origin as that of maps. */
const ORIGIN: [number, number, number] = [600_000, 5_400_000, 200];
const next = mulberry32(7);
const scan = {
  origin: ORIGIN,
  colors: null,
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
  assert.deepEqual(cameraWarnings({ scan, cameras, photos: [] }), []);
});

Deno.test("cameraWarnings() names poses from camera to world, and axes of OpenGL", () => {
  const text = (views: Camera[]) => cameraWarnings({ scan, cameras: views, photos: [] })[0]!.text;
  assert.match(
    text(posed(inverseRigid)),
    /sees 0\.0 %.*with inverted poses: .*swapped\. Send their inverses/,
  );
  assert.match(text(posed(flip)), /axes seem to be those of OpenGL/);
  assert.match(
    text(posed((pose) => inverseRigid(flip(pose)))),
    /cameras with the axes of OpenGL to the world/,
  );
});

Deno.test("cameraWarnings() names single cameras that see nothing", () => {
  const away = cameraAt("away.png", at(-4, 1, 1.5), Math.PI, 0, optics);
  const [only] = cameraWarnings({ scan, cameras: [...cameras, away], photos: [] });
  assert.equal(only!.code, "cameras");
  assert.match(only!.text, /: away\.png\./);
});

Deno.test("likelyCameraFault() names other coordinates, and nothing where it knows nothing", () => {
  const local = cameraAt("a.png", [-4, 1, 1.5], 0.2, 0, optics);
  assert.match(
    likelyCameraFault({ scan, cameras: [local], photos: [] })!.problem,
    /times the scan's size away/,
  );
  const away = cameraAt("away.png", at(12, 1, 1.5), 0.5, 1.5, optics);
  assert.equal(likelyCameraFault({ scan, cameras: [away], photos: [] }), null);
  assert.equal(likelyCameraFault({ scan, cameras: [], photos: [] }), null);
});

/** Whether a ray from `eye` meets a pillar first, and how far away it meets something; 0 where it meets nothing. */
function meet(
  eye: readonly number[],
  ray: readonly number[],
): { distance: number; pillar: number } {
  let [distance, pillar] = [ray[2]! < 0 ? -eye[2]! / ray[2]! : Infinity, -1];
  PILLARS.forEach(([x, y, radius], i) => {
    const [a, b] = [x - eye[0]!, y - eye[1]!];
    const square = ray[0]! ** 2 + ray[1]! ** 2;
    const along = (a * ray[0]! + b * ray[1]!) / square;
    const beside = radius ** 2 - (a - along * ray[0]!) ** 2 - (b - along * ray[1]!) ** 2;
    const met = along - Math.sqrt(beside / square);
    if (beside > 0 && met > 0 && met < distance && eye[2]! + met * ray[2]! < 4) {
      [distance, pillar] = [met, i];
    }
  });
  return { distance: distance < 40 ? distance : 0, pillar };
}

/** Pillars on a plain by x, y and radius, around a lidar at a height of 2 m. */
const PILLARS = Array.from({ length: 40 }, (_, i) => {
  const [angle, away] = [i * 2.4, 4 + 16 * next()];
  return [away * Math.cos(angle), away * Math.sin(angle), 0.3 + 0.5 * next()] as const;
});
const LIDAR = [0, 0, 2] as const;

/** A scan all around with its photographs; the pillars stand in the coordinates of the lidar. */
const around = (() => {
  const positions: number[] = [];
  for (let beam = 0; beam < 32; beam++) {
    for (let shot = 0; shot < 360; shot++) {
      const [up, angle] = [-0.45 + beam * 0.019, shot * Math.PI / 180];
      const ray = [Math.cos(angle), Math.sin(angle), Math.tan(up)];
      const { distance } = meet(LIDAR, ray);
      if (distance > 0) positions.push(...ray.map((along) => along * distance));
    }
  }
  const views = [0, 1.3, 2.6, 3.9, 5.2].map((heading, i) => {
    const eye = [0.5 * Math.cos(heading), 0.5 * Math.sin(heading), -0.2] as const;
    return cameraAt(`${i}.png`, eye, heading, 0, { width: 96, height: 64, fieldOfView: 1.2 });
  });
  const photos = views.map((camera): Photo => {
    const world = inverseRigid(camera.worldToCamera);
    const pixels = new Uint8Array(3 * camera.width * camera.height);
    for (let at = 0; at < pixels.length / 3; at++) {
      const [x, y] = [
        (at % camera.width - camera.cx) / camera.fx,
        (Math.floor(at / camera.width) - camera.cy) / camera.fy,
      ];
      const ray = [0, 4, 8].map((k) => world[k]! * x + world[k + 1]! * y + world[k + 2]!);
      const eye = [3, 7, 11].map((k, axis) => world[k]! + LIDAR[axis]!);
      const { distance, pillar } = meet(eye, ray);
      pixels.fill(pillar >= 0 ? 40 + 5 * pillar : distance > 0 ? 110 : 250, 3 * at, 3 * at + 3);
    }
    return { name: camera.file, width: camera.width, height: camera.height, pixels };
  });
  const positioned = { positions: Float32Array.from(positions), colors: null };
  return { scan: { ...positioned, origin: [0, 0, 0] as [number, number, number] }, views, photos };
})();

Deno.test("cameraWarnings() tells swapped poses around a lidar, which sees as much either way, by pictures", () => {
  const { scan, views, photos } = around;
  const textsBy = (change: (pose: Float64Array) => Float64Array) =>
    cameraWarnings({
      scan,
      photos,
      cameras: views.map((camera) => ({
        ...camera,
        worldToCamera: change(camera.worldToCamera),
      })),
    }).map(({ text }) => text);
  assert.deepEqual(textsBy((pose) => pose), []);
  assert.match(
    textsBy(inverseRigid).join(),
    /^The points would fit the photographs far better with inverted poses: .*swapped\. Send their inverses/,
  );
  assert.match(textsBy(flip).join(), /^The points would fit .*axes seem to be those of OpenGL/);
  assert.match(
    textsBy((pose) => inverseRigid(flip(pose))).join(),
    /Send them as transforms\.json of nerfstudio/,
  );
  assert.match(
    textsBy((pose) => pose.map((value, i) => i % 4 === 3 && i < 12 ? 1000 * value : value)).join(),
    /seem to be in millimetres/,
  );
});

/** An axis of the scan, or the one against it. */
type Axis = { axis: number; sign: number };

/** The pose for a world whose axes are these of the scan. */
const inWorld = (axes: readonly Axis[]) => (pose: Float64Array) =>
  pose.map((value, i) => {
    const axis = i < 12 ? axes[i % 4] : undefined;
    return axis ? axis.sign * pose[i - i % 4 + axis.axis]! : value;
  });

Deno.test("cameraWarnings() names the axes of a world that ns-process-data polycam permutes, and that is y up", () => {
  const { scan, views, photos } = around;
  const [x, y, z] = [0, 1, 2].map((axis) => ({ axis, sign: 1 })) as [Axis, Axis, Axis];
  const down = (axis: Axis) => ({ ...axis, sign: -1 });
  const worlds: [Axis[], RegExp][] = [
    [[z, x, y], /x, y and z of their world taken as z, x and y of the scan.*is z, x and y in/],
    [[x, z, down(y)], /x, y and z of their world taken as x, z and -y of the scan/],
    // As nerfstudio rotates COLMAP's world.
    [[y, x, down(z)], /x, y and z of their world taken as y, x and -z of the scan/],
  ];
  for (const [axes, wanted] of worlds) {
    const cameras = views.map((camera) => ({
      ...camera,
      worldToCamera: inWorld(axes)(camera.worldToCamera),
    }));
    assert.match(cameraWarnings({ scan, cameras, photos })[0]!.text, wanted);
  }
});

Deno.test("cameraWarnings() takes no rotated world for better where photographs do not say so", () => {
  // Cameras that are held upside down above a ground ahead: with the world rotated about x they would be upright.
  const { photos } = around;
  const positions = Float32Array.from(
    { length: 9000 },
    (_, i) => i % 3 === 2 ? -2 : i % 3 === 1 ? 20 * next() - 10 : 3 + 27 * next(),
  );
  const scan = { ...around.scan, positions };
  const upside = around.views.map((camera) => {
    const { worldToCamera } = cameraAt(camera.file, [0, 0, -0.2], 0, 0, {
      ...camera,
      fieldOfView: 1.2,
    });
    return { ...camera, worldToCamera: worldToCamera.map((value, i) => i < 8 ? -value : value) };
  });
  const grey = photos.map((photo) => ({ ...photo, pixels: photo.pixels.slice().fill(90) }));
  const texts = cameraWarnings({ scan, cameras: upside, photos: grey }).map(({ text }) => text);
  assert.ok(texts.every((text) => !text.includes("their world")), texts.join());
});

Deno.test("cameraWarnings() names photographs that fit each other's cameras", () => {
  const { scan, views, photos } = around;
  const [a, b, ...others] = photos;
  const [only] = cameraWarnings({ scan, cameras: views, photos: [b!, a!, ...others] });
  assert.match(
    only!.text,
    /would fit another camera .*: 0\.png \(that of 1\.png\), 1\.png \(that of 0\.png\)\./,
  );
  // Pictures without anything in them speak for nothing.
  const grey = photos.map((photo) => ({ ...photo, pixels: photo.pixels.map(() => 128) }));
  assert.deepEqual(cameraWarnings({ scan, cameras: views, photos: grey }), []);
});
