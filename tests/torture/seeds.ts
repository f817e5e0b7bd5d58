/**
 * Small valid requests of every kind that the server accepts. In each, one file is chosen to be damaged.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { camerasToJson } from "../../lib/scan/mod.ts";
import type { NamedFile } from "../../lib/scan/mod.ts";
import { makeLas, makePly, PLY_ENCODINGS, type PlyField } from "../scan/files.ts";
import { makeJpeg, makePng, WEBP } from "../scan/images.ts";

/** The files of a request. */
export interface Upload {
  scan: NamedFile;
  images: NamedFile[];
  cameras: NamedFile[];
}

/** A valid request. */
export interface Seed {
  /** Kind of the file to damage. */
  kind: string;
  upload: Upload;
  /** The file to damage: one of the upload's. */
  target: NamedFile;
}

/** Returns the upload with other bytes for its target. */
export function withBytes({ upload, target }: Seed, bytes: Uint8Array): Upload {
  const swap = (file: NamedFile) => file === target ? { name: file.name, bytes } : file;
  return {
    scan: swap(upload.scan),
    images: upload.images.map(swap),
    cameras: upload.cameras.map(swap),
  };
}

/** Makes every seed, in a fixed order. */
export async function makeSeeds(): Promise<Seed[]> {
  const scans = [...lasFiles(), ...await lazFiles(), ...plyFiles()];
  return [
    ...scans.map(({ kind, file }) => ({
      kind,
      upload: { scan: file, images: [], cameras: [] },
      target: file,
    })),
    ...(await photographs()).map(({ kind, file, width, height }) => ({
      kind,
      upload: { scan: SCAN, images: [file], cameras: [ourCameras(file.name, width, height)] },
      target: file,
    })),
    ...cameraFiles().flatMap(({ kind, files, photo }) =>
      files.map((target) => ({
        kind,
        upload: { scan: SCAN, images: [photo], cameras: files },
        target,
      }))
    ),
  ];
}

const POINTS = 40;
const WIDTH = 8;
const HEIGHT = 6;
const ascii = (text: string) => new TextEncoder().encode(text);

/** Points on an uneven floor, with every property that is read from a PLY. */
const FIELDS: PlyField[] = [
  ["double", "x"],
  ["float", "y"],
  ["float", "z"],
  ["uchar", "red"],
  ["uchar", "green"],
  ["uchar", "blue"],
  ["float", "nx"],
  ["float", "ny"],
  ["float", "nz"],
  ["ushort", "intensity"],
  ["uchar", "label"],
];
const VERTICES = {
  name: "vertex",
  fields: FIELDS,
  rows: Array.from({ length: POINTS }, (_, i) => {
    const [x, y] = [(i % 8) / 10, Math.floor(i / 8) / 10];
    return [x, y, 2 + (i % 3) / 20, i, 255 - i, 128, 0, 0.6, 0.8, 100 * i, i % 5];
  }),
};
const FACES = {
  name: "face",
  fields: [["list uchar int", "vertex_indices"]] as PlyField[],
  rows: [[[0, 1, 2]], [[3, 4, 5, 6]]],
};

/** The scan of requests whose photographs or cameras are damaged. */
export const SCAN: NamedFile = {
  name: "room.ply",
  bytes: makePly("binary_little_endian", [VERTICES]),
};

function lasFiles() {
  const vlrs: [string, number, Uint8Array][] = [
    ["LASF_Projection", 34735, new Uint8Array(24)],
    ["LASF_Spec", 4, new Uint8Array(192)],
  ];
  const recipes = [
    { minor: 0, format: 0 },
    { minor: 1, format: 1 },
    { minor: 2, format: 3, vlrs, gap: 7 },
    { minor: 3, format: 4 },
    { minor: 3, format: 5 },
    { minor: 4, format: 6 },
    { minor: 4, format: 7, vlrs, extra: 4 },
    { minor: 4, format: 8, evlrs: [new Uint8Array(9), new Uint8Array(40)] },
    { minor: 4, format: 10, vlrs, evlrs: [new Uint8Array(9)] },
  ];
  return recipes.map((recipe) => ({
    kind: `LAS 1.${recipe.minor}`,
    file: { name: "scan.las", bytes: makeLas({ ...recipe, count: POINTS }).bytes },
  }));
}

async function lazFiles() {
  const files = [];
  for (const name of ["format8.laz", "paged.copc.laz"]) {
    const bytes = await readFile(new URL(`../../fixtures/scans/${name}`, import.meta.url));
    files.push({ kind: "LAZ", file: { name, bytes: new Uint8Array(bytes) } });
  }
  return files;
}

