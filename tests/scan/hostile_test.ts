/** Truncated and randomly damaged files give a scan or an InputError, and never a shorter scan. */
import assert from "node:assert/strict";
import { InputError, readScan, type Scan, writeScan } from "../../lib/scan/mod.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { makeLas, makePly, PLY_ENCODINGS, type PlyField } from "./files.ts";

const FIELDS: PlyField[] = [["double", "x"], ["float", "y"], ["int", "z"], ["uchar", "label"]];
const rows = Array.from({ length: 12 }, (_, i) => [i + 0.5, -i, i * 1000, i % 4]);
const faces = {
  name: "face",
  fields: [["list uchar int", "vertex_indices"]] as PlyField[],
  rows: [[[0, 1, 2]], [[3, 4, 5, 6]]],
};
const vlrs: [string, number, Uint8Array][] = [["LASF_Spec", 4, new Uint8Array(192)]];
const FILES = [
  ...PLY_ENCODINGS.map((encoding) => ({
    name: encoding,
    bytes: makePly(encoding, [faces, { name: "vertex", fields: FIELDS, rows }, {
      ...faces,
      name: "b",
    }]),
  })),
  { name: "LAS 1.2", bytes: makeLas({ minor: 2, format: 3, count: 12, vlrs }).bytes },
  {
    name: "LAS 1.4",
    bytes: makeLas({ format: 8, count: 12, vlrs, evlrs: [new Uint8Array(9)], extra: 4 }).bytes,
  },
];

/** Reads a file and writes labels into it. */
async function use(bytes: Uint8Array): Promise<Scan | InputError> {
  try {
    const scan = await readScan(bytes, "x");
    assert(scan.positions.every(Number.isFinite));
    assert.equal(scan.positions.length, 3 * scan.count);
    writeScan(scan, {
      labels: new Uint8Array(scan.count),
      confidence: new Float32Array(scan.count),
      extraBytes: true,
    });
    return scan;
  } catch (error) {
    assert(error instanceof InputError, (error as Error).stack);
    return error;
  }
}

for (const { name, bytes } of FILES) {
  Deno.test(`readScan() refuses every truncation of the points of ${name}`, async () => {
    const whole = await use(bytes);
    assert(!(whole instanceof InputError) && whole.count === 12 && whole.warnings.length === 0);
    for (let length = 0; length < bytes.length; length++) {
      const outcome = await use(bytes.subarray(0, length));
      // A missing last line end of an ASCII file, or missing digits of its last number, cannot be noticed.
      const isWhole = name === "ascii" && length >= bytes.length - 1;
      // What follows the points is not needed; that it is damaged is said.
      assert(
        outcome instanceof InputError ||
          (outcome.count === 12 && (isWhole || outcome.warnings.length === 1)),
        `${length} of ${bytes.length}: ${outcome}`,
      );
    }
  });

  Deno.test(`readScan() survives damage to ${name}`, async () => {
    const next = mulberry32(11);
    for (let round = 0; round < 1000; round++) {
      const damaged = bytes.slice();
      for (let hits = 1 + Math.floor(next() * 3); hits > 0; hits--) {
        damaged[Math.floor(next() * damaged.length)] = Math.floor(next() * 256);
      }
      await use(damaged);
    }
  });
}
