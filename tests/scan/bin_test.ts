/** Sweeps without a header: KITTI's and nuScenes' `.bin`, files of others under that name, damaged ones. */
import { concat } from "@std/bytes/concat";
import assert from "node:assert/strict";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import {
  findScans,
  readScan,
  ScanError,
  scanFormat,
  scanMemory,
  scanMemoryByStart,
  writeScan,
} from "../../lib/scan/mod.ts";
import { isScanName } from "../../lib/scan/read_folder.ts";
import { worldPositions } from "./files.ts";

const floats = (rows: number[][]) => new Uint8Array(Float32Array.from(rows.flat()).buffer);

/** A street between houses, seen from a car: where a beam ends, from the scanner, and how much comes back of 1. */
function hit(azimuth: number, elevation: number): [number, number, number, number] {
  const flat = Math.min(
    1.73 / Math.max(1e-3, -Math.sin(elevation)) * Math.cos(elevation),
    8 / Math.max(0.1, Math.abs(Math.sin(azimuth))),
  );
  return [
    flat * Math.cos(azimuth),
    flat * Math.sin(azimuth),
    flat * Math.tan(elevation),
    (1 + Math.cos(40 * azimuth)) / 2.02,
  ];
}

/** Beam after beam, each from the front around, as the raw data of KITTI and its benchmarks are written. */
function kittiRows(beams = 16, steps = 90): number[][] {
  return Array.from({ length: beams * steps }, (_, i) => {
    const elevation = 0.03 - 0.45 * Math.floor(i / steps) / beams;
    return hit(2 * Math.PI * (i % steps) / steps, elevation);
  });
}

/** All lasers of the HDL-32E after each other, in the order in which it fires: every second one looks far lower. */
function nuscenesRows(steps = 80): number[][] {
  return Array.from({ length: 32 * steps }, (_, i) => {
    const ring = i % 2 === 0 ? (i % 32) / 2 : 16 + (i % 32 - 1) / 2;
    const [x, y, z, strength] = hit(2 * Math.PI * Math.floor(i / 32) / steps, -0.53 + 0.023 * ring);
    return [y, x, z, Math.round(255 * strength), ring];
  });
}

Deno.test("readScan() reads a sweep of KITTI's velodyne folder, and writeScan() answers with PLY", async () => {
  const rows = kittiRows();
  const file = floats(rows);
  assert.equal(scanFormat(file.subarray(0, 50), "000000.bin"), "ply");
  const scan = await readScan(file, "000000.bin");
  assert.deepEqual([scan.format, scan.converted, scan.count], ["ply", "bin to ply", rows.length]);
  const wanted = rows.flatMap(([x, y, z]) => [x!, y!, z!].map(Math.fround));
  assert.deepEqual([...worldPositions(scan)], wanted);
  assert.deepEqual([...scan.intensity!], rows.map((row) => Math.fround(row[3]!)));
  assert.deepEqual(scan.warnings.map(({ code }) => code), ["bin"]);
  assert.match(scan.warnings[0]!.text, /taken as 4 floats, x, y, z, intensity, as KITTI writes/);
  const labels = new Uint8Array(rows.length).fill(7);
  const confidence = new Float32Array(rows.length).fill(1);
  const answer = await readScan(writeScan(scan, { labels, confidence }), "000000_labelled.ply");
  assert.deepEqual([...worldPositions(answer)], wanted);
  assert.deepEqual(answer.labels, Int32Array.from(labels));
});

Deno.test("readScan() reads a sweep of nuScenes' LIDAR_TOP with its rings, whatever its name and size", async () => {
  // Sizes that both layouts could have, and one that is nuScenes' alone.
  for (
    const [name, rows] of [
      ["n008__LIDAR_TOP__1526915243047392.pcd.bin", nuscenesRows()],
      ["000000.bin", nuscenesRows()],
      ["sweep.bin", nuscenesRows().slice(0, 1001)],
    ] as const
  ) {
    const scan = await readScan(floats(rows), name);
    assert.equal(scan.count, rows.length);
    const wanted = rows.flatMap(([x, y, z]) => [x!, y!, z!].map(Math.fround));
    assert.deepEqual([...worldPositions(scan)], wanted);
    assert.deepEqual([...scan.intensity!], rows.map((row) => Math.fround(row[3]! / 255)));
    assert.match(scan.warnings[0]!.text, /as 5 floats, x, y, z, intensity, ring, as nuScenes/);
    assert.match(new TextDecoder("latin1").decode(scan.bytes), /property float ring\nend_header/);
  }
});

Deno.test("readScan() reads KITTI's layout of other sizes and scanners: shuffled, without intensities, one point, a map", async () => {
  const next = mulberry32(5);
  const rows = kittiRows();
  const shuffled = rows.map((row) => [next(), row] as const).sort(([a], [b]) => a - b)
    .map(([, row]) => row);
  for (
    const some of [
      shuffled,
      shuffled.slice(0, 20),
      rows.slice(0, 1),
      rows.map(([x, y, z]) => [x!, y!, z!, 0]),
      // Ouster's intensities, as MulRan has them.
      rows.map(([x, y, z, i]) => [x!, y!, z!, Math.round(3000 * i!)]),
      // World coordinates, all above zero.
      rows.map(([x, y, z, i]) => [x! + 900, y! + 3700, z! + 116, i!]),
    ]
  ) {
    const scan = await readScan(floats(some), "000000.pcd.bin");
    assert.equal(scan.count, some.length);
    assert.match(scan.warnings[0]!.text, /as 4 floats/);
  }
});

