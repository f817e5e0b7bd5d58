/** Reading LAZ files made by PDAL: what is kept as LAS, and damaged files. */
import assert from "node:assert/strict";
import process from "node:process";
import { readFileSync } from "node:fs";
import { InputError, readScan, scanMemory, writeScan } from "../../lib/scan/mod.ts";
import { openLazPerf } from "../../lib/scan/las/laz_perf.ts";
import { compareLas } from "./compare_loaders.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";

const load = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/scans/${name}`, import.meta.url)));

/** Reads a LAZ fixture and asserts that the scan holds LAS. */
async function readLaz(name: string) {
  const scan = await readScan(load(name), name);
  assert.equal(scan.converted, "laz to las");
  assert.equal(scan.bytes[104]! & 0xc0, 0);
  return scan;
}

Deno.test("readScan() reads LAZ and agrees with loaders.gl", async () => {
  const scan = await readLaz("format8.laz");
  assert.equal(scan.count, 89);
  assert(scan.labels!.every((label) => label === 65));
  assert.equal(await compareLas(load("format8.laz"), "format8.laz"), 1);
});

Deno.test("readScan() reads COPC, which loaders.gl refuses, and drops its index", async () => {
  const scan = await readLaz("paged.copc.laz");
  assert.equal(scan.count, 1065);
  assert.equal(await compareLas(load("paged.copc.laz"), "paged.copc.laz"), 0);
  // The unpacked file is complete, and both loaders read it.
  assert.equal(await compareLas(scan.bytes, "twin.las"), 1);
  assert(!new TextDecoder("latin1").decode(scan.bytes).includes("copc"));
});

Deno.test("writeScan() answers LAZ as LAS and keeps every other byte of the points", async () => {
  const scan = await readLaz("format8.laz");
  const labels = Uint8Array.from({ length: scan.count }, (_, i) => i % 9);
  const answer = writeScan(scan, {
    labels,
    confidence: new Float32Array(scan.count).fill(1),
    keepLabels: false,
  });
  const view = new DataView(answer.buffer);
  const [start, length] = [view.getUint32(96, true), view.getUint16(105, true)];
  assert.equal(answer.length, scan.bytes.length);
  for (let at = 0; at < answer.length; at++) {
    if (answer[at] === scan.bytes[at]) continue;
    assert.equal((at - start) % length, 16, `byte ${at} changed`);
  }
  const back = await readScan(answer, "labelled.las");
  assert.deepEqual([...back.labels!], [...labels]);
});

Deno.test("readScan() leaves the error handlers of the process alone", async () => {
  const count = () => process.listenerCount("uncaughtException");
  const before = count();
  await readLaz("format8.laz");
  assert.equal(count(), before);
});

Deno.test("readScan() survives damaged and cut LAZ", async () => {
  const bytes = load("format8.laz");
  const next = mulberry32(3);
  const use = (data: Uint8Array) =>
    readScan(data, "x.laz").then((scan) => scan.count, (error) => {
      assert(error instanceof InputError, (error as Error).stack);
      return error;
    });
  for (let round = 0; round < 25; round++) {
    const damaged = bytes.slice();
    damaged[Math.floor(next() * damaged.length)] = Math.floor(next() * 256);
    await use(damaged);
    const cut = await use(bytes.subarray(0, Math.floor(next() * bytes.length)));
    assert(cut instanceof InputError);
  }
});

/** A file with other point counts in its header. */
function counting(name: string, count: number, legacy = 0): Uint8Array {
  const bytes = load(name);
  const view = new DataView(bytes.buffer);
  view.setUint32(107, legacy, true);
  view.setBigUint64(247, BigInt(count), true);
  return bytes;
}

Deno.test("readScan() reads what layered chunks hold, whatever the header counts, and says so", async () => {
  for (
    const [name, count, legacy] of [
      ["format8.laz", 4_000_000_000, 0],
      ["format8.laz", 89, 7],
      // The first of its 65 chunks fits these counts too.
      ["paged.copc.laz", 1060, 0],
    ] as const
  ) {
    const right = await readLaz(name);
    assert.deepEqual(right.warnings.filter(({ code }) => code === "points"), []);
    const scan = await readScan(counting(name, count, legacy), name);
    assert.deepEqual(scan.positions, right.positions);
    assert.match(
      scan.warnings.find(({ code }) => code === "points")!.text,
      new RegExp(`counts ${count}.* points, and the file holds ${right.count}, which were read`),
    );
    assert.equal(scanMemory(counting(name, count, legacy), name).points, right.count);
    // The answer says how many there are.
    assert.deepEqual((await readScan(scan.bytes, name)).warnings, right.warnings);
  }
});

Deno.test("readScan() refuses LAZ whose layered chunks do not lie one behind the other", async () => {
  const { bytes, view, chunk, table } = layered();
  const patched = (at: number, value: number) => {
    const copy = bytes.slice();
    new DataView(copy.buffer).setUint32(at, value, true);
    return readScan(copy, "x.laz");
  };
  const layer = chunk + 53 + 4;
  const size = view.getUint32(layer, true);
  await assert.rejects(patched(layer, size + 1), /chunk 1 of 1 reaches into the chunk table/);
  await assert.rejects(patched(layer, size - 1), /1 bytes behind its 1 chunks belong to none/);
  await assert.rejects(patched(chunk + 53, 0), /has 0 points/);
  await assert.rejects(patched(chunk + 53, 60_000), /has 60000 points, and chunks have 50000/);
  await assert.rejects(patched(table + 4, 2), /chunk 1 of 2 has 89 points, and chunks have/);
  await assert.rejects(patched(table + 4, 0), /no chunks/);
});

/** A file with one layered chunk, and where it and the chunk table lie. */
function layered() {
  const bytes = load("format8.laz");
  const view = new DataView(bytes.buffer);
  const points = view.getUint32(96, true);
  return { bytes, view, chunk: points + 8, table: Number(view.getBigInt64(points, true)) };
}

Deno.test("readScan() refuses LAZ that would unpack to more than 200 times its size", async () => {
  const { bytes, view, chunk } = layered();
  const laszip = new TextDecoder("latin1").decode(bytes).indexOf("laszip encoded");
  // The chunk size allows all of these points in one chunk.
  view.setUint32(laszip - 2 + 54 + 12, 0x7fffffff, true);
  view.setUint32(chunk + 53, 20_000_000, true);
  await assert.rejects(readScan(bytes, "x.laz"), /more than 200 times its own 2714 bytes/);
});

Deno.test("openLazPerf() limits the size of the heap", async () => {
  const limit = 2 ** 22;
  const lazPerf = await openLazPerf(limit);
  assert.notEqual(lazPerf._malloc(2 ** 20), 0);
  assert.equal(lazPerf._malloc(2 ** 23), 0);
  assert(lazPerf.HEAPU8.length <= limit);
});
