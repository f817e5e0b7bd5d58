/** What programs write that is almost one of the formats: it is read, or its cause is named. */
import assert from "node:assert/strict";
import { CameraError, encodePng, readViews } from "../../lib/scan/mod.ts";
import type { CameraFile } from "../../lib/scan/camera/camera_file.ts";
import { readCameraFiles } from "../../lib/scan/camera/read_camera_files.ts";

const IDENTITY = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]];

function transforms(
  all: Record<string, unknown>,
  frame: Record<string, unknown> = {},
): CameraFile[] {
  const frames = [{ file_path: "a.png", transform_matrix: IDENTITY, ...frame }];
  return [{
    name: "transforms.json",
    text: JSON.stringify({ fl_x: 5, w: 8, h: 6, ...all, frames }),
  }];
}

function ours(more: Record<string, unknown> = {}, all: Record<string, unknown> = {}): CameraFile {
  const image = { file: "a.png", width: 8, height: 6, fx: 5, fy: 5, cx: 4, cy: 3 };
  const images = [{ ...image, worldToCamera: IDENTITY.flat(), ...more }];
  return { name: "cameras.json", text: JSON.stringify({ ...all, images }) };
}

const read = (files: CameraFile[], photoNames = ["a.png"], scanName?: string) =>
  readCameraFiles(files, { photoNames, scanName });

function refuses(files: CameraFile[], pattern: RegExp, photoNames = ["a.png"], scanName?: string) {
  assert.throws(() => read(files, photoNames, scanName), (error) => {
    assert(error instanceof CameraError, String(error));
    assert.match(error.message, pattern);
    return true;
  });
}

Deno.test("keys that change the picture are refused by name, wherever they stand", () => {
  for (
    const key of ["fisheye", "rolling_shutter_time", "ftheta_p0", "equirectangular", "shift_x"]
  ) {
    refuses(transforms({ [key]: 1 }), new RegExp(key));
    refuses(transforms({}, { [key]: true }), new RegExp(key));
    assert.deepEqual(read(transforms({ [key]: 0 })).warnings, [], key);
  }
  refuses(transforms({}, { distortion_params: [0.1, 0, 0, 0, 0, 0] }), /distortion_params/);
  refuses(transforms({ distortion: { k1: 0.2 } }), /distortion/);
  refuses([ours({ k1: -0.3 })], /images\[0\]\.k1.*undistort/);
  refuses([ours({ camera_model: "OPENCV_FISHEYE" })], /camera_model/);
  assert.deepEqual(read([ours({ k1: 0, model: "PINHOLE" })]).warnings, []);
});

Deno.test("harmless keys are silent, unknown ones are named in a warning", () => {
  const harmless = {
    aabb_scale: 16,
    scale: 0.5,
    offset: [0, 0, 0],
    ply_file_path: "sparse_pc.ply",
  };
  assert.deepEqual(read(transforms(harmless, { sharpness: 3, rotation: 0.1 })).warnings, []);
  const [odd] = read(transforms({ white_balance: 4 }, { roll: 3 })).warnings;
  assert.match(odd!.text, /white_balance, roll/);
  assert.match(read([ours({ cameraToWorld: 3 })]).warnings[0]!.text, /cameraToWorld/);
});

Deno.test("nerfstudio: what makes the poses or focal lengths doubtful is said", () => {
  const warned = (all: Record<string, unknown>) =>
    read(transforms(all)).warnings.map(({ text }) => text);
  assert.match(
    warned({ applied_transform: [[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0]] })[0]!,
    /applied_transform/,
  );
  assert.deepEqual(warned({ applied_transform: IDENTITY.slice(0, 3), applied_scale: 1 }), []);
  assert.match(warned({ applied_scale: 0.3 })[0]!, /applied_scale/);
  assert.match(warned({ w: undefined, h: undefined })[0]!, /Write w and h/);
  assert.match(warned({ camera_angle_x: 0.3 })[0]!, /do not agree/);
  refuses(transforms({ h: undefined }), /there is w without h/);
});

