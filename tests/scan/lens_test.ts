/** Wide lenses: what a picture shows at a pixel, a view that was cut out of it shows where its camera says. */
import assert from "node:assert/strict";
import { CameraError, encodePng, readViews, type ScanViews } from "../../lib/scan/mod.ts";
import { cutViews } from "../../lib/scan/lens/cut_views.ts";

type Vector = readonly [number, number, number];

/** A camera to world pose, OpenCV axes, that is no axis' own. */
const [C, S] = [Math.cos(0.4), Math.sin(0.4)];
const WORLD_TO_CAMERA = [C, S, 0, 1, 0, 0, -1, 2, -S, C, 0, -0.5, 0, 0, 0, 1];
/** The same for nerfstudio: camera to world, OpenGL axes. */
const NERFSTUDIO_POSE = (() => {
  const inverse = [C, 0, -S, -C - 0.5 * S, S, 0, C, -S + 0.5 * C, 0, -1, 0, 2, 0, 0, 0, 1];
  return [0, 4, 8, 12].map((row) =>
    [0, 1, 2, 3].map((column) => inverse[row + column]! * (column === 1 || column === 2 ? -1 : 1))
  );
})();

/** Where the pictures have their landmarks: in the world, in all directions from the camera. */
const LANDMARKS: Vector[] = [];
for (const x of [-7, 0, 6]) {
  for (const y of [-8, 1, 9]) for (const z of [-4, 2.5, 8]) LANDMARKS.push([x, y, z]);
}

function toCamera([x, y, z]: Vector): Vector {
  const row = (r: number) =>
    WORLD_TO_CAMERA[r]! * x + WORLD_TO_CAMERA[r + 1]! * y + WORLD_TO_CAMERA[r + 2]! * z +
    WORLD_TO_CAMERA[r + 3]!;
  return [row(0), row(4), row(8)];
}

/** A picture in which each landmark is a blot of a grey of its own, on blue. */
function picture(
  [width, height]: readonly [number, number],
  project: (point: Vector) => readonly [number, number] | null,
): { bytes: Uint8Array; pixels: Uint8Array; shown: Map<number, number> } {
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 2; i < pixels.length; i += 3) pixels[i] = 255;
  const shown = new Map<number, number>();
  for (const [index, point] of LANDMARKS.entries()) {
    const pixel = project(toCamera(point));
    if (!pixel) continue;
    const grey = 60 + 7 * index;
    shown.set(index, grey);
    for (let dy = -3; dy <= 3; dy++) {
      for (let dx = -3; dx <= 3; dx++) {
        const [column, row] = [Math.round(pixel[0]) + dx, Math.round(pixel[1]) + dy];
        if (column < 0 || row < 0 || column >= width || row >= height) continue;
        pixels.fill(grey, 3 * (row * width + column), 3 * (row * width + column) + 3);
      }
    }
  }
  return { bytes: encodePng({ width, height, pixels }), pixels, shown };
}

/** Counts the views that show a landmark where their cameras say, and fails for one that shows anything else there. */
function hits(
  { photos, cameras }: Pick<ScanViews, "photos" | "cameras">,
  shown: Map<number, number>,
) {
  const seen = new Map<number, number>();
  for (const [view, camera] of cameras.entries()) {
    const pose = camera.worldToCamera;
    const { width, pixels } = photos[view]!;
    for (const [index, grey] of shown) {
      const [x, y, z] = LANDMARKS[index]!;
      const row = (r: number) => pose[r]! * x + pose[r + 1]! * y + pose[r + 2]! * z + pose[r + 3]!;
      const depth = row(8);
      const column = camera.fx * row(0) / depth + camera.cx;
      const line = camera.fy * row(4) / depth + camera.cy;
      const isInside = depth > 0 && column >= 1 && line >= 1 && column < camera.width - 2 &&
        line < camera.height - 2;
      if (!isInside) continue;
      const at = 3 * (Math.round(line) * width + Math.round(column));
      assert.ok(Math.abs(pixels[at]! - grey) <= 2, `${camera.file}, landmark ${index}`);
      seen.set(index, (seen.get(index) ?? 0) + 1);
    }
  }
  return seen;
}

/** OpenCV's fisheye model, as its documentation writes it. */
function fisheye(
  [fx, fy, cx, cy]: readonly number[],
  [k1, k2, k3, k4]: readonly number[],
  widest: number,
) {
  return ([x, y, z]: Vector): [number, number] | null => {
    if (z <= 0 && widest <= Math.PI / 2) return null;
    const [a, b] = [x / z, y / z];
    const r = Math.hypot(a, b);
    const theta = z > 0 ? Math.atan(r) : Math.PI - Math.atan(r);
    if (theta > widest) return null;
    const t2 = theta * theta;
    const bent = theta * (1 + k1! * t2 + k2! * t2 ** 2 + k3! * t2 ** 3 + k4! * t2 ** 4);
    const sign = z > 0 ? 1 : -1;
    return [fx! * sign * bent / r * a + cx!, fy! * sign * bent / r * b + cy!];
  };
}

