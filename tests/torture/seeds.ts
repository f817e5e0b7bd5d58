/**
 * Small valid requests of every kind that the server accepts. In each, one file is chosen to be damaged.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { readFile } from "node:fs/promises";
import { camerasToJson } from "../../lib/scan/mod.ts";
import type { NamedFile } from "../../lib/scan/mod.ts";
import { compressLzf } from "../../lib/scan/pcd/lzf.ts";
import { floats, integers, makeE57, scaled } from "../scan/e57_files.ts";
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
  const scans = [
    ...lasFiles(),
    ...await lazFiles(),
    ...plyFiles(),
    ...pcdFiles(),
    ...textFiles(),
    ...e57Files(),
  ];
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

/** The points of {@link VERTICES} as rows of x, y, z, packed colour, intensity and label. */
const ROWS = VERTICES.rows.map((row) => {
  const [x, y, z, red, green, blue, , , , intensity, label] = row as number[];
  return [x!, y!, z!, (red! << 16) | (green! << 8) | blue!, intensity!, label!];
});

function pcdFiles() {
  const head = (encoding: string) =>
    [
      "# .PCD v0.7 - Point Cloud Data file format",
      "VERSION 0.7",
      "FIELDS x y z rgb intensity label",
      "SIZE 8 4 4 4 4 1",
      "TYPE F F F U F U",
      "COUNT 1 1 1 1 1 1",
      `WIDTH ${POINTS / 2}`,
      "HEIGHT 2",
      "VIEWPOINT 0 0 0 1 0 0 0",
      `POINTS ${POINTS}`,
      `DATA ${encoding}\n`,
    ].join("\n");
  const stride = 25;
  const rows = new DataView(new ArrayBuffer(POINTS * stride));
  ROWS.forEach(([x, y, z, rgb, intensity, label], i) => {
    rows.setFloat64(i * stride, x!, true);
    rows.setFloat32(i * stride + 8, y!, true);
    rows.setFloat32(i * stride + 12, z!, true);
    rows.setUint32(i * stride + 16, rgb!, true);
    rows.setFloat32(i * stride + 20, intensity!, true);
    rows.setUint8(i * stride + 24, label!);
  });
  const binary = new Uint8Array(rows.buffer);
  // Compressed files hold column after column.
  let written = 0;
  const columns = new Uint8Array(binary.length);
  for (const [at, size] of [[0, 8], [8, 4], [12, 4], [16, 4], [20, 4], [24, 1]] as const) {
    for (let i = 0; i < POINTS; i++, written += size) {
      columns.set(binary.subarray(i * stride + at, i * stride + at + size), written);
    }
  }
  const packed = compressLzf(columns);
  const sizes = new Uint8Array(Uint32Array.of(packed.length, columns.length).buffer);
  const bodies: [string, Uint8Array[]][] = [
    ["ascii", [ascii(ROWS.map((row) => row.join(" ")).join("\n") + "\n")]],
    ["binary", [binary]],
    ["binary_compressed", [sizes, packed]],
  ];
  return bodies.map(([encoding, body]) => ({
    kind: `PCD ${encoding}`,
    file: { name: "scan.pcd", bytes: concat([ascii(head(encoding)), ...body]) },
  }));
}

function textFiles() {
  const lines = (separator: string) =>
    VERTICES.rows.map((row) => {
      const [x, y, z, red, green, blue] = row as number[];
      return [x, y, z, red, green, blue].join(separator);
    });
  const text = (name: string, rows: string[]) => ({
    kind: "text",
    file: { name, bytes: ascii(rows.join("\n") + "\n") },
  });
  return [
    text("scan.csv", ["x,y,z,red,green,blue", ...lines(",")]),
    text("scan.csv", ["# of a tool", "X;Y;Z;R;G;B", ...lines(";")]),
    text("scan.xyz", lines(" ")),
    text("scan.pts", [`${POINTS}`, ...lines(" ")]),
  ];
}

