/** What the page reads of files before it sends them, held against what the server reads. */
import assert from "node:assert/strict";
import { camerasToJson, readScan, writePly } from "../../../lib/scan/mod.ts";
import { writeLas } from "../../../lib/scan/las/write_las.ts";
import { readCameraFiles as readOnServer } from "../../../lib/scan/camera/read_camera_files.ts";
import { FIELD_NAMES } from "../../../lib/scan/fields/field_names.ts";
import { FIELD_NAMES as DRAWN } from "../../../routes/viewer/local/fields.js";
import { readCameraFiles } from "../../../routes/viewer/local/cameras.js";
import { boxLines, frustumLines } from "../../../routes/viewer/local/outlines.js";
import { cameraOf, sees } from "../../../routes/viewer/local/projection.js";
import { readScanFile } from "../../../routes/viewer/local/scan_file.js";

const named = (name: string, content: string | Uint8Array<ArrayBuffer>) => ({
  name,
  file: new File([content], name),
});

/** PCD with packed colours, and with a row that is no point. */
function pcd(isText: boolean): Uint8Array<ArrayBuffer> {
  const rows = [[1.5, -2, 0.25, 0xc41207], [NaN, NaN, NaN, 0], [4, 5, 6.5, 0x0102ff]];
  const head = `# .PCD v0.7\nVERSION 0.7\nFIELDS x y z ring rgb\nSIZE 4 4 4 1 4\nTYPE F F F U ${
    isText ? "F" : "U"
  }\nCOUNT 1 1 1 3 1\nWIDTH 3\nHEIGHT 1\nPOINTS 3\nDATA ${isText ? "ascii" : "binary"}\n`;
  const encoder = new TextEncoder();
  if (isText) {
    const lines = rows.map(([x, y, z, color]) => `${x} ${y} ${z} 7 8 9 ${color}`);
    return encoder.encode(`${head}${lines.join("\n")}\n`.replaceAll("NaN", "nan"));
  }
  const body = new DataView(new ArrayBuffer(19 * rows.length));
  rows.forEach(([x, y, z, color], row) => {
    [x, y, z].forEach((value, axis) => body.setFloat32(19 * row + 4 * axis, value!, true));
    body.setUint32(19 * row + 15, color!, true);
  });
  return new Uint8Array([...encoder.encode(head), ...new Uint8Array(body.buffer)]);
}

/** A scan of a survey: large coordinates, colours that differ. */
async function survey(points: number) {
  const positions = Float32Array.from({ length: 3 * points }, (_, i) => i % 3 * 10 + i / 8);
  const colors = Float32Array.from({ length: 3 * points }, (_, i) => (i % 256) / 255);
  const labels = Int32Array.from({ length: points }, (_, i) => i % 7);
  const ply = writePly({ positions, colors, labels });
  const scan = await readScan(ply, "survey.ply");
  return { ply, scan: { ...scan, origin: [500_000, 4_000_000, 100] as [number, number, number] } };
}