Deno.test("nerfstudio: k3 of any place is applied as OpenCV does", () => {
  const [spec] = read(transforms({ k3: 0.2 }, { k1: 0.1 })).specs;
  assert.deepEqual(spec!.distortion, { k1: 0.1, k2: 0, p1: 0, p2: 0, k3: 0.2 });
});

Deno.test("JSON is read with a byte order mark and in UTF-16; what is wrong in it has line and column", () => {
  const text = (ours() as { text: string }).text;
  const utf16 = new Uint8Array([
    0xff,
    0xfe,
    ...new Uint8Array(Uint16Array.from([...text], (c) => c.charCodeAt(0)).buffer),
  ]);
  const marked = new TextEncoder().encode(`\uFEFF${text}`);
  for (const bytes of [utf16, marked]) {
    assert.equal(read([{ name: "cameras.json", bytes }]).specs[0]!.file, "a.png");
  }
  const named = (text: string, pattern: RegExp) =>
    refuses([{ name: "cameras.json", text }], pattern);
  named('{"images": [\n  {"fx": NaN}]}', /line 2, column 10: Unexpected token 'N'/);
  named('{"images": [\n  1,\n]}', /line 3, column 1/);
  named('{"images": [{"fx": 1,}]}', /line 1, column 22/);
});

Deno.test("files that are no cameras are left out by name, and labels are none", () => {
  const labels = {
    name: "labels.json",
    text: '{"images": [{"id": 1, "width": 8}], "classes": []}',
  };
  const note = { name: "notes.txt", text: "taken on Monday" };
  const { specs, warnings } = read([labels, ours(), note, { name: "points3D.txt", text: "# 3D" }]);
  assert.equal(specs.length, 1);
  assert.deepEqual(warnings.map(({ code }) => code), ["left-out"]);
  assert.match(warnings[0]!.text, /: labels\.json, notes\.txt\. Labels of points .* labelMap/);
  refuses([labels], /images\[0\]\.file/);
});

/** Numbers of COLMAP's binary files, little-endian. */
function binary(
  ...parts: [kind: "u4" | "u8" | "f8" | "text", value: number | string][]
): Uint8Array {
  const bytes = parts.flatMap(([kind, value]) => {
    if (kind === "text") return [...new TextEncoder().encode(`${value}\0`)];
    const view = new DataView(new ArrayBuffer(kind === "u4" ? 4 : 8));
    if (kind === "u4") view.setUint32(0, Number(value), true);
    else if (kind === "u8") view.setBigUint64(0, BigInt(value), true);
    else view.setFloat64(0, Number(value), true);
    return [...new Uint8Array(view.buffer)];
  });
  return Uint8Array.from(bytes);
}

// One OPENCV camera of 8x6 pixels, and an image rotated by 180 degrees about z from the origin with one point.
const CAMERAS_BIN = binary(
  ["u8", 1],
  ["u4", 7],
  ["u4", 4],
  ["u8", 8],
  ["u8", 6],
  ["f8", 10],
  ["f8", 20],
  ["f8", 4],
  ["f8", 3],
  ["f8", 0.1],
  ["f8", 0.2],
  ["f8", 0.3],
  ["f8", 0.4],
);
const IMAGES_BIN = binary(
  ["u8", 1],
  ["u4", 1],
  ["f8", 0],
  ["f8", 0],
  ["f8", 0],
  ["f8", 1],
  ["f8", 1],
  ["f8", 2],
  ["f8", 3],
  ["u4", 7],
  ["text", "left/a b.png"],
  ["u8", 1],
  ["f8", 1],
  ["f8", 2],
  ["u8", 5],
);
const BINARY = [{ name: "sparse/0/cameras.bin", bytes: CAMERAS_BIN }, {
  name: "sparse/0/images.bin",
  bytes: IMAGES_BIN,
}];
const TEXT = [
  { name: "cameras.txt", text: "7 OPENCV 8 6 10 20 4 3 0.1 0.2 0.3 0.4\n" },
  { name: "images.txt", text: "1 0 0 0 1 1 2 3 7 left/a b.png\n\n" },
];

