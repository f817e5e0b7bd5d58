/** What a request takes is known before it is taken, and refused where it is too much. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import {
  MemoryError,
  photoHeader,
  readScan,
  scanMemory,
  scanMemoryByStart,
} from "../../../lib/scan/mod.ts";
import { MemoryAccount, memoryBudget, usualMemory } from "../../../lib/serving/files/memory.ts";
import { makeLas, makePly, type PlyField } from "../../scan/files.ts";
import { makeJpeg, makePng, unfiltered, WEBP } from "../../scan/images.ts";

const MIB = 2 ** 20;
const XYZ: PlyField[] = [["float", "x"], ["float", "y"], ["float", "z"]];
const COLOURS: PlyField[] = [["uchar", "red"], ["uchar", "green"], ["uchar", "blue"]];

Deno.test("MemoryAccount.take() adds up, and refuses with the numbers and the mend", () => {
  const account = new MemoryAccount(10 * MIB);
  account.take(6 * MIB, "a.las", "to hold the file");
  assert.throws(() => account.take(5 * MIB, "b.las", "to read 7 points"), (error) => {
    assert.ok(error instanceof MemoryError);
    assert.equal(
      error.message,
      "Cannot take b.las: it needs 5 MiB of memory to read 7 points beside the 6 MiB before that; " +
        "a request may hold 10 MiB; send less at a time, or start the server with a larger --memory",
    );
    return true;
  });
  account.take(4 * MIB, "c.las", "to hold the file");
});

/** A scan of every kind. */
async function scansOfEveryKind(): Promise<Uint8Array[]> {
  const laz = await readFile(new URL("../../../fixtures/scans/format8.laz", import.meta.url));
  const rows = Array.from({ length: 50 }, (_, i) => [i, 2 * i, 1, i, 9, 7]);
  const ply = { name: "vertex", fields: [...XYZ, ...COLOURS], rows };
  return [
    new Uint8Array(laz),
    makeLas({ minor: 2, format: 3, count: 50 }).bytes,
    makePly("ascii", [ply]),
    makePly("binary_big_endian", [ply]),
  ];
}

Deno.test("scanMemory() counts at least the arrays that readScan() makes, for every format", async () => {
  for (const bytes of await scansOfEveryKind()) {
    const { points, readingBytes, fileBytes } = scanMemory(bytes, "x");
    const scan = await readScan(bytes, "x");
    assert.equal(points, scan.count);
    const { positions, colors, intensity, normals, labels } = scan;
    const kept = [positions, colors, intensity, normals, labels]
      .reduce((sum, values) => sum + (values?.byteLength ?? 0), 0);
    const doubles = 2 * positions.byteLength;
    assert.ok(readingBytes >= kept + doubles, `${readingBytes} for ${kept} and ${doubles}`);
    assert.ok(fileBytes >= scan.bytes.length);
  }
});

Deno.test("scanMemoryByStart() says the same of the beginning of a file", async () => {
  for (const bytes of await scansOfEveryKind()) {
    const start = bytes.subarray(0, 400);
    assert.deepEqual(scanMemoryByStart(start, bytes.length, "x"), scanMemory(bytes, "x"));
    assert.deepEqual(scanMemoryByStart(bytes, bytes.length, "x"), scanMemory(bytes, "x"));
  }
  const [, las, ply] = await scansOfEveryKind();
  assert.equal(scanMemoryByStart(ply!.subarray(0, 99), ply!.length, "x"), null);
  assert.throws(() => scanMemoryByStart(ply!.subarray(0, 99), 99, "x"), /before end_header/);
  assert.throws(() => scanMemoryByStart(las!, las!.length - 1, "x"), /50 points .* do not fit/);
});

