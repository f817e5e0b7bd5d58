/** Intensities and colours as scanners and other programs write them: each is read, or a warning says why not. */
import assert from "node:assert/strict";
import { readScan } from "../../lib/scan/mod.ts";
import { makePly, type PlyField } from "./files.ts";

const COUNT = 200;
const each = <T>(value: (i: number) => T) => Array.from({ length: COUNT }, (_, i) => value(i));
const place = (i: number) => [i / 10, (i * 7) % 13, i % 5];

const table = (header: string, value: (i: number) => string | number) =>
  readScan(
    new TextEncoder().encode(
      header + each((i) => [...place(i), value(i)].join(" ") + "\n").join(""),
    ),
    "a.txt",
  );
const XYZ: PlyField[] = ["x", "y", "z"].map((name) => ["float", name]);
const ply = (fields: PlyField[], values: (i: number) => number[]) => {
  const rows = each((i) => [...place(i), ...values(i)]);
  return readScan(
    makePly("binary_little_endian", [{ name: "vertex", fields: [...XYZ, ...fields], rows }]),
    "a.ply",
  );
};
const pcd = (field: string, value: (i: number) => number) =>
  readScan(
    new TextEncoder().encode(
      `VERSION 0.7\nFIELDS x y z ${field}\nSIZE 4 4 4 4\nTYPE F F F F\nCOUNT 1 1 1 1\nWIDTH ${COUNT}\nHEIGHT 1\nPOINTS ${COUNT}\nDATA ascii\n` +
        each((i) => [...place(i), value(i)].join(" ") + "\n").join(""),
    ),
    "a.pcd",
  );
const unit = (value: (i: number) => number) => each((i) => Math.fround(value(i)));

Deno.test("readScan() reads the intensities of Leica's PTS, which have a sign", async () => {
  const stored = (i: number) => -1900 + 12 * i;
  const pts = await table(`${COUNT}\n`, (i) => `${stored(i)} ${i} 10 20`);
  assert.deepEqual([...pts.intensity!], unit((i) => (stored(i) + 2048) / 4095));
  assert.deepEqual(pts.warnings.map(({ code }) => code), ["columns", "intensities-signed"]);
  assert.match(pts.warnings[1]!.text, /whole numbers from -2048 to 2047, as Leica's PTS has them/);
  // CloudCompare keeps them as floats; a single one may be far out.
  const cloud = await ply([["float", "scalar_Intensity"]], (i) => [i === 3 ? 9000 : stored(i)]);
  assert.deepEqual(cloud.intensity![0], Math.fround(148 / 4095));
  assert.deepEqual(cloud.warnings.map(({ code }) => code), [
    "intensities-signed",
    "intensities-clamped",
  ]);
  assert.match(cloud.warnings[1]!.text, /outside -2048 to 2047, such as 9000/);
});

Deno.test("readScan() reads RIEGL's reflectance, which is in decibels", async () => {
  const stored = (i: number) => -25 + i / 7;
  const scan = await table("X Y Z Reflectance[dB]\n", (i) => stored(i).toFixed(3));
  for (let i = 0; i < COUNT; i++) {
    const ratio = Math.min(1, 10 ** (stored(i) / 10));
    assert(Math.abs(scan.intensity![i]! - ratio) < 2e-4, `${i}`);
  }
  assert.deepEqual(scan.warnings.map(({ code }) => code), ["intensities-decibels"]);
});

Deno.test("readScan() says which intensities it does not read, and why", async () => {
  const unread = async (value: (i: number) => number) => {
    const { intensity, warnings } = await ply([["double", "intensity"]], (i) => [value(i)]);
    assert.equal(intensity, null);
    assert.deepEqual(warnings.map(({ code, field }) => [code, field]), [
      ["intensities-not-read", "scan"],
    ]);
    return warnings[0]!.text;
  };
  assert.match(
    await unread((i) => 5000 * i),
    /^The intensities were not read: 186 of 200 lie outside 0 to 65535, such as 70000, and /,
  );
  // Standard scores, and large numbers with a sign.
  assert.match(await unread((i) => (i - 100) / 50), /100 of 200 .* such as -2,/);
  assert.match(await unread((i) => 300 * (i - 100)), /such as -30000,/);
  assert.match(await unread(() => NaN), /such as NaN/);
  // A field that was never filled is none.
  assert.deepEqual((await ply([["float", "intensity"]], () => [0])).warnings, []);
  // Ranges without a sign are read as before.
  const plain = await ply([["float", "intensity"]], (i) => [i]);
  assert.deepEqual([...plain.intensity!], unit((i) => i / 255));
  assert.deepEqual(plain.warnings, []);
});

Deno.test("readScan() knows the intensities of Livox Viewer, ouster-ros and CloudCompare by their names", async () => {
  const wanted = unit((i) => i / 255);
  const livox = await table("X Y Z Reflectivity\n", (i) => i);
  const ouster = await pcd("reflectivity", (i) => i);
  const short = await pcd("i", (i) => i);
  const compared = await ply([["float", "scalar_Reflectance"]], (i) => [i]);
  for (const { intensity, warnings } of [livox, ouster, short, compared]) {
    assert.deepEqual([...intensity!], wanted);
    assert.deepEqual(warnings, []);
  }
  // The driver of Ouster's sensors writes both; the signal comes first.
  const both = await ply([["uchar", "reflectivity"], ["float", "intensity"]], (i) => [i, 255 - i]);
  assert.deepEqual([...both.intensity!], unit((i) => (255 - i) / 255));
});

Deno.test("readScan() reads the colours of splats that 3D Gaussian Splatting trained, and says what they are", async () => {
  const fields = ["f_dc_0", "f_dc_1", "f_dc_2", "opacity", "scale_0", "rot_0"].map((
    name,
  ): PlyField => ["float", name]);
  const scan = await ply(fields, () => [1.2, -0.4, 9, -5, -4, 1]);
  const wanted = [0.5 + 0.28209479177387814 * 1.2, 0.5 - 0.28209479177387814 * 0.4, 1];
  wanted.forEach((value, c) => assert(Math.abs(scan.colors![c]! - value) < 1e-6));
  assert.deepEqual(scan.warnings.map(({ code }) => code), ["splats"]);
  // Colours that another program computed of them go before.
  const named = await ply(
    [...fields, ["uchar", "red"], ["uchar", "green"], ["uchar", "blue"]],
    () => [
      ...[1.2, -0.4, 9, -5, -4, 1],
      ...[255, 0, 51],
    ],
  );
  assert.deepEqual([...named.colors!.subarray(0, 3)], [1, 0, 0.2].map(Math.fround));
  assert.deepEqual(named.warnings.map(({ code }) => code), ["splats"]);
});
