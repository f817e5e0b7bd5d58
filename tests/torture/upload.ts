/**
 * The upload of a large scan, which the server must not hold in memory.
 *
 * @module
 */
import { mkdir, open, rm } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { makeLas } from "../scan/files.ts";
import { requireHealth, ServerFault } from "./client.ts";
import { remove, smallScan, submitJob } from "./jobs.ts";
import { mib, ServerProcess } from "./server.ts";
import type { Settings, Verdict } from "./section.ts";

const MEGABYTE = 1e6;
const SCAN_MEGABYTES = 400;
const GROWTH = 150;
const WARM_UP_MILLISECONDS = 5000;
/** Number of points in the block that is written repeatedly. */
const BLOCK_POINTS = 10_000;
/** A job that keeps the worker busy, so that it does not read the scan before that is cancelled. */
const PLUG = { method: "dua", augmentations: 1000 };

/** Runs the section; `count` is the size in megabytes. */
export async function upload({ count, seed, deadline, out }: Settings): Promise<Verdict> {
  const folder = join(out, "upload");
  await mkdir(folder, { recursive: true });
  const path = join(folder, "large.las");
  const size = await writeLargeLas(path, (count ?? SCAN_MEGABYTES) * MEGABYTE);
  await using server = await ServerProcess.start(folder);
  const { url } = server;
  const plug = await submitJob(url, "a", smallScan(seed, 0, 400), PLUG);
  // By then pipelines and heaps exist.
  await sleep(WARM_UP_MILLISECONDS);
  const before = server.rss();
  server.forgetPeak();
  const start = performance.now();
  const id = await post(`${url}/v1/jobs?method=source`, path, size);
  const seconds = (performance.now() - start) / 1000;
  const peak = server.peak();
  await remove(url, id);
  const cancelled = await (await fetch(`${url}/v1/jobs/${id}`)).json();
  if (cancelled.state !== "cancelled") throw new ServerFault(`the job is ${cancelled.state}`);
  await remove(url, plug.id);
  await requireHealth(url, deadline * 1000);
  await rm(path);
  const grown = peak - before;
  return {
    ok: grown < GROWTH,
    line: `${mib(size)} MiB in ${seconds.toFixed(1)} s (${
      (size / MEGABYTE / seconds).toFixed(0)
    } MB/s): memory grew by ${Math.round(grown)} MiB at most, from ${
      Math.round(before)
    } (limit ${GROWTH}); then cancelled`,
  };
}

/** Writes a LAS 1.4 of about `bytes`, block by block. @returns its exact size. */
async function writeLargeLas(path: string, bytes: number): Promise<number> {
  const block = makeLas({ minor: 4, format: 6, count: BLOCK_POINTS });
  const points = block.bytes.subarray(block.pointOffset);
  const blocks = Math.max(1, Math.round(bytes / points.length));
  const header = block.bytes.slice(0, block.pointOffset);
  new DataView(header.buffer).setBigUint64(247, BigInt(blocks * BLOCK_POINTS), true);
  const file = await open(path, "w");
  try {
    await file.write(header);
    for (let i = 0; i < blocks; i++) await file.write(points);
  } finally {
    await file.close();
  }
  return header.length + blocks * points.length;
}

/** Submits a file as a job, from the disk as a raw body. @returns the id of the job. */
async function post(url: string, path: string, size: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const outgoing = request(url, {
    method: "POST",
    headers: { "content-type": "application/octet-stream", "content-length": size },
  }, (response) => {
    let text = "";
    response.on("data", (data: Uint8Array) => text += new TextDecoder().decode(data));
    response.on("end", () => {
      if (response.statusCode === 202) resolve(JSON.parse(text).id);
      else reject(new ServerFault(`the upload is refused: ${text.slice(0, 300)}`));
    });
  });
  outgoing.on("error", reject);
  await pipeline(createReadStream(path), outgoing);
  return await promise;
}