Deno.test("readScanFile() reads the points and colours that the server reads", async () => {
  const { ply, scan } = await survey(50);
  const text = new TextEncoder().encode(
    "ply\r\nformat ascii 1.0\r\nelement vertex 2\r\nproperty uchar red\r\nproperty uchar green\r\n" +
      "property uchar blue\r\nproperty double x\r\nproperty double y\r\nproperty double z\r\n" +
      "element face 1\r\nproperty list uchar int vertex_indices\r\nend_header\r\n" +
      "255 0 9 500000.25 -3 7\r\n1 2 3 500001.5 -4 8\r\n3 0 1 1\r\n",
  );
  const table = new TextEncoder().encode(
    '# made by hand\n"X [m]";Y;Z;R;G;B;class\n500000.25;4000000.5;7;255;0;9;2\n\n500001;4000001;8;1;2;3;5\n',
  );
  const commas = new TextEncoder().encode(
    "// N\tE\tH\tR\tG\tB\n// by hand\n4000000,5\t500000,25\t7\t255\t0\t9\n4000001\t500001\t8,5\t1\t2\t3\n",
  );
  const bare = new TextEncoder().encode("2\n1.5 2 3 17 255 0 9\n2.5 -1 0 18 1 2 3\n");
  const files = {
    "a.ply": ply,
    "b.las": writeLas(scan),
    "c.ply": text,
    "d.csv": table,
    "g.pts": bare,
    "h.csv": commas,
  };
  for (
    const [name, bytes] of Object.entries({
      ...files,
      ...{ "e.pcd": pcd(true), "f.pcd": pcd(false) },
    })
  ) {
    const wanted = await readScan(bytes, name);
    const { points, count, note } = await readScanFile(
      named(name, bytes as Uint8Array<ArrayBuffer>),
      1000,
    );
    assert.equal(note, "");
    const rows = wanted.count + (wanted.leftOut?.length ?? 0);
    assert.deepEqual([count, points!.count, points!.channels], [rows, wanted.count, 3], name);
    if (wanted.labels) {
      assert.deepEqual([...points!.original!].sort(), [...wanted.labels].sort());
    }
    const shown = (origin: readonly number[], positions: Float32Array, colors: ArrayLike<number>) =>
      Array.from(
        { length: wanted.count },
        (_, p) =>
          [0, 1, 2].map((i) => (origin[i]! + positions[3 * p + i]!).toFixed(2)).join() + " " +
          [0, 1, 2].map((i) => Math.round(colors[3 * p + i]!)).join(),
      ).sort();
    assert.deepEqual(
      shown(points!.origin, points!.positions, points!.color),
      shown(wanted.origin, wanted.positions, wanted.colors!.map((value) => 255 * value)),
    );
  }
});

Deno.test("the picture finds fields by the names that the server finds them by", () => {
  const { normal: _, ...names } = FIELD_NAMES;
  assert.deepEqual(DRAWN, names);
});

Deno.test("readScanFile() thins evenly, and so that its first points lie everywhere", async () => {
  const { ply } = await survey(10_000);
  const { points } = await readScanFile(named("a.ply", ply as Uint8Array<ArrayBuffer>), 900);
  assert.equal(points!.count, 900);
  const eighths = new Set(
    Array.from({ length: 60 }, (_, p) => Math.floor(points!.positions[3 * p]! / (30_000 / 64))),
  );
  assert.equal(eighths.size, 8);
});

Deno.test("readScanFile() says why it shows nothing, and gives the bounds of LAZ", async () => {
  const { ply, scan } = await survey(50);
  const las = writeLas(scan) as Uint8Array<ArrayBuffer>;
  las[104]! |= 0x80;
  const laz = await readScanFile(named("a.laz", las), 10);
  assert.match(laz.note, /^a\.laz is compressed/);
  assert.equal(laz.count, 50);
  assert.ok(Math.abs(laz.least![1]! - 4_000_010) < 1);
  const cut = await readScanFile(named("b.ply", ply.slice(0, -40) as Uint8Array<ArrayBuffer>), 99);
  assert.match(cut.note, /^b\.ply cannot be shown yet: the file ends before its last point/);
  const other = await readScanFile(named("c.e57", "ASTM-E57"), 10);
  assert.match(other.note, /^c\.e57 can be read by the server alone/);
  const none = await readScanFile(named("d.xyz", "no numbers\n"), 10);
  assert.match(none.note, /^d\.xyz cannot be shown yet: it has no lines of numbers/);
});

