/** Camera files of other programs: the pixels of known points, computed by hand from each format's specification. */
import assert from "node:assert/strict";
import { CameraError, camerasToJson, encodePng } from "../../lib/scan/mod.ts";
import type { CameraFile } from "../../lib/scan/camera/camera_file.ts";
import { readCameraFiles } from "../../lib/scan/camera/read_camera_files.ts";
import { readViews } from "../../lib/scan/camera/read_views.ts";

const SIZE = { width: 8, height: 6 };

/** A grey photograph of 8x6 pixels. */
function photo(name: string) {
  return { name, bytes: encodePng({ ...SIZE, pixels: new Uint8Array(144).fill(90) }) };
}

/** Pixel (the centre of the first is 0, 0) and depth of a world point in the only view. */
async function project(
  files: CameraFile[],
  photoName: string,
  [x, y, z]: readonly [number, number, number],
) {
  const { cameras } = await readViews([photo(photoName)], files);
  const [camera] = cameras;
  const { fx, fy, cx, cy, worldToCamera: m } = camera!;
  const [a, b, depth] = [0, 4, 8].map((r) => m[r]! * x + m[r + 1]! * y + m[r + 2]! * z + m[r + 3]!);
  return [fx * a! / depth! + cx, fy * b! / depth! + cy, depth!];
}

function near(actual: readonly number[], expected: readonly number[], tolerance = 1e-6) {
  expected.forEach((value, i) =>
    assert(Math.abs(actual[i]! - value) < tolerance, `${actual} instead of ${expected}`)
  );
}

function refuses(files: CameraFile[], pattern: RegExp, photos = ["a.png"]) {
  assert.throws(() => readCameraFiles(files, { photoNames: photos }), (error) => {
    assert(error instanceof CameraError, String(error));
    assert.match(error.message, pattern);
    return true;
  });
}

// A camera at (1, 2, 3) that looks along the world's +y, with +z up: OpenGL axes right = +x, up = +z,
// back = -y, written as columns.
const LOOKS_NORTH = [[1, 0, 0, 1], [0, 0, -1, 2], [0, 1, 0, 3], [0, 0, 0, 1]];

function transforms(
  all: Record<string, unknown>,
  frame: Record<string, unknown> = {},
): CameraFile[] {
  const frames = [{ file_path: "./images/a.png", transform_matrix: LOOKS_NORTH, ...frame }];
  return [{ name: "transforms.json", text: JSON.stringify({ ...all, frames }) }];
}

Deno.test("nerfstudio: a point to the right of and above the axis is to the right of and above the centre", async () => {
  // (1.5, 7, 4): 0.5 to the right, 5 ahead, 1 up. Corners count from 0: 10 * 0.5/5 + 4 - 0.5, and
  // 20 * -1/5 + 3 - 0.5.
  const files = transforms({ fl_x: 10, fl_y: 20, cx: 4, cy: 3, w: 8, h: 6 });
  near(await project(files, "images/a.png", [1.5, 7, 4]), [4.5, -1.5, 5]);
});

Deno.test("nerfstudio: camera_angle_x gives a focal length by the width of the photograph", async () => {
  // 90 degrees over 8 pixels: f = 4, principal point in the middle of the picture.
  const files = transforms({ camera_angle_x: Math.PI / 2 }, { file_path: "images/a" });
  near(await project(files, "a.png", [2, 4, 3]), [4 * 1 / 2 + 3.5, 2.5, 2]);
  // A frame's own focal length overrides that of the file.
  const own = transforms({ fl_x: 10 }, { fl_x: 6 });
  near(await project(own, "a.png", [2, 4, 3]), [6 * 1 / 2 + 3.5, 2.5, 2]);
});

Deno.test("nerfstudio: malformed files are refused by field", () => {
  refuses(transforms({ fl_x: 5, camera_model: "THIN_PRISM" }), /THIN_PRISM.*undistort/);
  const fisheye = { fl_x: 5, camera_model: "OPENCV_FISHEYE" };
  refuses(transforms({ ...fisheye, p1: 0.1 }), /p1 is 0\.1.*fit k1 to k4/);
  refuses(transforms({ ...fisheye, fl_x: undefined, camera_angle_x: 2 }), /write fl_x/);
  refuses(transforms({ fl_x: 5, k5: 0.1 }), /k5 is 0\.1 \(field frames\[0\]\.k5\); fit k1/);
  refuses(transforms({}), /no focal length/);
  refuses(transforms({ fl_x: -5 }), /fl_x is -5/);
  refuses(transforms({ fl_x: 5 }, { file_path: 7 }), /frames\[0\]\.file_path/);
  refuses(
    transforms({ fl_x: 5 }, { transform_matrix: [[1, 2], [3, 4]] }),
    /field frames\[0\]\.transform_matrix\); write the matrix as four rows/,
  );
  const scaled = LOOKS_NORTH.map((row) => row.map((value, i) => i < 3 ? 2 * value : value));
  refuses(transforms({ fl_x: 5 }, { transform_matrix: scaled.with(3, [0, 0, 0, 1]) }), /not rigid/);
  refuses([{ name: "t.json", text: '{"frames": []}' }], /no list of frames/);
});

