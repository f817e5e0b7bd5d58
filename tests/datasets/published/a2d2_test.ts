import assert from "node:assert/strict";
import { zipSync } from "fflate";
import { DatasetError } from "../../../lib/datasets/mod.ts";
import { PUBLISHED } from "../../../lib/datasets/published/mod.ts";
import { encodePng } from "../../../lib/scan/mod.ts";
import { assertSees, type Files, greyPng, withFiles } from "./support.ts";

const open = (root: string) => PUBLISHED["a2d2"]!.open(root);
const [WIDTH, HEIGHT] = [40, 30];
/** Points in the camera's view: x forward, y left, z up. */
const POINTS = [[10, 2, -1], [20, -5, 0.5], [5, 0, 0], [8, 3, 2]];
const K = { fx: 30, fy: 32, cx: 20, cy: 15 };
const COLUMNS = POINTS.map(([x, y]) => K.cx - K.fx * y! / x!);
const ROWS = POINTS.map(([x, , z]) => K.cy - K.fy * z! / x!);

/** An array as NumPy writes it. */
function npy(
  descr: string,
  shape: number[],
  data: Float64Array | BigInt64Array,
  order = "False",
): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${
    shape.join(", ")
  },), }`;
  const header = new TextEncoder().encode(text.padEnd(117) + "\n");
  return Uint8Array.from([
    ...[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0],
    ...header,
    ...new Uint8Array(data.buffer),
  ]);
}

function archive(change: (arrays: Record<string, Uint8Array>) => void = () => {}): Uint8Array {
  const doubles = (values: number[]) => Float64Array.from(values);
  const arrays = {
    "points.npy": npy("<f8", [4, 3], doubles(POINTS.flat())),
    "row.npy": npy("<f8", [4], doubles(ROWS)),
    "col.npy": npy("<f8", [4], doubles(COLUMNS)),
    "reflectance.npy": npy("<i8", [4], BigInt64Array.of(51n, 0n, 255n, 300n)),
    "timestamp.npy": npy("<i8", [4], BigInt64Array.of(1n, 2n, 3n, 4n)),
  };
  change(arrays);
  return zipSync(arrays);
}

/** A label picture; `paint` gives the colour of a pixel. */
function labelPng(paint: (column: number, row: number) => number): Uint8Array {
  const pixels = new Uint8Array(3 * WIDTH * HEIGHT);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const colour = paint(i % WIDTH, Math.floor(i / WIDTH));
    pixels.set([colour >> 16, colour >> 8 & 255, colour & 255], 3 * i);
  }
  return encodePng({ width: WIDTH, height: HEIGHT, pixels });
}

/** The camera 1.7 m before and 0.9 m above the vehicle's origin, looking to its left. */
const VIEW = { "origin": [1.7, 0, 0.9], "x-axis": [0, 2, 0], "y-axis": [-1, 0.5, 0] };
const MATRIX = [[K.fx, 0, K.cx], [0, K.fy, K.cy], [0, 0, 1]];

function configuration(distortion: number[], lens = "Telecam"): string {
  return JSON.stringify({
    lidars: {},
    vehicle: { view: { "origin": [0, 0, 0], "x-axis": [1, 0, 0], "y-axis": [0, 1, 0] } },
    cameras: {
      front_center: {
        ...{ view: VIEW, CamMatrix: MATRIX, CamMatrixOriginal: MATRIX },
        ...{ Distortion: [distortion], Lens: lens, Resolution: [WIDTH, HEIGHT] },
      },
      rear_center: { Lens: "Fisheye" },
    },
  });
}

const COLOURS = { "#ff0000": "Car 1", "#c80000": "Car 2", "#ff00ff": "RD normal street" };

function frame(sequence: string, number: string, labels: Uint8Array, points = archive()): Files {
  const stem = sequence.replace("_", "");
  const at = (kind: string, end: string) =>
    `camera_lidar_semantic/${sequence}/${kind}/cam_front_center/${stem}_${kind}_frontcenter_${number}.${end}`;
  return {
    [at("lidar", "npz")]: points,
    [at("camera", "png")]: greyPng(WIDTH, HEIGHT, Number(number)),
    [at("camera", "json")]: "{}",
    [at("label", "png")]: labels,
  };
}

function miniature(labels: Uint8Array, distortion = [0, 0, 0, 0, 0]): Files {
  return {
    "cams_lidars.json": configuration(distortion),
    "camera_lidar_semantic/class_list.json": JSON.stringify(COLOURS),
    "camera_lidar_semantic/README.txt": "",
    "camera_lidar_semantic/20181016_095036/camera/cam_front_center/a.png": greyPng(2, 2, 0),
    ...frame("20180807_145028", "000000091", labels),
    ...frame("20181204_154421", "000000007", labels),
  };
}

/** Red left of column 19, dark red above row 14, street below, a mixed colour at the centre. */
const PAINT = (column: number, row: number) =>
  column === 20 && row === 15
    ? 0xfe01ff
    : column < 19
    ? (row < 14 ? 0xc80000 : 0xff0000)
    : 0xff00ff;

Deno.test("A2D2 is read as it is downloaded: points have the labels of their pixels", async () => {
  await withFiles(miniature(labelPng(PAINT)), async (root) => {
    const dataset = await open(root);
    assert.deepEqual(
      (["train", "validation", "test"] as const).map((split) => dataset.count("a2d2", split)),
      [1, 1, 1],
    );
    assert.deepEqual([dataset.classes.length, dataset.warnings], [38, []]);
    const { id, scan, photos, cameras } = await dataset.scene("a2d2", "test", 0);
    assert.equal(id, "20180807_145028/000000091");
    const names = [...scan.labels!].map((label) => dataset.classes[label]);
    assert.deepEqual(names, ["Car", "RD normal street", undefined, "Car"]);
    assert.deepEqual([...scan.intensity!], [0.2, 0, 1, 1].map(Math.fround));
    // The camera's forward is the vehicle's left, its left the vehicle's back.
    const place = [1.7 - 2, 10, 0.9 - 1] as const;
    assert.deepEqual([...scan.positions.slice(0, 3)], place.map(Math.fround));
    assertSees(cameras[0]!, place, [COLUMNS[0]!, ROWS[0]!]);
    assert.equal(photos[0]!.pixels[0], 91);
  });
});

Deno.test("A2D2: the lens is taken out of photographs, and pixels of labels are found through it", async () => {
  // The last point lies at 3/8 and 1/4 of the focal lengths: the lens moves it 3 pixels towards the centre.
  const [x, y] = [-3 / 8, -2 / 8];
  const k1 = -1.3;
  const radial = 1 + k1 * (x * x + y * y);
  const [column, row] = [K.fx * x * radial + K.cx, K.fy * y * radial + K.cy].map(Math.round);
  assert.ok(Math.abs(column! - COLUMNS[3]!) > 2);
  const labels = labelPng((u, v) => u === column && v === row ? 0xff0000 : 0xff00ff);
  await withFiles(miniature(labels, [k1, 0, 0, 0, 0]), async (root) => {
    const dataset = await open(root);
    const { scan, cameras } = await dataset.scene("a2d2", "train", 0);
    assert.equal(dataset.classes[scan.labels![3]!], "Car");
    const { fx } = cameras[0]!;
    const seen = [3, -8].map((value) => value * fx / 8);
    assertSees(cameras[0]!, [1.7 - 3, 8, 0.9 + 2], [
      K.cx - seen[0]!,
      K.cy - cameras[0]!.fy * 2 / 8,
    ]);
  });
});

Deno.test("A2D2: frames without pixels of points are left out with a warning", async () => {
  const files = {
    ...miniature(labelPng(PAINT)),
    ...frame(
      "20180807_145028",
      "000000092",
      labelPng(PAINT),
      archive((arrays) => delete arrays["row.npy"]),
    ),
  };
  await withFiles(files, async (root) => {
    const dataset = await open(root);
    assert.equal(dataset.count("a2d2", "test"), 1);
    assert.match(dataset.warnings![0]!, /left out: 20180807145028_lidar_frontcenter_000000092/);
  });
});

Deno.test("A2D2: points may be stored column by column", async () => {
  const byColumn = Float64Array.from([0, 1, 2].flatMap((axis) => POINTS.map((p) => p[axis]!)));
  const points = archive((arrays) => arrays["points.npy"] = npy("<f8", [4, 3], byColumn, "True"));
  const files = {
    ...miniature(labelPng(PAINT)),
    ...frame("20180807_145028", "000000091", labelPng(PAINT), points),
  };
  await withFiles(files, async (root) => {
    const dataset = await open(root);
    const [ours, other] = [
      await dataset.scene("a2d2", "test", 0),
      await dataset.scene("a2d2", "train", 0),
    ];
    assert.deepEqual(ours.scan.positions, other.scan.positions);
  });
});

Deno.test("A2D2: what is missing, cut or does not belong together is named in one line", async () => {
  const whole = miniature(labelPng(PAINT));
  const without = (gone: RegExp) =>
    Object.fromEntries(Object.entries(whole).filter(([name]) => !gone.test(name)));
  const points = (bytes: Uint8Array): Files => ({
    ...whole,
    ...frame("20180807_145028", "000000091", labelPng(PAINT), bytes),
  });
  const list = "camera_lidar_semantic/class_list.json";
  const cases: [Files, RegExp][] = [
    [{ "a.txt": "" }, /camera_lidar_semantic: it should be the folder of A2D2's sequences/],
    [without(/cams_lidars/), /cams_lidars\.json: it should be A2D2's configuration/],
    [without(/class_list/), /class_list\.json: it should be A2D2's list of colours/],
    [without(/\/lidar\//), /it has no sequence with lidar\/cam_front_center/],
    [without(/_label_/), /_label_frontcenter_000000091\.png: it should be the label picture/],
    [without(/_camera_/), /_camera_frontcenter_000000091\.png: it should be the photograph/],
    [{ ...whole, "cams_lidars.json": configuration([0, 0, 0, 0], "Fisheye") }, /is not 'Telecam'/],
    [{ ...whole, [list]: '{"#ff0000": "Spaceship 1"}' }, /'Spaceship 1' is no category of A2D2/],
    [points(Uint8Array.of(80, 75)), /it is no whole archive/],
    [points(archive((arrays) => delete arrays["col.npy"])), /'col' is missing/],
    [
      points(archive((arrays) => arrays["col.npy"] = npy("<f8", [1], new Float64Array(1)))),
      /'col' has the shape 1, not 4/,
    ],
    [
      points(archive((arrays) => arrays["row.npy"] = npy("<f8", [4], new Float64Array(4)))),
      /half of its points lie more than 1\d pixels from their row and col/,
    ],
    [
      points(archive((arrays) => arrays["row.npy"] = npy("<c16", [4], new Float64Array(4)))),
      /'row\.npy' has the header .*c16.*not supported/,
    ],
    [
      points(archive((arrays) => arrays["row.npy"] = arrays["row.npy"]!.slice(0, -1))),
      /'row\.npy' is cut/,
    ],
  ];
  for (const [files, message] of cases) {
    await withFiles(files, async (root) => {
      const read = async () => (await open(root)).scene("a2d2", "test", 0);
      await assert.rejects(read, (error: Error) => {
        assert.ok(error instanceof DatasetError, `${error}`);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    });
  }
});
