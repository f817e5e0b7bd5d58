/** Cameras as the programs of photogrammetry and radiance fields write them: they are read, or the way is named. */
import assert from "node:assert/strict";
import { CameraError, encodePng, readViews } from "../../lib/scan/mod.ts";
import type { CameraFile } from "../../lib/scan/camera/camera_file.ts";
import { readCameraFiles } from "../../lib/scan/camera/read_camera_files.ts";

const IDENTITY = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]];

const read = (files: CameraFile[]) => readCameraFiles(files, { photoNames: ["a.png"] });

function refuses(files: CameraFile[], pattern: RegExp) {
  assert.throws(() => read(files), (error) => {
    assert(error instanceof CameraError, String(error));
    assert.match(error.message, pattern);
    return true;
  });
}

/** `transforms.json` as ns-process-data realitycapture writes it: coefficients are the text of the table. */
function realityCapture(coefficients: Record<string, string>): CameraFile[] {
  const frame = { file_path: "images/a.png", fl_x: 5, fl_y: 5, cx: 4, cy: 3, ...coefficients };
  return [{
    name: "transforms.json",
    text: JSON.stringify({
      camera_model: "OPENCV",
      orientation_override: "none",
      h: 6,
      w: 8,
      frames: [{ ...frame, transform_matrix: IDENTITY }],
    }),
  }];
}

Deno.test("ns-process-data realitycapture: coefficients in quotes are numbers, and k4 is that of r⁸", () => {
  const zero = { k1: "0.01", k2: "0", k3: "0", k4: "0", p1: "-1e-3", p2: "0" };
  const [spec] = read(realityCapture(zero)).specs;
  assert.deepEqual(spec!.distortion, { k1: 0.01, k2: 0, p1: -1e-3, p2: 0 });
  const [fourth] = read(realityCapture({ ...zero, k4: "0.02" })).specs;
  assert.deepEqual(fourth!.distortion, { k1: 0.01, k2: 0, p1: -1e-3, p2: 0, k4Above: 0.02 });
  refuses(realityCapture({ ...zero, k1: "much" }), /k1 is "much"/);
  refuses(realityCapture({ ...zero, k1: "" }), /k1 is ""/);
  refuses(realityCapture({ ...zero, k5: "0.1" }), /k5 is .*undistort/);
});

/** A camera of COLMAP's binary model, and an image of it at the origin. */
function colmapBinary(model: number, parameters: number[]): CameraFile[] {
  const cameras = new DataView(new ArrayBuffer(32 + 8 * parameters.length));
  cameras.setBigUint64(0, 1n, true);
  cameras.setUint32(8, 1, true);
  cameras.setUint32(12, model, true);
  cameras.setBigUint64(16, 12n, true);
  cameras.setBigUint64(24, 6n, true);
  parameters.forEach((value, i) => cameras.setFloat64(32 + 8 * i, value, true));
  const images = new DataView(new ArrayBuffer(8 + 64 + 6 + 8));
  images.setBigUint64(0, 1n, true);
  images.setUint32(8, 1, true);
  images.setFloat64(12, 1, true);
  images.setUint32(68, 1, true);
  new Uint8Array(images.buffer).set(new TextEncoder().encode("a.png\0"), 72);
  return [
    { name: "cameras.bin", bytes: new Uint8Array(cameras.buffer) },
    { name: "images.bin", bytes: new Uint8Array(images.buffer) },
  ];
}

function colmapText(model: string, parameters: number[]): CameraFile[] {
  return [
    { name: "cameras.txt", text: `1 ${model} 12 6 ${parameters.join(" ")}\n` },
    { name: "images.txt", text: "1 1 0 0 0 0 0 0 1 a.png\n\n" },
  ];
}

Deno.test("COLMAP: division, fisheye and panorama models say the same in binary and in text", () => {
  const straight = { k1: 0, k2: 0, p1: 0, p2: 0 };
  const fisheye = { kind: "fisheye", k: [0, 0, 0, 0] };
  const middle = { fx: 9, fy: 9, cx: 5.5, cy: 2.5 };
  const models: [number, string, number[], object | null, object | undefined, object][] = [
    [12, "SIMPLE_DIVISION", [9, 6, 3, -0.1], { ...straight, division: -0.1 }, undefined, middle],
    [13, "DIVISION", [9, 8, 6, 3, 0], null, undefined, { ...middle, fy: 8 }],
    [14, "SIMPLE_FISHEYE", [9, 6, 3], null, fisheye, middle],
    [15, "FISHEYE", [9, 8, 6, 3], null, fisheye, { ...middle, fy: 8 }],
  ];
  for (const [number, name, parameters, distortion, wideLens, pinhole] of models) {
    for (const files of [colmapBinary(number, parameters), colmapText(name, parameters)]) {
      const [spec] = read(files).specs;
      assert.deepEqual(spec!.distortion, distortion, name);
      assert.deepEqual(spec!.wideLens, wideLens, name);
      assert.deepEqual(spec!.pinhole({ width: 12, height: 6 }), pinhole, name);
    }
  }
});