function plyFiles() {
  return PLY_ENCODINGS.flatMap((encoding) =>
    [[VERTICES], [FACES, VERTICES, { ...FACES, name: "edge" }]].map((parts) => ({
      kind: `PLY ${encoding}`,
      file: { name: "scan.ply", bytes: makePly(encoding, parts) },
    }))
  );
}

async function photographs() {
  const size = { width: WIDTH, height: HEIGHT };
  const rows = (bytes: number) =>
    Uint8Array.from({ length: HEIGHT * (1 + bytes) }, (_, i) => i % (1 + bytes) === 0 ? 0 : 5 * i);
  const palette: [string, Uint8Array] = ["PLTE", Uint8Array.from({ length: 768 }, (_, i) => i)];
  const rgb = makePng({ ...size, depth: 8, colorType: 2, raw: rows(3 * WIDTH) });
  const pngs = [
    rgb,
    makePng({ ...size, depth: 8, colorType: 3, raw: rows(WIDTH), extra: [palette] }),
    makePng({ ...size, depth: 16, colorType: 4, raw: rows(4 * WIDTH) }),
    makePng({ ...size, depth: 1, colorType: 0, raw: rows(1) }),
    // An interlaced image of 8 by 6 pixels: 48 bytes of pixels and 12 filter bytes over its passes.
    makePng({ ...size, depth: 8, colorType: 0, raw: new Uint8Array(48 + 12), interlace: 1 }),
  ];
  const file = (name: string, bytes: Uint8Array) => ({ name, bytes });
  return [
    ...pngs.map((bytes) => ({ kind: "PNG", file: file("a.png", bytes), ...size })),
    { kind: "JPEG", file: file("a.jpg", await makeJpeg(rgb as Uint8Array<ArrayBuffer>)), ...size },
    {
      kind: "JPEG",
      file: file("a.jpg", await makeJpeg(rgb as Uint8Array<ArrayBuffer>, 6)),
      ...size,
    },
    { kind: "WebP", file: file("a.webp", WEBP), width: 3, height: 2 },
  ];
}

/** Returns cameras.json with a camera that looks along +z from the origin of {@link SCAN}. */
function ourCameras(photo: string, width: number, height: number): NamedFile {
  const pose = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  const text = camerasToJson([
    { file: photo, width, height, fx: 10, fy: 10, cx, cy, worldToCamera: pose },
  ]);
  return { name: "cameras.json", bytes: ascii(text) };
}

function cameraFiles() {
  const png = (name: string): NamedFile => ({
    name,
    bytes: makePng({
      width: WIDTH,
      height: HEIGHT,
      depth: 8,
      colorType: 0,
      raw: new Uint8Array(HEIGHT * (WIDTH + 1)),
    }),
  });
  const text = (name: string, lines: string[]): NamedFile => ({
    name,
    bytes: ascii(lines.join("\n") + "\n"),
  });
  const transforms = {
    camera_model: "OPENCV",
    ...{ fl_x: 10, fl_y: 10, cx: 4, cy: 3, w: WIDTH, h: HEIGHT, k1: 0.01, k2: 0, p1: 0, p2: 0 },
    frames: [{
      file_path: "./a.png",
      transform_matrix: [[1, 0, 0, 0], [0, -1, 0, 0], [0, 0, -1, 0], [0, 0, 0, 1]],
    }],
  };
  return [
    { kind: "cameras.json", files: [ourCameras("a.png", WIDTH, HEIGHT)], photo: png("a.png") },
    {
      kind: "nerfstudio",
      files: [text("transforms.json", [JSON.stringify(transforms, null, 1)])],
      photo: png("a.png"),
    },
    {
      kind: "COLMAP",
      files: [
        text("cameras.txt", ["# one", "1 RADIAL 8 6 10 4 3 0.01 0.001"]),
        text("images.txt", ["# two lines each", "1 1 0 0 0 0 0 0.5 1 a.png", "1.5 2.5 -1"]),
      ],
      photo: png("a.png"),
    },
    {
      kind: "KITTI",
      files: [text("calib.txt", ["P2: 10 0 4 0 0 10 3 0 0 0 1 0", "Tr: 1 0 0 0 0 1 0 0 0 0 1 0"])],
      photo: png("000000.png"),
    },
    {
      kind: "ScanNet",
      files: [
        text("intrinsic_color.txt", ["10 0 4 0", "0 10 3 0", "0 0 1 0", "0 0 0 1"]),
        text("0.txt", ["1 0 0 0", "0 1 0 0", "0 0 1 -0.5", "0 0 0 1"]),
      ],
      photo: png("0.png"),
    },
  ];
}
