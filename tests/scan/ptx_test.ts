/** PTX scans: the ordered text of Leica Cyclone and FARO SCENE, several scans with poses, damaged files. */
import assert from "node:assert/strict";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import {
  readScan,
  ScanError,
  scanFormat,
  scanMemory,
  scanMemoryByStart,
  writeScan,
} from "../../lib/scan/mod.ts";
import { largestDifference, worldPositions } from "./files.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readScan(bytesOf(text), "x.ptx");

const PLACE = "0 0 0\n1 0 0\n0 1 0\n0 0 1\n";
/** A quarter turn about z, then a shift. */
const TURNED = "0 1 0 0\n-1 0 0 0\n0 0 1 0\n652000.5 100 -3 1\n";
const UNTURNED = "1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 0 1\n";

/** Two scans as Cyclone writes them: a place from which nothing came back has zeros, and half of an intensity. */
const FILE = `2\n3\n${PLACE}${UNTURNED}` +
  "1 2 3 0.25 255 0 0\n0 0 0 0.5 0 0 0\n4 5 6 0.5 0 255 0\n" +
  "7 8 9 0.75 0 0 255\n0 0 0 0.5 0 0 0\n-1.5 2e1 .5 1 10 20 30\n" +
  `1\n2\n652000.5 100 -3\n0 1 0\n-1 0 0\n0 0 1\n${TURNED}` +
  "1 2 3 0.125 1 2 3\n0.000 0 -0 0.5 0 0 0\n";