Deno.test("photoHeader() needs no more than the beginning of a photograph", async () => {
  const raw = unfiltered([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]);
  const png = makePng({ width: 2, height: 2, depth: 8, colorType: 2, raw });
  const jpeg = await makeJpeg(png as Uint8Array<ArrayBuffer>, 6);
  for (const [bytes, least] of [[png, 33], [jpeg, jpeg.length - 40], [WEBP, 40]] as const) {
    const { length } = bytes;
    const header = photoHeader(bytes.subarray(0, least), "x", undefined, length);
    assert.deepEqual(header, photoHeader(bytes, "x"));
  }
  assert.throws(() => photoHeader(WEBP.subarray(0, 40), "x"), /truncated/);
});

Deno.test("scanMemory() believes a header of PLY as far as the file can hold its points", () => {
  for (const encoding of ["ascii", "binary_little_endian"] as const) {
    const bytes = makePly(encoding, [{ name: "vertex", fields: XYZ, rows: [[1, 2, 3]] }]);
    const text = new TextDecoder("latin1").decode(bytes);
    const lie = text.replace("vertex 1", "vertex 900000000000");
    const { points } = scanMemory(Uint8Array.from(lie, (c) => c.charCodeAt(0)), "lie.ply");
    assert.ok(points <= 2, `${points}`);
  }
});

Deno.test("MemoryAccount.takeScan() also refuses what could not be answered", () => {
  const memory = { points: 1e6, readingBytes: 65e6, fileBytes: 34e6 };
  new MemoryAccount(400e6).takeScan(memory, "a.las", 300e6);
  assert.throws(
    () => new MemoryAccount(300e6).takeScan(memory, "a.las", 300e6),
    /to label 1000000/,
  );
  assert.throws(() => new MemoryAccount(400e6).takeScan(memory, "a.las", 200e6), /to answer with/);
});

Deno.test("MemoryAccount.takePhotograph() counts channels and depth, the largest decoding once", () => {
  const header = (depth: number, colorType: number) => {
    const raw = new Uint8Array(0);
    const bytes = makePng({ width: 8000, height: 8000, depth, colorType, raw });
    return { ...photoHeader(bytes, "a.png"), fileBytes: bytes.length };
  };
  const [grey, rgba] = [header(8, 0), header(16, 6)];
  assert.ok(rgba.decodingBytes > 5 * grey.decodingBytes);
  /** The least mebibytes with which photographs are taken. */
  const taken = (...photographs: typeof grey[]) => {
    for (let most = MIB;; most += 16 * MIB) {
      const account = new MemoryAccount(most);
      try {
        for (const photograph of photographs) account.takePhotograph(photograph, "a.png", []);
        return most / MIB;
      } catch (error) {
        assert.ok(error instanceof MemoryError);
      }
    }
  };
  const [one, two] = [taken(rgba), taken(rgba, rgba)];
  assert.ok(one >= 61 * 43 && two - one < one / 4, `${one} and ${two} MiB`);
  const small = { ...grey, width: 100, height: 100, decodingBytes: 0, fileBytes: 0 };
  const pixels = new MemoryAccount(6 * 10_000);
  pixels.takePhotograph(small, "a.png", []);
  assert.throws(
    () => new MemoryAccount(6 * 10_000).takePhotograph(small, "a.png", [], { views: 6, pixels: 2 }),
    MemoryError,
    "a panorama is held as views that may have twice its pixels",
  );
  const unlimited = new MemoryAccount(Infinity);
  for (let i = 0; i < 67; i++) unlimited.takePhotograph(grey, "a.png", []);
  assert.throws(
    () => unlimited.takePhotograph(grey, "b.png", []),
    /b\.png.*more than the limit of 4294967296/,
  );
});

Deno.test("usualMemory() is a share of the machine's memory, and memoryBudget() divides it", async () => {
  const bytes = await usualMemory();
  assert.ok(bytes > 64 * MIB && bytes <= Deno.systemMemoryInfo().total * 3 / 4);
  const { labelling, answering } = memoryBudget(900);
  assert.deepEqual([Math.round(labelling), Math.round(answering)], [600, 300]);
});
