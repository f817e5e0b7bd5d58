/** E57 scans: several with poses, packed integers, scaled ones and floats; a Rust reader reads the same. */
import assert from "node:assert/strict";
import { convertE57 } from "web-e57";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { crc32c } from "../../lib/scan/e57/pages.ts";
import {
  readScan,
  scanFormat,
  scanMemory,
  scanMemoryByStart,
  writeScan,
} from "../../lib/scan/mod.ts";
import { floats, integers, makeE57, scaled, withChecksums } from "./e57_files.ts";
import { largestDifference, worldPositions } from "./files.ts";

const COUNT = 60;
const each = (value: (i: number) => number) => Array.from({ length: COUNT }, (_, i) => value(i));
const HALF = Math.SQRT1_2;

/** A quarter turn about z, then a shift. */
const POSE =
  `<pose type="Structure"><rotation type="Structure"><w type="Float">${HALF}</w><x type="Float"/><y type="Float"/><z type="Float">${HALF}</z></rotation>` +
  `<translation type="Structure"><x type="Float">652000.5</x><y type="Float">100</y><z type="Float">-3</z></translation></pose>`;

const COLORS = [
  integers("colorRed", 0, 255, each((i) => i * 4)),
  integers("colorGreen", 0, 255, each((i) => 255 - i)),
  integers("colorBlue", 0, 255, each(() => 7)),
];

const PARTS = [
  {
    name: "hall <1>",
    columns: [
      floats("cartesianX", "single", each((i) => i / 4)),
      floats("cartesianY", "double", each((i) => -i / 8)),
      scaled("cartesianZ", [-5000, 5000], [0.001, 2], each((i) => 10 * i - 300)),
      ...COLORS,
      floats("intensity", "single", each((i) => i / COUNT)),
      integers("rowIndex", 3, 3, each(() => 3)),
    ],
  },
  {
    pose: POSE,
    columns: [
      integers("cartesianInvalidState", 0, 2, each((i) => i === 5 ? 2 : 0)),
      floats("cartesianX", "double", each((i) => i)),
      floats("cartesianY", "double", each((i) => i / 2)),
      floats("cartesianZ", "double", each(() => 1)),
      ...COLORS,
      integers("columnIndex", -1000, 100_000, each((i) => i * 1000)),
    ],
  },
];

const FILE = makeE57(PARTS);

/** The coordinates of both scans in the file's own. */
function expected(): number[] {
  const first = each((i) => i).flatMap((i) => [i / 4, -i / 8, (10 * i - 300) * 0.001 + 2]);
  const second = each((i) => i).filter((i) => i !== 5)
    .flatMap((i) => [652000.5 - i / 2, 100 + i, -2]);
  return [...first, ...second];
}

Deno.test("readScan() reads all scans of E57 by their poses, and writeScan() answers with PLY", async () => {
  assert.equal(scanFormat(FILE, "x.e57"), "ply");
  const scan = await readScan(FILE, "x.e57");
  assert.deepEqual([scan.format, scan.converted, scan.count], ["ply", "e57 to ply", 2 * COUNT - 1]);
  assert.deepEqual(scan.leftOut, [COUNT + 5]);
  assert(largestDifference(worldPositions(scan), expected()) < 0.02);
  assert(
    largestDifference(scan.positions.subarray(-3), [
      652000.5 - 59 / 2 - scan.origin[0],
      159 - scan.origin[1],
      -2 - scan.origin[2],
    ]) < 1e-3,
  );
  assert.deepEqual(Array.from(scan.colors!.subarray(3, 6), (value) => Math.round(255 * value)), [
    4,
    254,
    7,
  ]);
  assert.deepEqual(scan.warnings.map(({ code }) => code), ["points-left-out", "e57"].reverse());
  const answer = writeScan(scan, {
    labels: new Uint8Array(scan.count).fill(4),
    confidence: new Float32Array(scan.count).fill(0.5),
  });
  const text = new TextDecoder("latin1").decode(answer.subarray(0, 1200));
  assert.match(text, /comment scan 0 hall <1>, rotation 1 0 0 0, translation 0 0 0\n/);
  const properties = [...text.matchAll(/property (\w+ \w+)/g)].map(([, found]) => found);
  assert.deepEqual(properties, [
    ...["double x", "double y", "double z", "uchar red", "uchar green", "uchar blue"],
    ...["double intensity", "uchar rowIndex", "uchar cartesianInvalidState", "int columnIndex"],
    ...["ushort scan", "int label", "float confidence"],
  ]);
  const again = await readScan(answer, "x.ply");
  assert.deepEqual(again.positions, scan.positions);
});