Deno.test("COLMAP: an EQUIRECTANGULAR panorama looks along z in its middle", async () => {
  // The right half, to which x points, is bright.
  const pixels = Uint8Array.from({ length: 12 * 6 * 3 }, (_, at) => at / 3 % 12 >= 6 ? 200 : 50);
  const photo = { name: "a.png", bytes: encodePng({ width: 12, height: 6, pixels }) };
  for (const files of [colmapBinary(17, [12, 6]), colmapText("EQUIRECTANGULAR", [12, 6])]) {
    const { photos, cameras } = await readViews([photo], files);
    assert.equal(cameras.length, 6);
    // The face of the cube that looks along the world's x.
    const right = cameras.findIndex(({ worldToCamera }) => worldToCamera[8]! > 0.99);
    assert.ok(photos[right]!.pixels.every((value) => value > 150));
  }
});

Deno.test("COLMAP: lenses that cannot be read name image_undistorter", () => {
  const cases: [number, string, number[]][] = [
    [7, "FOV", [9, 9, 6, 3, 0.9]],
    [11, "RAD_TAN_THIN_PRISM_FISHEYE", [9, 9, 6, 3, ...Array(12).fill(0)]],
    [16, "EUCM", [9, 9, 6, 3, 0.5, 1]],
  ];
  for (const [number, name, parameters] of cases) {
    const wanted = new RegExp(`${name} is not supported.*; run COLMAP's image_undistorter`);
    refuses(colmapBinary(number, parameters), wanted);
    refuses(colmapText(name, parameters), wanted);
  }
  refuses(colmapBinary(18, [1]), /camera model 18 is not known.*; run COLMAP's image_undistorter/);
});

Deno.test("poses of COLMAP and 3D Gaussian Splatting have no scale, those of Polycam's and Record3D's phones have", () => {
  const frame = { file_path: "images/a.png", transform_matrix: IDENTITY };
  const transforms = (all: object, of: object = {}): CameraFile[] => [{
    name: "transforms.json",
    text: JSON.stringify({ fl_x: 5, w: 8, h: 6, ...all, frames: [{ ...frame, ...of }] }),
  }];
  assert.equal(read(colmapText("PINHOLE", [9, 8, 6, 3])).isUnscaled, true);
  assert.equal(read(splatting(SPLATTING)).isUnscaled, true);
  // ns-process-data images, of COLMAP; polycam; record3d.
  const matrix = [[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0]];
  const colmap = transforms({ applied_transform: matrix, ply_file_path: "sparse_pc.ply" }, {
    colmap_im_id: 1,
  });
  assert.equal(read(colmap).isUnscaled, true);
  assert.equal(read(transforms({ orientation_override: "none" })).isUnscaled, false);
  assert.equal(read(transforms({ camera_model: "OPENCV" })).isUnscaled, false);
});

Deno.test("instant-ngp: what colmap2nerf rotated, moved and scaled is warned of, what kept its coordinates is not", () => {
  const written = (distances: number[], all: object = {}): CameraFile[] => {
    const frames = distances.map((distance, i) => ({
      file_path: `./images/${i}.png`,
      sharpness: 300,
      transform_matrix: IDENTITY.map((row, axis) =>
        axis === 2 ? [...row.slice(0, 3), distance] : row
      ),
    }));
    const lens = {
      camera_angle_x: 1.3496,
      fl_x: 5,
      fl_y: 5,
      k1: 0,
      k2: 0,
      p1: 0,
      p2: 0,
      cx: 4,
      cy: 3,
    };
    return [{
      name: "transforms.json",
      text: JSON.stringify({ ...lens, w: 8, h: 6, aabb_scale: 16, ...all, frames }),
    }];
  };
  const { warnings, isUnscaled } = read(written([3.5, 4.25, 4.25]));
  assert.deepEqual(warnings.map(({ code }) => code), ["cameras"]);
  assert.match(warnings[0]!.text, /colmap2nerf.*send COLMAP's model, or .* --keep_colmap_coords/);
  assert.equal(isUnscaled, true);
  for (const files of [written([1.5, 2.5, 9]), written([4, 4], { aabb_scale: undefined })]) {
    const { warnings, isUnscaled } = read(files);
    assert.deepEqual([warnings, isUnscaled], [[], false]);
  }
});

/** An entry of 3D Gaussian Splatting: the camera stands at (1, 2, 3), its z is the world's x, its x the world's -y. */
const SPLATTING = {
  id: 0,
  img_name: "a",
  width: 8,
  height: 6,
  position: [1, 2, 3],
  rotation: [[0, 0, 1], [-1, 0, 0], [0, -1, 0]],
  fy: 20,
  fx: 10,
};
const splatting = (...entries: unknown[]): CameraFile[] => [{
  name: "cameras.json",
  text: JSON.stringify(entries),
}];

Deno.test("3D Gaussian Splatting: cameras.json has camera to world and the principal point in the middle", () => {
  const { specs: [spec], warnings } = read(splatting(SPLATTING));
  assert.deepEqual(warnings, []);
  assert.deepEqual([spec!.file, spec!.size], ["a", { width: 8, height: 6 }]);
  assert.deepEqual(spec!.pinhole({ width: 8, height: 6 }), { fx: 10, fy: 20, cx: 3.5, cy: 2.5 });
  // (6, 1, 4) in the world: 5 ahead, 1 to the camera's right, 1 up.
  const m = spec!.worldToCamera;
  const seen = [0, 1, 2].map((row) =>
    m[4 * row]! * 6 + m[4 * row + 1]! + m[4 * row + 2]! * 4 + m[4 * row + 3]!
  );
  assert.deepEqual(seen, [1, -1, 5]);
  const rest = { ...SPLATTING, img_name: "b" };
  refuses(splatting(SPLATTING, { ...rest, fx: 0 }), /\[1\]\.fx.*focal length above 0/);
  refuses(splatting(SPLATTING, { ...rest, rotation: IDENTITY }), /\[1\]\.rotation/);
  refuses(splatting({ ...rest, rotation: [[2, 0, 0], [0, 1, 0], [0, 0, 1]] }), /not rigid/);
  refuses(splatting({ ...rest, k1: 0.1 }), /k1 says/);
});

/** The beginnings of files that are known and not read, and the way from each. */
const FOREIGN: [about: string, file: CameraFile, way: RegExp][] = [
  ["Metashape's XML", {
    name: "cameras.xml",
    text:
      '<?xml version="1.0" encoding="UTF-8"?>\n<document version="2.0.0">\n  <chunk label="Chunk 1" enabled="true">\n',
  }, /Metashape's XML.*as Colmap/],
  ["Metashape's OPK text", {
    name: "opk.txt",
    text:
      "# CoordinateSystem: Local Coordinates (m)\n#PhotoID, X, Y, Z, Omega, Phi, Kappa, r11, r12\na.jpg\t1\t2\t3\t0\t0\t0\t1\t0\n",
  }, /omega, phi and kappa.*as COLMAP/],
  ["Pix4D's external parameters", {
    name: "x_calibrated_external_camera_parameters.txt",
    text: "imageName X Y Z Omega Phi Kappa\na.jpg 1 2 3 0 0 0\n",
  }, /opf2colmap/],
  ["Pix4D's matrices", {
    name: "x_pmatrix.txt",
    text: "a.jpg 1 2 3 4 5 6 7 8 9 10 11 12\n",
  }, /opf2colmap/],
  ["RealityCapture's CSV", {
    name: "registration.csv",
    text:
      "#name,x,y,alt,heading,pitch,roll,f,px,py,k1,k2,k3,k4,t1,t2\na.jpg,1,2,3,0,0,0,35,0,0,0,0,0,0,0,0\n",
  }, /RealityCapture.*ns-process-data realitycapture/],
  ["Bundler", {
    name: "bundle.out",
    text: "# Bundle file v0.3\n2 10\n500 0 0\n1 0 0\n",
  }, /Bundler.*COLMAP/],
  ["OpenSfM and OpenDroneMap", {
    name: "reconstruction.json",
    text: JSON.stringify([{ cameras: {}, shots: {}, points: {} }]),
  }, /export_colmap.*ns-process-data odm/],
  ["OpenDroneMap's lenses", {
    name: "cameras.json",
    text: JSON.stringify({ "v2 dji fc6310 5472 3648 brown 0.6666": { projection_type: "brown" } }),
  }, /lenses without poses.*ns-process-data odm/],
  ["Record3D", {
    name: "metadata.json",
    text: JSON.stringify({ w: 960, h: 720, K: [7, 0, 0, 0, 7, 0, 4, 3, 1], fps: 60, poses: [] }),
  }, /ns-process-data record3d/],
  ["Polycam", {
    name: "123.json",
    text: JSON.stringify({ fx: 700, width: 1024, t_00: 1, t_01: 0, t_23: 0, blur_score: 100 }),
  }, /ns-process-data polycam/],
  ["KITTI's poses", {
    name: "poses.txt",
    text: "1.000000e+00 9.0e-12 2.0e-11 0 9.0e-12 1 -7.0e-11 1.1e-16 2.0e-11 7.0e-11 1 0\n",
  }, /poses without lenses.*calib\.txt/],
  ["TUM's trajectories", {
    name: "groundtruth.txt",
    text:
      "# ground truth trajectory\n# timestamp tx ty tz qx qy qz qw\n1305031098.6 0 0 0 0 0 0 1\n",
  }, /poses without lenses.*cameras\.json/],
];

for (const [about, file, way] of FOREIGN) {
  Deno.test(`${about}: the way to a format that is read is named`, () => {
    refuses([{ name: "notes.md", text: "taken on Monday" }, file], way);
  });
}