Deno.test("readCameraFiles() reads the cameras that the server reads", async () => {
  const s = Math.SQRT1_2;
  const own = [{
    file: "a.jpg",
    width: 64,
    height: 48,
    fx: 50,
    fy: 51,
    cx: 31,
    cy: 24,
    worldToCamera: Float64Array.of(s, -s, 0, 1, s, s, 0, 2, 0, 0, 1, 3, 0, 0, 0, 1),
  }];
  const frame = [[s, -s, 0, 1], [s, s, 0, 2], [0, 0, 1, 3], [0, 0, 0, 1]];
  const folders: Record<string, string>[] = [
    { "cameras.json": camerasToJson(own) },
    {
      "transforms.json": JSON.stringify({
        ...{ fl_x: 50, fl_y: 51, cx: 31.5, cy: 24.5, w: 64, h: 48 },
        frames: [{ file_path: "a.jpg", transform_matrix: frame }],
      }),
    },
    {
      "cameras.txt": "# list\n1 OPENCV 64 48 50 51 31.5 24.5 0 0 0 0\n",
      "images.txt": `# list\n1 ${s} 0 0 ${s} 1 2 3 1 a b.jpg\n\n2 1 0 0 0 4 5 6 1 c.jpg\n1 2 -1\n`,
    },
  ];
  for (const folder of folders) {
    const files = Object.entries(folder);
    const cameras = await readCameraFiles(files.map(([name, text]) => named(name, text)));
    const { specs } = readOnServer(files.map(([name, text]) => ({ name, text })), {
      photoNames: ["a.jpg"],
    });
    assert.equal(cameras.length, specs.length);
    for (const [i, { file, size, pinhole, worldToCamera }] of specs.entries()) {
      const { worldToCamera: matrix, bent, ...rest } = cameras[i]!;
      assert.deepEqual([rest.file, rest.width, rest.height, bent], [
        file,
        size!.width,
        size!.height,
        false,
      ]);
      const { fx, fy, cx, cy } = pinhole(size!);
      assert.deepEqual([rest.fx, rest.fy, rest.cx, rest.cy], [fx, fy, cx, cy]);
      matrix.forEach((value, at) => assert.ok(Math.abs(value - worldToCamera[at]!) < 1e-12));
    }
  }
});

Deno.test("frustumLines() puts the corners of the picture where the camera sees them", () => {
  const worldToCamera = [0, -1, 0, 2, 0, 0, -1, 5, 1, 0, 0, -10, 0, 0, 0, 1];
  const camera = { width: 4, height: 2, fx: 2, fy: 2, cx: 1.5, cy: 0.5, worldToCamera };
  const ends = frustumLines([{ ...camera, file: "", bent: false }], 100);
  assert.equal(ends.length, 8 * 2 * 3);
  // Its centre is (10, 2, 5), it looks along x, and 6 deep the picture is 12 wide and 6 high.
  const distinct = [...new Set(chunks(ends).map((end) => end.join()))].sort();
  assert.deepEqual(distinct, ["10,2,5", "16,-4,2", "16,-4,8", "16,8,2", "16,8,8"]);
  assert.equal(chunks(boxLines([0, 0, 0], [1, 2, 3])).length, 24);
});

Deno.test("sees() gives the pixel of a place, and nothing for one that is hidden or outside", () => {
  const worldToCamera = [0, -1, 0, 2, 0, 0, -1, 5, 1, 0, 0, -10, 0, 0, 0, 1];
  const lens = { width: 400, height: 200, fx: 200, fy: 200, cx: 199.5, cy: 99.5, worldToCamera };
  const camera = { ...lens, file: "", bent: false };
  const cloud = (...positions: number[]) => ({
    count: positions.length / 3,
    ...{ channels: 0, color: new Uint8Array(), intensity: null, original: null },
    origin: [10, 0, 0],
    positions: Float32Array.from(positions),
  });
  // 20 before the camera, 4 to the right and 2 above.
  assert.deepEqual(sees(camera, [30, -2, 7], cloud(20, -2, 7)), [239.5, 79.5]);
  assert.equal(sees(camera, [30, -2, 7], cloud(20, -2, 7, 10, 0, 6)), null);
  assert.equal(sees(camera, [-10, -2, 7], cloud(20, -2, 7)), null);
  assert.equal(sees(camera, [30, 30, 7], cloud(20, -2, 7)), null);
  const cameras = ["left/a.png", "right/a.png", "b"].map((file) => ({ ...camera, file }));
  const found = ["x/right/a.jpg", "B.JPG", "c.jpg"].map((name) => cameraOf(name, cameras)?.file);
  assert.deepEqual(found, ["right/a.png", "b", undefined]);
});

function chunks(values: readonly number[]): number[][] {
  return Array.from({ length: values.length / 3 }, (_, i) => values.slice(3 * i, 3 * i + 3));
}
