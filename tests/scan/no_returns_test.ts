/** Points at 0, 0, 0 where nothing came back: left out in every format, and kept in the answer. */
import assert from "node:assert/strict";
import { echoesOf, readScan, type Scan, writeScan } from "../../lib/scan/mod.ts";
import { floats, integers, makeE57 } from "./e57_files.ts";
import { makeLas, makePly, type PlyField } from "./files.ts";

const COUNT = 2000;

/** The place of a pulse that came back; three of five did not, as in a sweep under the open sky. */
const place = (i: number) => [1 + i / 100, 2 - i / 50, 3 + (i % 7) / 8];
const isLost = (i: number) => i % 5 < 3;
const sweep = Array.from({ length: COUNT }, (_, i) => isLost(i) ? [0, 0, 0] : place(i));
const LOST = sweep.flatMap((_, i) => isLost(i) ? [i] : []);

const textFile = (text: string) => new TextEncoder().encode(text);
const lines = (rows: number[][], end = "") =>
  rows.map((row) => row.join(" ") + end + "\n").join("");

/** An organised sweep as the driver of Ouster's sensors has PCL write it. */
const pcd = (rows: number[][]) =>
  textFile(
    `# .PCD v0.7\nVERSION 0.7\nFIELDS x y z intensity\nSIZE 4 4 4 4\nTYPE F F F F\nCOUNT 1 1 1 1\nWIDTH ${
      rows.length / 20
    }\nHEIGHT 20\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS ${rows.length}\nDATA ascii\n${lines(rows, " 0")}`,
  );
const XYZ: PlyField[] = ["x", "y", "z"].map((name) => ["float", name]);
const ply = (rows: number[][]) =>
  makePly("binary_little_endian", [{ name: "vertex", fields: XYZ, rows }]);

function assertNoReturns(scan: Scan, rows: readonly number[]) {
  assert.deepEqual(scan.leftOut, rows);
  assert.equal(scan.count, COUNT - rows.length);
  const said = scan.warnings.filter(({ code }) => code === "points-left-out");
  assert.equal(said.length, 1);
  assert.match(said[0]!.text, /^1200 points have .*number 0, 1, 2, …\) and got no label; /);
}

for (
  const [name, bytes] of [
    ["a sweep of ouster-ros as PCD", pcd(sweep)],
    ["a sweep of sick_scan_xd as PLY", ply(sweep)],
    ["a sweep of the Livox driver as text", textFile("x y z\n" + lines(sweep))],
  ] as const
) {
  Deno.test(`readScan() leaves out the no-returns of ${name}, and writeScan() keeps their rows`, async () => {
    const scan = await readScan(bytes, "sweep");
    assertNoReturns(scan, LOST);
    assert.match(scan.warnings[0]!.text, /0, 0, 0, as sensors write them where nothing came back/);
    const answer = writeScan(scan, {
      labels: new Uint8Array(scan.count).fill(4),
      confidence: new Float32Array(scan.count).fill(0.5),
    });
    const again = await readScan(answer, "sweep");
    assertNoReturns(again, LOST);
    assert.deepEqual(again.positions, scan.positions);
    assert.deepEqual([...new Set(again.labels!)], [4]);
  });
}

Deno.test("readScan() leaves out the no-returns of LAS by its coordinates, not by the integers that it stores", async () => {
  const { bytes, pointOffset, recordBytes } = makeLas({ minor: 2, format: 0, count: COUNT });
  const view = new DataView(bytes.buffer);
  // Two echoes of every pulse, and coordinates that an offset and a scale give with rounding.
  for (let i = 0; i < COUNT; i++) {
    const at = pointOffset + i * recordBytes;
    bytes[at + 14] = 2 | 2 << 4;
    for (let axis = 0; axis < 3; axis++) {
      view.setInt32(at + 4 * axis, Math.round((sweep[i]![axis]! - 0.3) / 0.001), true);
    }
  }
  for (let axis = 0; axis < 3; axis++) {
    view.setFloat64(131 + 8 * axis, 0.001, true);
    view.setFloat64(155 + 8 * axis, 0.3, true);
  }
  const scan = await readScan(bytes, "sweep.las");
  assertNoReturns(scan, LOST);
  assert.equal(echoesOf(scan)!.count.length, scan.count);
  // Zeros in the file are places on the ground where an offset says so.
  for (let i = 0; i < COUNT; i++) {
    if (!isLost(i)) continue;
    for (let axis = 0; axis < 3; axis++) {
      view.setInt32(pointOffset + i * recordBytes + 4 * axis, 0, true);
    }
  }
  const offset = await readScan(bytes, "sweep.las");
  assert.deepEqual([offset.count, offset.leftOut], [COUNT, undefined]);
});

Deno.test("readScan() finds the no-returns of E57 before the pose of their scanner moves them", async () => {
  const columns = ["cartesianX", "cartesianY", "cartesianZ"].map((name, axis) =>
    floats(name, "double", sweep.map((row) => row[axis]!))
  );
  const pose =
    `<pose type="Structure"><translation type="Structure"><x type="Float">600</x><y type="Float">100</y><z type="Float">3</z></translation></pose>`;
  const scan = await readScan(makeE57([{ columns, pose }], { inPacket: 500 }), "a.e57");
  assertNoReturns(scan, LOST);
  assert.match(
    scan.warnings.find(({ code }) => code === "e57")!.text,
    /Of its points, 1200 lay at 0, 0, 0 of their scanner/,
  );
  // Those that the file itself says to be invalid were never counted among them.
  const invalid = integers("cartesianInvalidState", 0, 2, sweep.map((_, i) => isLost(i) ? 2 : 0));
  const said = await readScan(
    makeE57([{ columns: [...columns, invalid], pose }], { inPacket: 500 }),
    "a.e57",
  );
  assertNoReturns(said, LOST);
  assert.doesNotMatch(said.warnings.find(({ code }) => code === "e57")!.text, /at 0, 0, 0/);
});

Deno.test("readScan() keeps points at 0, 0, 0 that a scan may have there", async () => {
  const kept = async (rows: number[][]) => {
    const { count, leftOut, warnings } = await readScan(ply(rows), "a.ply");
    assert.deepEqual([count, leftOut, warnings], [rows.length, undefined, []]);
  };
  const zeros = (count: number) => Array.from({ length: count }, () => [0, 0, 0]);
  const places = (count: number) => Array.from({ length: count }, (_, i) => place(i));
  await kept([...zeros(1), ...places(COUNT)]);
  await kept([...zeros(3), ...places(10)]);
  // Fewer than one in a thousand.
  await kept([...zeros(5), ...places(5000)]);
  // Whole metres: every place holds about as many points.
  await kept(Array.from({ length: COUNT }, (_, i) => [i % 4, (i >> 2) % 4, (i >> 4) % 4]));
});

Deno.test("readScan() refuses a scan of no-returns alone", async () => {
  await assert.rejects(
    readScan(ply(Array.from({ length: 9 }, () => [0, 0, 0])), "a.ply"),
    /none of its points has a position: a coordinate of the first is 0 like those of all others .*; send points/,
  );
});