function e57Files() {
  const column = (at: number) => VERTICES.rows.map((row) => row[at] as number);
  const colors = ["colorRed", "colorGreen", "colorBlue"].map((name, i) =>
    integers(name, 0, 255, column(3 + i))
  );
  const pose = `<pose type="Structure"><rotation type="Structure"><w type="Float">1</w>` +
    `<x type="Float"/><y type="Float"/><z type="Float"/></rotation><translation type="Structure">` +
    `<x type="Float">10</x><y type="Float">20</y><z type="Float"/></translation></pose>`;
  const cartesian = (["X", "Y", "Z"] as const).map((axis, i) =>
    floats(`cartesian${axis}`, i === 0 ? "double" : "single", column(i))
  );
  const millimetres = (["X", "Y", "Z"] as const).map((axis, i) =>
    scaled(
      `cartesian${axis}`,
      [-5000, 5000],
      [0.001, 0],
      column(i).map((value) => Math.round(1000 * value)),
    )
  );
  const invalid = integers("cartesianInvalidState", 0, 2, column(2).map((_, i) => i % 9 ? 0 : 2));
  const spherical = [
    floats("sphericalRange", "single", column(2)),
    floats("sphericalAzimuth", "single", column(0)),
    floats("sphericalElevation", "single", column(1)),
  ];
  const parts = [
    [{ columns: [...cartesian, ...colors] }],
    [{ columns: [...millimetres, invalid], pose }, { columns: [...cartesian], name: "second" }],
    [{ columns: spherical, pose }],
  ];
  return parts.map((scans) => ({
    kind: "E57",
    file: { name: "scan.e57", bytes: makeE57(scans, { inPacket: 200 }) },
  }));
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
  const png = (name: string, height = HEIGHT): NamedFile => ({
    name,
    bytes: makePng({
      width: WIDTH,
      height,
      depth: 8,
      colorType: 0,
      raw: new Uint8Array(height * (WIDTH + 1)),
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
      kind: "nerfstudio, fisheye",
      files: [text("transforms.json", [
        JSON.stringify(
          { ...transforms, camera_model: "OPENCV_FISHEYE", k3: 0.001, k4: 0 },
          null,
          1,
        ),
      ])],
      photo: png("a.png"),
    },
    {
      kind: "nerfstudio, panorama",
      files: [text("transforms.json", [
        JSON.stringify({ ...transforms, camera_model: "EQUIRECTANGULAR", h: HEIGHT - 2 }, null, 1),
      ])],
      photo: png("a.png", HEIGHT - 2),
    },
    {
      kind: "COLMAP, fisheye",
      files: [
        text("cameras.txt", ["1 OPENCV_FISHEYE 8 6 10 10 4 3 0.01 0.001 0 0"]),
        text("images.txt", ["1 1 0 0 0 0 0 0.5 1 a.png", ""]),
      ],
      photo: png("a.png"),
    },
    {
      kind: "COLMAP, binary",
      files: [
        {
          name: "cameras.bin",
          bytes: numbers(["u64", 1], ["i32", 1, 1], ["u64", 8, 6], ["f64", 10, 10, 4, 3]),
        },
        {
          name: "images.bin",
          bytes: concat([
            numbers(["u64", 1], ["i32", 1], ["f64", 1, 0, 0, 0, 0, 0, 0.5], ["i32", 1]),
            ascii("a.png\0"),
            numbers(["u64", 1], ["f64", 1.5, 2.5], ["u64", 7]),
          ]),
        },
      ],
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

/** Little-endian numbers. */
function numbers(...runs: ["u64" | "i32" | "f64", ...number[]][]): Uint8Array {
  return concat(runs.map(([type, ...values]) =>
    new Uint8Array(
      type === "f64"
        ? Float64Array.from(values).buffer
        : type === "i32"
        ? Int32Array.from(values).buffer
        : BigUint64Array.from(values, BigInt).buffer,
    )
  ));
}
