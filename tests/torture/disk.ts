/**
 * A full disk: jobs wait, uploads are refused, deleting works, and no answer is cut. The disk is a file system in memory,
 * which takes Linux and root.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { SmallDisk } from "../routes/full_disk.ts";
import { endOf } from "./client.ts";
import { remove, smallScan, submitJob } from "./jobs.ts";
import type { Settings, Verdict } from "./section.ts";
import { ServerProcess } from "./server.ts";

const JOBS = 6;
const POINTS = 400;
const OPTIONS = { method: "dua", augmentations: 100 };

/** Runs the section; `count` is the number of jobs. */
export async function disk({ count, seed, deadline, out }: Settings): Promise<Verdict> {
  const wanted = count ?? JOBS;
  await using small = await SmallDisk.mount();
  if (!small) return { ok: true, line: "left out: no file system can be mounted here" };
  // The log lies elsewhere.
  const folder = join(out, "disk");
  await mkdir(folder, { recursive: true });
  await using server = await ServerProcess.start(folder, [
    ...["--data", small.folder],
    ...["--reserve", "1"],
  ]);
  const { url } = server;
  const jobs: string[] = [];
  for (let number = 0; number < wanted; number++) {
    jobs.push((await submitJob(url, "a", smallScan(seed, number, POINTS), OPTIONS)).id);
  }
  const signal = AbortSignal.timeout(deadline * 1000 * wanted);
  await endOf(url, jobs[0]!, signal);
  await small.fill();
  const upload = await fetch(`${url}/v1/jobs?method=source`, {
    method: "POST",
    body: smallScan(seed, wanted, POINTS).scan.bytes as Uint8Array<ArrayBuffer>,
  });
  await upload.body?.cancel();
  const ready = await fetch(`${url}/health/ready`);
  await ready.body?.cancel();
  // The answer needs room: it is refused, or whole.
  const answers = [];
  for (const accept of ["application/ply", "application/json"]) {
    const answer = await fetch(`${url}/v1/jobs/${jobs[0]}/result`, { headers: { accept } });
    const { length } = await answer.bytes();
    answers.push(answer.status);
    if (answer.status === 200) assert.equal(length, Number(answer.headers.get("content-length")));
  }
  const deleted = await fetch(`${url}/v1/jobs/${jobs.pop()}`, { method: "DELETE" });
  await deleted.body?.cancel();
  await small.empty();
  const states = [];
  for (const id of jobs) states.push((await endOf(url, id, signal)).state);
  for (const id of jobs) await remove(url, id);
  const done = states.filter((state) => state === "done").length;
  const statuses = [upload.status, ready.status, deleted.status];
  return {
    ok: done === jobs.length && `${statuses}` === "507,503,204",
    line:
      `on the full disk an upload got ${upload.status}, /health/ready ${ready.status}, DELETE ${deleted.status}, ` +
      `results ${
        answers.join(" and ")
      }; with room again, ${done} of ${jobs.length} accepted jobs done`,
  };
}