Deno.test("COLMAP: a binary model says the same as its text, and is read where both are there", () => {
  const plain = ({ pinhole, ...rest }: ReturnType<typeof read>["specs"][number]) => ({
    ...rest,
    source: "",
    field: "",
    pinhole: pinhole({ width: 8, height: 6 }),
  });
  const [fromBinary, fromText] = [BINARY, TEXT].map((files) => read(files).specs.map(plain));
  assert.deepEqual(fromBinary, fromText);
  const both = read([...TEXT, ...BINARY]);
  assert.equal(both.specs[0]!.source, "sparse/0/images.bin");
  assert.match(both.warnings[0]!.text, /read from sparse\/0\/cameras\.bin.*cameras\.txt/);
  refuses(
    [...BINARY, { ...BINARY[0]!, name: "sparse/1/cameras.bin" }],
    /sparse\/0\/cameras\.bin and sparse\/1\/cameras\.bin/,
  );
  refuses([BINARY[0]!], /lacks images\.bin/);
});

Deno.test("COLMAP and nerfstudio: cameras whose photographs were not sent are left out with a warning", async () => {
  const photo = {
    name: "a b.png",
    bytes: encodePng({ width: 8, height: 6, pixels: new Uint8Array(144) }),
  };
  const image = IMAGES_BIN.slice(8);
  const named = (name: string) => {
    const at = 4 + 7 * 8 + 4;
    const end = image.indexOf(0, at);
    return [...image.subarray(0, at), ...new TextEncoder().encode(name), ...image.subarray(end)];
  };
  const images = ["a b.png", "c.png", "d.png", "e.png", "f.png"].flatMap(named);
  const model = [BINARY[0]!, {
    name: "images.bin",
    bytes: Uint8Array.of(...binary(["u8", 5]), ...images),
  }];
  // Without the distortion of the OPENCV camera, which folds so small a picture.
  const straight = { ...model[0]!, bytes: CAMERAS_BIN.slice().fill(0, -32) };
  const colmap = await readViews([photo], [straight, model[1]!]);
  assert.deepEqual(colmap.cameras.map(({ file }) => file), ["a b.png"]);
  assert.deepEqual(colmap.warnings.map(({ code, field }) => [code, field]), [[
    "left-out",
    "cameras",
  ]]);
  assert.match(
    colmap.warnings[0]!.text,
    /4 of 5 in images\.bin: c\.png, d\.png, e\.png and 1 more/,
  );
  await assert.rejects(
    readViews([{ ...photo, name: "g.png" }], [straight, model[1]!]),
    /a b\.png is not among the 1 that were sent, nor .* of the 5 cameras/,
  );
  const frames = ["images/a b.png", "images/c.png"].map((file_path) => ({
    file_path,
    transform_matrix: IDENTITY,
  }));
  const text = JSON.stringify({ fl_x: 5, w: 8, h: 6, frames });
  const companions = ["images_2/a b.png", "masks/a b.png.png"].map((name) => ({ ...photo, name }));
  const all = [{ ...photo, name: "images/a b.png" }, ...companions];
  const nerfstudio = await readViews(all, [{ name: "transforms.json", text }]);
  assert.equal(
    nerfstudio.warnings.length,
    1,
    "smaller versions and masks are no photographs without a camera",
  );
  assert.match(nerfstudio.warnings[0]!.text, /1 of 2 in transforms\.json: images\/c\.png/);
});

Deno.test("COLMAP: a binary model that is cut, too long or counts too many is refused by byte", () => {
  const [cameras, images] = BINARY;
  for (let length = 0; length < IMAGES_BIN.length; length++) {
    refuses([cameras!, { ...images!, bytes: IMAGES_BIN.subarray(0, length) }], /byte \d+/);
  }
  refuses([{ ...cameras!, bytes: Uint8Array.of(...CAMERAS_BIN, 0) }, images!], /1 bytes follow/);
  refuses(
    [{ ...cameras!, bytes: Uint8Array.of(...CAMERAS_BIN).fill(0xff, 0, 6) }, images!],
    /take more than/,
  );
  // FOV has five parameters, where OPENCV has eight.
  const other = Uint8Array.from(CAMERAS_BIN).slice(0, -24);
  other[12] = 7;
  refuses([{ ...cameras!, bytes: other }, images!], /FOV is not supported/);
});