Deno.test("readScan() leaves points of a .bin out that have no position, as converters of ROS bags write them", async () => {
  const rows = kittiRows().map((row, i) => i % 9 === 0 ? [NaN, NaN, NaN, 0] : row);
  const scan = await readScan(floats(rows), "000000.bin");
  assert.equal(scan.count, rows.length - rows.length / 9);
  assert.deepEqual(scan.warnings.map(({ code }) => code), ["bin", "points-left-out"]);
});

Deno.test("readScan() refuses files of other programs that end with .bin", async () => {
  const rows = kittiRows();
  /** NCLT's velodyne_sync: whole numbers of 16 bits, then two bytes. */
  const nclt = Uint16Array.from(rows.flatMap(([x, y, z]) => [
    ...[x!, y!, z!].map((value) => Math.round((value + 100) / 0.005)),
    0x0102,
  ]));
  /** A depth map of COLMAP: its size as text, then a number for each pixel. */
  const depths = concat([
    new TextEncoder().encode("1401&1001&1&"),
    floats([Array.from({ length: 1401 * 1001 }, (_, i) => 2 + (i % 1401) / 700)]),
  ]);
  for (
    const [bytes, message] of [
      [floats(rows.slice(0, 9)).subarray(0, 139), /139 bytes are no whole number .* \(byte 139\)/],
      // Boreas and Waymo's sweeps of mmdetection3d have six floats.
      [
        floats(rows.map((row) => [...row, 0.5, 0.25])),
        /the intensity of point 70 would be -8; of 5 .*, the ring of point 0 would be 0\.5 \(byte 1132/,
      ],
      [
        floats(rows.map(([x, y, z, i]) => [x! + 900, y! + 3700, z! + 116, i!, 3, 1.6])),
        /its numbers repeat after every 6, where points of KITTI have 4/,
      ],
      [
        floats(rows.map(([x, y, z]) => [x!, y!, z!])),
        /of 4 floats a point, the intensity of point/,
      ],
      [
        floats(rows.map(([x, y, z]) => [x! + 900, y! + 3700, z! + 116])),
        /its numbers repeat after every 3,/,
      ],
      [new Uint8Array(nclt.buffer), /the x of point|the y of point|the intensity of point/],
      [depths, /its numbers repeat after every 1,/],
      // Labels of nuScenes-lidarseg.
      [
        Uint8Array.from({ length: 1600 }, (_, i) => 16 + i % 16),
        /the x of point 0 would be \d\.\d+e-/,
      ],
    ] as const
  ) {
    await assert.rejects(readScan(bytes, "000000.bin"), (error) => {
      assert(error instanceof ScanError, String(error));
      assert.match(error.message, message);
      assert.match(error.message, /^Cannot read 000000\.bin: .* \(byte \d+\); .*[^.]$/);
      return true;
    });
  }
  await assert.rejects(readScan(floats(rows), "000000"), /none of .*, and KITTI's sweeps \(by the/);
});

Deno.test("readScan() survives damaged .bin", async () => {
  const next = mulberry32(3);
  const whole = floats(kittiRows(2, 20));
  for (let i = 0; i < 300; i++) {
    const damaged = whole.slice(0, i % 3 === 0 ? Math.floor(next() * whole.length) + 1 : undefined);
    for (let n = 0; n < i % 4; n++) {
      damaged[Math.floor(next() * damaged.length)] = Math.floor(next() * 256);
    }
    await readScan(damaged, "x.bin").then(
      ({ count, leftOut = [] }) => assert(count + leftOut.length > 0),
      (error) => assert.equal(error.name, "ScanError", error.stack),
    );
  }
});

Deno.test("scanMemory() counts the points of a .bin by its size", () => {
  for (
    const [rows, name] of [
      [kittiRows(), "000000.bin"],
      [nuscenesRows(), "a.pcd.bin"],
    ] as const
  ) {
    const file = floats(rows);
    const memory = scanMemory(file, name);
    assert.equal(memory.points, rows.length);
    assert(memory.readingBytes > memory.fileBytes && memory.fileBytes > file.length);
    assert.deepEqual(scanMemoryByStart(file.subarray(0, 99), file.length, name), memory);
  }
  const [named, unnamed] = ["a.pcd.bin", "a.bin"].map((name) =>
    scanMemory(new Uint8Array(80), name)
  );
  assert.deepEqual([named!.points, unnamed!.points], [4, 5]);
  assert.equal(named!.readingBytes, unnamed!.readingBytes);
  assert.throws(() => scanMemoryByStart(new Uint8Array(99), 1001, "a.bin"), /no whole number/);
});

Deno.test("findScans() finds the sweeps of KITTI and nuScenes, and no other .bin", async () => {
  const root = await Deno.makeTempDir();
  try {
    const sweeps = ["000000.bin", "0000000007.bin", "n008__LIDAR_TOP__15269.pcd.bin"];
    const others = [
      "cameras.bin",
      "points3D.bin",
      "a.png.geometric.bin",
      "a_lidarseg.bin",
      "0.bin",
    ];
    for (const name of [...sweeps, ...others]) await Deno.writeTextFile(`${root}/${name}`, "");
    assert.deepEqual((await findScans(root)).map(({ name }) => name), sweeps);
    assert(isScanName("sequences/08/velodyne/000000.bin"));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
