/** Reading LAZ files made by PDAL: what is kept as LAS, and damaged files. */
import assert from "node:assert/strict";
import process from "node:process";
import { readFileSync } from "node:fs";
import { InputError, readScan, writeScan } from "../../lib/scan/mod.ts";
import { openLazPerf } from "../../lib/scan/las/laz_perf.ts";
import { compareLas } from "./compare_loaders.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";

const load = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/scans/${name}`, import.meta.url)));

/** Reads a LAZ fixture and asserts that the scan holds LAS. */
async function readLaz(name: string) {
  const scan = await readScan(load(name), name);
  assert(scan.unpacked);
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
  const boastful = bytes.slice();
  new DataView(boastful.buffer).setBigUint64(247, 4_000_000_000n, true);
  assert(await use(boastful) instanceof InputError);
});

/** A file with another point count in its header. */
function boastful(name: string, count: number): Uint8Array {
  const bytes = load(name);
  const view = new DataView(bytes.buffer);
  view.setUint32(107, 0, true);
  view.setBigUint64(247, BigInt(count), true);
  return bytes;
}

Deno.test("readScan() refuses LAZ whose header has another point count than its chunks", async () => {
  for (const count of [88, 90, 50_000]) {
    await assert.rejects(
      readScan(boastful("format8.laz", count), "x.laz"),
      new RegExp(`first chunk of 1 has 89 points, the header says ${count}`),
    );
  }
});

Deno.test("readScan() refuses LAZ that would unpack to more than 200 times its size", async () => {
  const bytes = boastful("format8.laz", 20_000_000);
  const laszip = new TextDecoder("latin1").decode(bytes).indexOf("laszip encoded");
  // The chunk size allows all of these points in one chunk.
  new DataView(bytes.buffer).setUint32(laszip - 2 + 54 + 12, 0x7fffffff, true);
  await assert.rejects(readScan(bytes, "x.laz"), /more than 200 times its own 2714 bytes/);
});

Deno.test("openLazPerf() limits the size of the heap", async () => {
  const limit = 2 ** 22;
  const lazPerf = await openLazPerf(limit);
  assert.notEqual(lazPerf._malloc(2 ** 20), 0);
  assert.equal(lazPerf._malloc(2 ** 23), 0);
  assert(lazPerf.HEAPU8.length <= limit);
});