const P2 = "10 0 4 6 0 20 3 0.5 0 0 1 0.1";
const ROTATION = "1 0 0 0 1 0 0 0 1";
const VELO = "0 -1 0 0.2 0 0 -1 -0.3 1 0 0 -0.4";
const OBJECT = `P2: ${P2}\nR0_rect: ${ROTATION}\nTr_velo_to_cam: ${VELO}\n`;

Deno.test("KITTI: tracking and the raw data say the same by other names", () => {
  const pose = (files: CameraFile[]) => [...read(files).specs[0]!.worldToCamera];
  const expected = pose([{ name: "a.txt", text: OBJECT }]);
  const tracking = `P2: ${P2}\nR_rect ${ROTATION}\nTr_velo_cam ${VELO}\nTr_imu_velo ${VELO}\n`;
  assert.deepEqual(pose([{ name: "0000.txt", text: tracking }]), expected);
  const raw = [
    {
      name: "calib_cam_to_cam.txt",
      text: `S_rect_02: 16 12\nR_rect_00: ${ROTATION}\nP_rect_02: ${P2}\n`,
    },
    { name: "calib_velo_to_cam.txt", text: "R: 0 -1 0 0 0 -1 1 0 0\nT: 0.2 -0.3 -0.4\n" },
    { name: "calib_imu_to_velo.txt", text: `R: ${ROTATION}\nT: 9 9 9\n` },
  ];
  assert.deepEqual(pose(raw), expected);
  assert.deepEqual(read(raw).specs[0]!.size, { width: 16, height: 12 });
  refuses([raw[0]!], /Tr_velo_to_cam.*calib_velo_to_cam\.txt/);
});

Deno.test("KITTI: one calibration of a sequence is for the photograph with the scan's number", () => {
  const photos = ["image_2/000000.png", "image_2/000001.png", "image_3/000000.png"];
  const calib = [{ name: "calib.txt", text: `${OBJECT}P3: ${P2.replace("6", "-9")}\n` }];
  const { specs } = read(calib, photos, "000000.bin.ply".replace(".bin", ""));
  assert.deepEqual(specs.map(({ file, field }) => [file, field]), [
    ["image_2/000000.png", "P2"],
    ["image_3/000000.png", "P3"],
  ]);
  refuses(calib, /does not say which of 3 photographs/, photos, "scan.ply");
  const two = ["000000.txt", "000001.txt"].map((name) => ({ name, text: OBJECT }));
  assert.equal(read(two, photos.slice(0, 2), "000001.ply").specs[0]!.file, "image_2/000001.png");
  refuses(two, /000000\.txt and 000001\.txt are the calibrations of two scans/, photos.slice(0, 2));
});

Deno.test("ScanNet: intrinsics hold for the size that the scene's own file gives", async () => {
  const files: CameraFile[] = [
    { name: "intrinsic_color.txt", text: "10 0 7.5 0 0 10 5.5 0 0 0 1 0 0 0 0 1" },
    { name: "0.txt", text: IDENTITY.flat().join(" ") },
  ];
  const photo = {
    name: "0.png",
    bytes: encodePng({ width: 8, height: 6, pixels: new Uint8Array(144) }),
  };
  await assert.rejects(
    readViews([photo], files),
    /principal point \(7\.5, 5\.5\) is far from the middle/,
  );
  const info = {
    name: "scene0000_00.txt",
    text: "axisAlignment = 1 0\ncolorHeight = 12\ncolorWidth = 16\n",
  };
  const { cameras, warnings } = await readViews([photo], [...files, info]);
  assert.deepEqual([cameras[0]!.fx, cameras[0]!.cx, cameras[0]!.cy], [5, 3.5, 2.5]);
  assert.match(warnings[0]!.text, /another size.*0\.png/);
  const lost = { name: "0.txt", text: "-inf ".repeat(16) };
  refuses([files[0]!, lost], /tracking was lost/, ["0.png"]);
});