const SIZE = [420, 400] as const;
const FISHEYE = [120, 118, 209.5, 203.5] as const;
const K = [0.03, -0.008, 0.001, -0.0002] as const;

const nerfstudio = (about: Record<string, unknown>) => [{
  name: "transforms.json",
  text: JSON.stringify({
    ...about,
    frames: [{ file_path: "a.png", transform_matrix: NERFSTUDIO_POSE }],
  }),
}];

const [fx, fy, cx, cy] = FISHEYE;
const COEFFICIENTS = { k1: K[0], k2: K[1], k3: K[2], k4: K[3] };
// nerfstudio and COLMAP count pixels from corners.
const CORNER = { fl_x: fx, fl_y: fy, cx: cx + 0.5, cy: cy + 0.5, w: SIZE[0], h: SIZE[1] };
const IMAGE = { file: "a.png", width: SIZE[0], height: SIZE[1], worldToCamera: WORLD_TO_CAMERA };
/** The rotation of the pose as a quaternion, w first. */
const QUATERNION = (() => {
  const [a, b, , , , , d, , e, f] = WORLD_TO_CAMERA as number[];
  const [m21, m12, m02, m20, m10, m01] = [f!, d!, 0, e!, 0, b!];
  const w = Math.sqrt(1 + a! + 0 + 0) / 2;
  return [w, (m21 - m12) / (4 * w), (m02 - m20) / (4 * w), (m10 - m01) / (4 * w)];
})();

Deno.test("views of a fisheye lens show its landmarks where their cameras say, in every format", async () => {
  const { bytes, shown } = picture(SIZE, fisheye(FISHEYE, K, 1.6));
  const files = {
    nerfstudio: nerfstudio({ camera_model: "OPENCV_FISHEYE", ...CORNER, ...COEFFICIENTS }),
    "instant-ngp": nerfstudio({ is_fisheye: true, ...CORNER, ...COEFFICIENTS }),
    ours: [{
      name: "cameras.json",
      text: JSON.stringify({
        images: [{ ...IMAGE, fx, fy, cx, cy, lens: "fisheye", ...COEFFICIENTS }],
      }),
    }],
    COLMAP: [
      {
        name: "cameras.txt",
        text: `1 OPENCV_FISHEYE ${SIZE.join(" ")} ${fx} ${fy} ${cx + 0.5} ${cy + 0.5} ${
          K.join(" ")
        }`,
      },
      { name: "images.txt", text: `1 ${QUATERNION.join(" ")} 1 2 -0.5 1 a.png\n\n` },
    ],
  };
  for (const [format, cameras] of Object.entries(files)) {
    const views = await readViews([{ name: "a.png", bytes }], cameras);
    assert.deepEqual(views.warnings, [], format);
    const seen = hits(views, shown);
    assert.ok(shown.size >= 10, `${shown.size}`);
    assert.ok(seen.size >= 0.8 * shown.size, `${format}: ${seen.size} of ${shown.size}`);
    assert.ok(
      views.cameras.every(({ file }) => /^a\.png \((front|left|right|up|down|back)\)$/.test(file)),
    );
  }
});

Deno.test("THIN_PRISM_FISHEYE distorts as COLMAP does", async () => {
  const [p1, p2, sx1, sy1] = [0.004, -0.006, 0.003, 0.005];
  const plain = fisheye([1, 1, 0, 0], [0, 0, 0, 0], 1.2);
  const { bytes, shown } = picture(SIZE, (point) => {
    const at = plain(point);
    if (!at) return null;
    const [u, v] = at;
    const [u2, uv, v2] = [u * u, u * v, v * v];
    const r2 = u2 + v2;
    const radial = K[0] * r2 + K[1] * r2 ** 2 + K[2] * r2 ** 3 + K[3] * r2 ** 4;
    const du = u * radial + 2 * p1 * uv + p2 * (r2 + 2 * u2) + sx1 * r2;
    const dv = v * radial + 2 * p2 * uv + p1 * (r2 + 2 * v2) + sy1 * r2;
    return [fx * (u + du) + cx, fy * (v + dv) + cy];
  });
  const numbers = [K[0], K[1], p1, p2, K[2], K[3], sx1, sy1].join(" ");
  const views = await readViews([{ name: "a.png", bytes }], [
    {
      name: "cameras.txt",
      text: `1 THIN_PRISM_FISHEYE ${SIZE.join(" ")} ${fx} ${fy} ${cx + 0.5} ${cy + 0.5} ${numbers}`,
    },
    { name: "images.txt", text: `1 ${QUATERNION.join(" ")} 1 2 -0.5 1 a.png\n\n` },
  ]);
  assert.ok(hits(views, shown).size >= 0.8 * shown.size);
});