// Half a turn about z, then one step along each axis: (x, y, z) becomes (1 - x, 2 - y, 3 + z).
const IMAGES = `# Image list
#   IMAGE_ID, QW, QX, QY, QZ, TX, TY, TZ, CAMERA_ID, NAME
7 0 0 0 1 1 2 3 2 left/a b.png
1.5 2.5 -1 3 4 17

`;

function colmap(cameras: string, images = IMAGES): CameraFile[] {
  return [
    { name: "points3D.txt", text: "# 3D points\n1 0.5 0.5 2 255 0 0 0.1 1 2\n" },
    { name: "images.txt", text: images },
    { name: "cameras.txt", text: `# Camera list\n${cameras}\n` },
  ];
}

Deno.test("COLMAP: world to camera by a quaternion, w first, pixels counted from the corner", async () => {
  // (0.5, 1, 2) becomes (0.5, 1, 5).
  const files = colmap("1 PINHOLE 4 4 1 1 1 1\n2 PINHOLE 8 6 10 20 4 3");
  near(await project(files, "a b.png", [0.5, 1, 2]), [10 * 0.5 / 5 + 3.5, 20 / 5 + 2.5, 5]);
  const simple = colmap("2 SIMPLE_PINHOLE 8 6 10 4 3");
  near(await project(simple, "left/a b.png", [0.5, 1, 2]), [4.5, 10 / 5 + 2.5, 5]);
});

Deno.test("COLMAP: a quarter turn about y sends +z to +x", async () => {
  const half = Math.SQRT1_2;
  const files = colmap("1 SIMPLE_PINHOLE 8 6 2 4 3", `1 ${half} 0 ${half} 0 0 0 0 1 a.png\n\n`);
  // R maps (x, y, z) to (z, y, -x): (-4, 1, 2) becomes (2, 1, 4).
  near(await project(files, "a.png", [-4, 1, 2]), [2 * 2 / 4 + 3.5, 2 * 1 / 4 + 2.5, 4]);
});

Deno.test("COLMAP: the distortion of each model is read", () => {
  const distortion = (camera: string) =>
    readCameraFiles(colmap(camera), { photoNames: ["a b.png"] }).specs[0]!.distortion;
  assert.equal(distortion("2 PINHOLE 8 6 10 20 4 3"), null);
  assert.deepEqual(distortion("2 SIMPLE_RADIAL 8 6 10 4 3 0.1"), { k1: 0.1, k2: 0, p1: 0, p2: 0 });
  assert.deepEqual(distortion("2 RADIAL 8 6 10 4 3 0.1 0.2"), { k1: 0.1, k2: 0.2, p1: 0, p2: 0 });
  assert.deepEqual(distortion("2 OPENCV 8 6 10 20 4 3 0.1 0.2 0.3 0.4"), {
    k1: 0.1,
    k2: 0.2,
    p1: 0.3,
    p2: 0.4,
  });
});