Deno.test("readScan() reads E57 as the Rust crate e57 does", async () => {
  // It applies poses, and gives x, y, z, then colours and intensity.
  const file = makeE57(PARTS, { hasIndex: false, inPacket: 1000 });
  const lines = convertE57(file, "XYZ").trim().split(/\r?\n/).map((line) =>
    line.split(/\s+/).map(Number)
  );
  const theirs = lines.flatMap((words) => words.slice(0, 3));
  const ours = worldPositions(await readScan(FILE, "x.e57"));
  assert(largestDifference(theirs, ours) < 0.02, `${theirs.length} ${ours.length}`);
});

Deno.test("readScan() reads spherical coordinates and normals of E57", async () => {
  const scan = await readScan(
    makeE57([{
      pose: POSE,
      columns: [
        floats("sphericalRange", "double", [2, 4]),
        floats("sphericalAzimuth", "double", [0, Math.PI / 2]),
        floats("sphericalElevation", "double", [0, Math.PI / 6]),
        floats("nor:normalX", "single", [1, 0]),
        floats("nor:normalY", "single", [0, 0]),
        floats("nor:normalZ", "single", [0, 1]),
      ],
    }], {
      more: () => `<images2D type="Vector"><vectorChild type="Structure"/></images2D>`,
    }),
    "x.e57",
  );
  const near = [652000.5, 102, -3, 652000.5 - 4 * Math.cos(Math.PI / 6), 100, -1];
  assert(largestDifference(worldPositions(scan), near) < 0.02);
  assert(largestDifference(scan.normals!, [0, 1, 0, 0, 0, 1]) < 1e-6);
  assert.deepEqual(scan.warnings.map(({ code }) => code), ["e57", "e57-images"]);
});

Deno.test("scanMemory() counts the points of E57 by its XML", () => {
  const memory = scanMemory(FILE, "x.e57");
  assert.equal(memory.points, 2 * COUNT);
  assert.equal(scanMemoryByStart(FILE.subarray(0, 500), FILE.length, "x.e57"), null);
  assert.throws(
    () => scanMemoryByStart(FILE.subarray(0, 500), 5000, "x.e57"),
    /should have \d+ bytes, and has 5000/,
  );
});

/** The file with a text of its XML replaced by one of the same length. */
function changed(from: string, to: string): Uint8Array<ArrayBuffer> {
  const bytes = FILE.slice();
  const text = new TextDecoder("latin1").decode(bytes);
  const at = text.indexOf(from);
  assert(at > 0 && from.length === to.length, from);
  bytes.set(new TextEncoder().encode(to), at);
  return withChecksums(bytes);
}

Deno.test("readScan() names what is wrong with E57", async () => {
  const flipped = FILE.slice();
  flipped[1100]! ^= 1;
  const zeroed = FILE.slice();
  zeroed[48] = 9;
  for (
    const [bytes, message] of [
      [flipped, /page 1 is damaged: its checksum does not fit \(byte 1024\)/],
      [FILE.slice(0, -1024), /should have \d+ bytes, and has \d+ \(byte \d+, field length\)/],
      [FILE.slice(0, 20), /20 bytes are too few for a header/],
      [withChecksums(zeroed), /section 9 is none of points \(byte 48, field points\)/],
      [changed('recordCount="60"', 'recordCount="61"'), /end before all 61 are there/],
      [changed('recordCount="60"', 'recordCount="6e"'), /does not count its points/],
      [changed('fileOffset="48"', 'fileOffset="52"'), /section 0 is none of points/],
      [changed("<cartesianX", "<kartesianX"), /points of hall <1> have no coordinates/],
      [
        changed('minimum="-5000" maximum="5000"', 'minimum="5000" maximum="-5000"'),
        /field cartesianZ is malformed/,
      ],
      [changed("</prototype>", "</prototypo>"), /its XML is wrong/],
    ] as const
  ) {
    await assert.rejects(readScan(bytes, "x.e57"), { name: "ScanError", message });
  }
});

Deno.test("readScan() survives damaged E57", async () => {
  const next = mulberry32(4);
  for (let i = 0; i < 120; i++) {
    const damaged = FILE.slice();
    for (let n = 0; n < 3; n++) {
      damaged[Math.floor(next() * FILE.length)] = Math.floor(next() * 256);
    }
    await readScan(withChecksums(damaged), "x.e57").catch((error) =>
      assert.equal(error.name, "ScanError", error.stack)
    );
  }
});

Deno.test("crc32c() has the value of the standard's check", () => {
  assert.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
});
