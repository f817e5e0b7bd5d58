/** LAZ in: a file made by PDAL, what its LAS twin keeps, and damage. */
import assert from "node:assert/strict";
import process from "node:process";
import { readFileSync } from "node:fs";
import { InputError, readScan, writeScan } from "../../lib/scan/mod.ts";
import { agree } from "./agree.ts";
import { random } from "./files.ts";

const load = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/scans/${name}`, import.meta.url)));

/** Reads a LAZ fixture, which has to come back as LAS. */
async function readLaz(name: string) {
  const scan = await readScan(load(name), name);
  assert(scan.unpacked);
  assert.equal(scan.bytes[104]! & 0xc0, 0);
  return scan;
}

Deno.test("readScan() reads LAZ, and loaders.gl agrees", async () => {
  const scan = await readLaz("format8.laz");
  assert.equal(scan.count, 89);
  assert(scan.labels!.every((label) => label === 65));
  assert.equal(await agree(load("format8.laz"), "format8.laz"), 1);
});

Deno.test("readScan() reads COPC, which loaders.gl refuses, and drops its index", async () => {
  const scan = await readLaz("paged.copc.laz");
  assert.equal(scan.count, 1065);
  assert.equal(await agree(load("paged.copc.laz"), "paged.copc.laz"), 0);
  // The unpacked twin stands for itself, and both loaders read it.
  assert.equal(await agree(scan.bytes, "twin.las"), 1);
  assert(!new TextDecoder("latin1").decode(scan.bytes).includes("copc"));
});

Deno.test("writeScan() answers LAZ as LAS with every other byte of its points kept", async () => {
  const scan = await readLaz("format8.laz");
  const labels = Uint8Array.from({ length: scan.count }, (_, i) => i % 9);
  const answer = writeScan(scan, { labels, confidence: new Float32Array(scan.count).fill(1) });
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

Deno.test("readScan() leaves the process's handlers of errors alone", async () => {
  const count = () => process.listenerCount("uncaughtException");
  const before = count();
  await readLaz("format8.laz");
  assert.equal(count(), before);
});

Deno.test("readScan() survives damaged and cut LAZ", async () => {
  const bytes = load("format8.laz");
  const next = random(3);
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