Deno.test("COLMAP: malformed files are refused by line", () => {
  const pinhole = "2 PINHOLE 8 6 10 20 4 3";
  refuses(
    colmap("2 FOV 8 6 10 20 4 3 0.9"),
    /FOV is not supported.*line 2/,
  );
  // Names that every object has are no models.
  const inherited = `1 PINHOLE 8 6 10 20 4 3\n2 constructor 8 6 10 20 4 3`;
  refuses(colmap(inherited), /constructor is not supported.*line 3/);
  refuses(colmap("2 PINHOLE 8 6 10 20 4"), /PINHOLE needs width, height and fx, fy, cx, cy/);
  refuses(colmap("3 PINHOLE 8 6 10 20 4 3"), /camera 2 is not in the model's cameras.*line 3/);
  refuses(colmap(pinhole).slice(0, 2), /lacks cameras\.txt/);
  refuses(colmap(pinhole).slice(2), /lacks images\.txt/);
  refuses(colmap(pinhole, "7 0 0 0 1 1 2 3 2 a.png\n8 0 0 0 1 1 2 3 2 b.png\n"), /keep two lines/);
  refuses(colmap(pinhole, "7 0 0 0 2 1 2 3 2 a.png\n\n"), /quaternion has length 2/);
});

const KITTI = `P0: 7 0 4 0 0 7 3 0 0 0 1 0
P2: 10 0 4 6 0 20 3 0.5 0 0 1 0.1
R0_rect: 1 0 0 0 1 0 0 0 1
Tr_velo_to_cam: 0 -1 0 0.2 0 0 -1 -0.3 1 0 0 -0.4
`;

Deno.test("KITTI: a point in front of the laser scanner is projected by P2 R0 Tr", async () => {
  // Laser axes: x ahead, y left, z up. (10, -1, 0.5) is (1.2, -0.8, 9.6) for the reference camera, and
  // P2 makes (10 * 1.2 + 4 * 9.6 + 6, 20 * -0.8 + 3 * 9.6 + 0.5, 9.6 + 0.1) of it.
  const expected = [(12 + 38.4 + 6) / 9.7, (-16 + 28.8 + 0.5) / 9.7, 9.7];
  const object = [{ name: "000008.txt", text: KITTI }];
  near(await project(object, "000008.png", [10, -1, 0.5]), expected);
  const odometry = KITTI.replace(/R0_rect.*\n/, "").replace("Tr_velo_to_cam", "Tr");
  near(await project([{ name: "calib.txt", text: odometry }], "x.png", [10, -1, 0.5]), expected);
});

Deno.test("KITTI: malformed files are refused by field", () => {
  const text = (
    from: string | RegExp,
    to: string,
  ) => [{ name: "c.txt", text: KITTI.replace(from, to) }];
  refuses(text(/Tr_velo.*/, ""), /none of Tr_velo_to_cam, Tr_velo_cam, Tr/);
  refuses(text("10 0 4 6", "10 1 4 6"), /no projection of a rectified camera/);
  refuses(text("0 -1 0 0.2", "0 -2 0 0.2"), /not rigid/);
});

// Camera to world: the camera stands at (1, 2, 3), its z is the world's x, its x the world's -y.
const POSE = "0 0 1 1\n-1 0 0 2\n0 -1 0 3\n0 0 0 1\n";
const SCANNET = [
  { name: "5.txt", text: POSE },
  { name: "6.txt", text: "-inf -inf -inf -inf ".repeat(4) },
  { name: "9.txt", text: POSE },
  { name: "intrinsic_color.txt", text: "10 0 4 0\n0 20 3 0\n0 0 1 0\n0 0 0 1\n" },
  { name: "intrinsic_depth.txt", text: "99 0 1 0\n0 99 1 0\n0 0 1 0\n0 0 0 1\n" },
  { name: "extrinsic_color.txt", text: "1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 0 1\n" },
];

Deno.test("ScanNet: a pose is camera to world, intrinsics are those of the colour camera", async () => {
  // (6, 1, 4): 5 ahead, 1 to the camera's right, 1 up.
  near(await project(SCANNET, "color/5.jpg", [6, 1, 4]), [10 / 5 + 4, -20 / 5 + 3, 5]);
});

Deno.test("ScanNet: frames without a photograph or a pose are left out", () => {
  const photos = ["color/5.jpg", "color/6.jpg"];
  const { specs, warnings, lost } = readCameraFiles(SCANNET, { photoNames: photos });
  assert.deepEqual(specs.map(({ file }) => file), ["color/5"]);
  assert.deepEqual(lost, ["color/6"]);
  assert.match(warnings[0]!.text, /-inf.*6\.txt/);
  refuses(SCANNET.slice(0, 3), /intrinsic_color\.txt is missing/);
  const moved = SCANNET.with(5, { name: "extrinsic_color.txt", text: POSE });
  refuses(moved, /not the identity/, photos);
});

Deno.test("readCameraFiles() tells the format from the content and refuses two formats at once", async () => {
  const text = camerasToJson([{
    file: "a.png",
    ...SIZE,
    fx: 10,
    fy: 20,
    cx: 4,
    cy: 3,
    worldToCamera: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1),
  }]);
  near(await project([{ name: "whatever", text }], "a.png", [1, 1, 3]), [6, 7, 5]);
  refuses([{ name: "a.json", text }, { name: "b.txt", text: KITTI }], /one format/);
  refuses([{ name: "a.txt", text: "hello" }], /its format is not known.*COLMAP/);
  refuses([], /no camera file/);
  refuses([{ name: "a.json", text: "{" }], /not JSON \(line 1, column 2/);
});