Deno.test("readScan() reads all scans of a PTX of Leica Cyclone by their matrices, and writeScan() answers with PLY", async () => {
  const file = bytesOf(FILE);
  assert.equal(scanFormat(file, "x.ptx"), "ply");
  for (
    const text of [FILE, FILE.replaceAll("\n", "\r\n"), FILE.replaceAll("\n", " \n").trimEnd()]
  ) {
    const scan = await read(text);
    assert.deepEqual([scan.format, scan.converted, scan.count], ["ply", "ptx to ply", 5]);
    assert.deepEqual(scan.leftOut, [1, 4, 7]);
    const wanted = [1, 2, 3, 4, 5, 6, 7, 8, 9, -1.5, 20, 0.5, 652000.5 - 2, 101, 0];
    assert(largestDifference(worldPositions(scan), wanted) < 0.05);
    assert.deepEqual([...scan.intensity!], [0.25, 0.5, 0.75, 1, 0.125]);
    assert.deepEqual([...scan.colors!.subarray(0, 9)], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    assert.deepEqual(scan.warnings.map(({ code }) => code), ["ptx", "points-left-out"]);
    assert.match(
      scan.warnings[0]!.text,
      /answered as PLY: the points of its 2 scans .* in their order\. Of its points, 3 lay at 0, 0, 0/,
    );
  }
  const scan = await read(FILE);
  const answer = writeScan(scan, {
    labels: Uint8Array.of(1, 2, 3, 4, 5),
    confidence: new Float32Array(5).fill(0.5),
  });
  const text = new TextDecoder("latin1").decode(answer.subarray(0, 1500));
  assert.match(text, /comment scan 0 columns 2, rows 3, position 0 0 0, matrix 1 0 0 0 /);
  assert.match(
    text,
    /comment scan 1 columns 1, rows 2, position 652000\.5 100 -3, matrix 0 1 0 0 /,
  );
  assert.deepEqual([...text.matchAll(/property (\w+ \w+)/g)].map(([, found]) => found), [
    ...["double x", "double y", "double z", "double intensity"],
    ...["uchar red", "uchar green", "uchar blue", "ushort scan", "int label", "float confidence"],
  ]);
  const again = await readScan(answer, "x.ply");
  assert.deepEqual([...again.labels!], [1, 2, 3, 4, 5]);
  assert.deepEqual(again.positions, scan.positions);
  assert.deepEqual(again.leftOut, [1, 4, 7]);
});

Deno.test("readScan() moves the points of a PTX as LAStools and CloudCompare do", async () => {
  // The file and the numbers of an article on matrix transformation in LAStools.
  const scan = await read(
    "3\n3\n0.000000 0.000000 0.000000\n1.000000 0.000000 0.000000\n0.000000 1.000000 0.000000\n0.000000 0.000000 1.000000\n" +
      "-0.955179 0.296021 -0.002106 0.000000\n-0.296023 -0.955180 0.001152 0.000000\n-0.001670 0.001724 0.999997 0.000000\n3.847211 12.235314 -0.425777 1.000000\n" +
      "1.111111 2.111111 3.111 0.111\n1.222222 2.222222 3.222 0.212\n0 0 0 0\n0 0 0 0 \n1.333333 2.333333 3.333 0.312\n" +
      "1.444444 2.444444 3.444 0.423\n0 0 0 0\n1.555555 2.555555 3.555 0.534\n1.666666 2.666666 3.666 0.678\n",
  );
  assert(
    largestDifference(worldPositions(scan), [
      ...[2.156, 10.553, 2.685, 2.017, 10.480, 2.796, 1.877, 10.407, 2.907],
      ...[1.738, 10.334, 3.018, 1.599, 10.261, 3.129, 1.460, 10.188, 3.240],
    ]) < 1e-3,
  );
  assert.deepEqual([scan.colors, scan.leftOut], [null, [2, 3, 6]]);
});

Deno.test("readScan() reads colours of PTX from 0 to 1, and scans without any beside those that have them", async () => {
  const scan = await read(
    `1\n2\n${PLACE}${UNTURNED}1 2 3 0.5 1 0.5 0\n4 5 6 0.5 0 0 1\n1\n1\n${PLACE}${UNTURNED}7 8 9 1\n`,
  );
  assert.deepEqual([...scan.colors!], [1, 0.5, 0, 0, 0, 1, 0, 0, 0]);
});

Deno.test("readScan() names the line that is wrong in PTX", async () => {
  const lines = FILE.split("\n");
  const changed = (line: number, text: string) =>
    lines.map((old, i) => i === line - 1 ? text : old).join("\n");
  for (
    const [text, message] of [
      [changed(2, "4"), /line 17 has 1 values where point 7 of 8 has 7/],
      [changed(2, "2"), /line 15 has '0 0 0 0.5 0 0 0' where the number of columns belongs/],
      [changed(2, "99"), /line 2 counts 198 points, which do not fit into the file/],
      [changed(5, "0 1"), /line 5 has 2 values where axis y of the scanner has 3/],
      [
        changed(7, "1 0 0 652000"),
        /line 7 has 652000 where row 1 of the matrix ends with 0 .*; write the shift/,
      ],
      [changed(10, "0 0 0 0"), /line 10 has 0 where row 4 of the matrix ends with 1/],
      [changed(13, "4 5 6 0.5"), /line 13 has 4 values where point 3 of 6 has 7/],
      [changed(11, "1 2 3 0.5 1"), /line 11 has 5 values where point 1 of 6 has 4 or 7/],
      [changed(14, "7,5 8 9 0.75 0 0 255"), /line 14 has '7,5' where a number belongs/],
      [lines.slice(0, 27).join("\n"), /the file ends before point 2 of 2 of scan 2/],
      [lines.slice(0, 20).join("\n"), /the file ends before axis y of the scanner of scan 2/],
      [`0\n0\n${PLACE}${UNTURNED}`, /the scan is empty/],
      [`1\n1\n${PLACE}${UNTURNED}0 0 0 0.5\n`, /none of its points has a position/],
    ] as const
  ) {
    await assert.rejects(read(text), (error) => {
      assert(error instanceof ScanError, String(error));
      assert.match(error.message, message);
      assert.match(error.message, /^Cannot read x\.ptx: .*; .*[^.]$/);
      return true;
    });
  }
});

Deno.test("scanMemory() counts the points of PTX by its lines", () => {
  const memory = scanMemory(bytesOf(FILE), "x.ptx");
  assert(memory.points >= 8 && memory.readingBytes > memory.fileBytes);
  assert.equal(scanMemoryByStart(bytesOf(FILE).subarray(0, 200), FILE.length, "x.ptx"), null);
});

Deno.test("scanFormat() takes PTS, which counts its points in one line, to be no PTX", () => {
  assert.equal(scanFormat(bytesOf("2\n1 2 3 -7 1 2 3\n4 5 6 8 1 2 3\n"), "x.pts"), "csv");
  assert.equal(scanFormat(bytesOf("1 2 3\n4 5 6\n"), "x.xyz"), "csv");
});

Deno.test("readScan() survives damaged PTX", async () => {
  const next = mulberry32(3);
  for (let i = 0; i < 300; i++) {
    const end = i % 3 === 0 ? Math.floor(next() * FILE.length) + 1 : undefined;
    const damaged = bytesOf(FILE).slice(0, end);
    for (let n = 0; n < i % 4; n++) {
      damaged[Math.floor(next() * damaged.length)] = Math.floor(next() * 128);
    }
    await readScan(damaged, "x.ptx").then(
      ({ count, leftOut = [] }) => assert(count + leftOut.length > 0),
      (error) => assert.equal(error.name, "ScanError", error.stack),
    );
  }
});