Deno.test("views of a panorama show all landmarks, each once", async () => {
  const [width, height] = [512, 256];
  const { bytes, shown } = picture([width, height], ([x, y, z]) => {
    const longitude = Math.atan2(x, z);
    const latitude = Math.asin(-y / Math.hypot(x, y, z));
    return [
      (longitude / (2 * Math.PI) + 0.5) * width - 0.5,
      (0.5 - latitude / Math.PI) * height - 0.5,
    ];
  });
  const image = { ...IMAGE, width, height, lens: "equirectangular" };
  for (
    const cameras of [
      nerfstudio({ camera_model: "EQUIRECTANGULAR", fl_x: 256, fl_y: 256, cx: 256, cy: 128 }),
      [{ name: "cameras.json", text: JSON.stringify({ images: [image] }) }],
    ]
  ) {
    const views = await readViews([{ name: "a.png", bytes }], cameras);
    assert.deepEqual(views.warnings, []);
    assert.equal(views.cameras.length, 6);
    const seen = hits(views, shown);
    assert.equal(shown.size, LANDMARKS.length);
    // The outermost pixel of a face is not looked at.
    assert.ok(seen.size >= LANDMARKS.length - 2, `${seen.size}`);
    assert.ok([...seen.values()].every((count) => count === 1));
  }
});

Deno.test("readViews() refuses half a panorama, and fisheye numbers that cannot be right", async () => {
  const bytes = encodePng({ width: 300, height: 200, pixels: new Uint8Array(180_000).fill(99) });
  const read = (image: Record<string, unknown>) =>
    readViews([{ name: "a.png", bytes }], [{
      name: "cameras.json",
      text: JSON.stringify({ images: [{ ...IMAGE, width: 300, height: 200, ...image }] }),
    }]);
  await assert.rejects(read({ lens: "equirectangular" }), /300x200.*twice as wide/);
  const wrong = { lens: "fisheye", fx: 100, fy: 100, cx: 5000, cy: 100 };
  await assert.rejects(read(wrong), CameraError);
  await assert.rejects(read({ lens: "toric" }), /"toric".*write one of pinhole, fisheye/);
});

Deno.test("cutViews() leaves out the black rim of a round picture, and keeps views whole", () => {
  const [width, height] = [300, 300];
  const pixels = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const isInside = Math.hypot(column - 149.5, row - 149.5) < 120;
      if (isInside) pixels.fill(200, 3 * (row * width + column), 3 * (row * width + column) + 3);
    }
  }
  const camera = {
    file: "a.png",
    width,
    height,
    fx: 100,
    fy: 100,
    cx: 149.5,
    cy: 149.5,
    worldToCamera: Float64Array.from(WORLD_TO_CAMERA),
  };
  const photo = { name: "a.png", width, height, pixels };
  const views = cutViews(photo, camera, { kind: "fisheye", k: [0, 0, 0, 0] }, "cameras.json");
  assert.deepEqual(views.map(({ camera }) => camera.file), [
    "a.png (front)",
    "a.png (right)",
    "a.png (left)",
    "a.png (up)",
    "a.png (down)",
  ]);
  for (const { photo } of views) {
    assert.equal(photo.pixels.length, 3 * photo.width * photo.height);
    assert.ok(photo.pixels.every((value) => value === 200), photo.name);
  }
});

Deno.test("cutViews() makes no more pixels than twice those of the picture, whatever a lens claims", () => {
  const [width, height] = [64, 64];
  const pixels = new Uint8Array(3 * width * height).fill(200);
  const worldToCamera = Float64Array.from(WORLD_TO_CAMERA);
  const camera = {
    file: "a.png",
    width,
    height,
    fx: 117.7,
    fy: 117.7,
    cx: 31.5,
    cy: 31.5,
    worldToCamera,
  };
  // The radius hardly grows beyond the middle, so that a long focal length still fills a wide view: 14 times the picture.
  const lens = { kind: "fisheye", k: [-3.2254, 7.0222, -8.0891, 3.80488], radius: 1 } as const;
  const views = cutViews({ name: "a.png", width, height, pixels }, camera, lens, "cameras.json");
  const total = views.reduce((sum, { photo }) => sum + photo.width * photo.height, 0);
  assert.ok(total > width * height && total <= 2 * width * height, `${total}`);
});
