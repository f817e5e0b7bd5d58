/**
 * Twenty clients share one GPU. One of them submits many jobs before the others, which must not wait for all of these.
 * Then all of them ask at once for immediate answers.
 *
 * @module
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  endOf,
  formOf,
  type JobView,
  requireHealth,
  requireProblem,
  ServerFault,
} from "./client.ts";
import { remove, smallScan, submitJob } from "./jobs.ts";
import type { Settings, Verdict } from "./section.ts";
import { ServerProcess } from "./server.ts";

const CLIENTS = 20;
const GREEDY_JOBS = 16;
const MODEST_JOBS = 2;
const POINTS = 400;
const OPTIONS = { method: "bn" };
/** A job that keeps the GPU busy until all others are submitted, so that only the queue decides their order. */
const PLUG = { method: "dua", augmentations: 1000 };
/** The client of the jobs that come before the others. */
const FIRST = "10.1.0.1";
const GROWTH = 256;

/** Runs the section. */
export async function clients({ count, seed, deadline, out }: Settings): Promise<Verdict> {
  const folder = join(out, "clients");
  await mkdir(folder, { recursive: true });
  await using server = await ServerProcess.start(folder, [
    ...["--max-jobs", "1000"],
    ...["--trust-proxy", "127.0.0.1"],
  ]);
  const { url } = server;
  const names = Array.from({ length: count ?? CLIENTS }, (_, i) => `10.0.0.${i + 1}`);
  const [greedy, ...modest] = names;
  // The first job of each kind creates pipelines and heaps.
  const first = await submitJob(url, FIRST, smallScan(seed, 0, POINTS), OPTIONS);
  await endOf(url, first.id, AbortSignal.timeout(deadline * 1000));
  const plug = await submitJob(url, FIRST, smallScan(seed, 1, POINTS), PLUG);
  const before = server.rss();

  const jobs: { client: string; id: string }[] = [];
  const submit = async (client: string, number: number) => {
    const { id } = await submitJob(url, client, smallScan(seed, number, POINTS), OPTIONS);
    jobs.push({ client, id });
  };
  for (let i = 0; i < GREEDY_JOBS; i++) await submit(greedy!, i);
  await Promise.all(modest.map(async (client, c) => {
    for (let i = 0; i < MODEST_JOBS; i++) await submit(client, 100 + MODEST_JOBS * c + i);
  }));
  const plugged = await (await fetch(`${url}/v1/jobs/${plug.id}`)).json();
  if (plugged.state !== "running") {
    throw new ServerFault(`the first job is ${plugged.state} too soon`);
  }
  await remove(url, plug.id);
  const ended: { client: string; job: JobView }[] = [];
  for (const { client, id } of jobs) {
    const job = await endOf(url, id, AbortSignal.timeout(10 * 60_000));
    if (job.state !== "done") throw new ServerFault(`a job of ${client} is ${job.state}`);
    ended.push({ client, job });
  }
  const order = ended.toSorted((a, b) => time(a.job.startedAt) - time(b.job.startedAt));
  // In a fair order, the greedy client gets one job done for each job of every other client.
  const lastModest = order.findLastIndex(({ client }) => client !== greedy);
  const ahead = order.slice(0, lastModest).filter(({ client }) => client === greedy).length;
  const peak = server.peak();

  const direct = await answersAtOnce(url, names, seed, deadline);
  await requireHealth(url, deadline * 1000);
  const waits = (client: (name: string) => boolean) =>
    secondsOf(
      ended.filter((entry) => client(entry.client))
        .map(({ job }) => time(job.startedAt) - time(job.createdAt)),
    );
  for (const name of names) console.log(`${name} waited ${waits((other) => other === name)}`);
  return {
    ok: ahead <= MODEST_JOBS && server.peak() - before < GROWTH,
    line:
      `${names.length} clients, one with ${GREEDY_JOBS} jobs, the others with ${MODEST_JOBS}: ${ahead} of its jobs before the last of theirs (limit ${MODEST_JOBS}); they waited ${
        waits((name) => name !== greedy)
      }, it ${waits((name) => name === greedy)}; ${direct}; memory ${
        Math.round(before)
      } MiB before, peak ${Math.round(peak)} with jobs, ${Math.round(server.peak())} in all`,
  };
}

/** Lets every client ask for immediate labels, and return when it is told to. @returns the figures. */
async function answersAtOnce(
  url: string,
  names: readonly string[],
  seed: number,
  deadline: number,
): Promise<string> {
  let busy = 0;
  const waited = await Promise.all(names.map(async (name, i) => {
    const start = performance.now();
    const signal = AbortSignal.timeout(names.length * deadline * 1000);
    for (;;) {
      const response = await fetch(`${url}/v1/segment`, {
        method: "POST",
        body: formOf(smallScan(seed, i, POINTS), OPTIONS),
        headers: { "x-forwarded-for": name },
        signal,
      });
      const text = await response.text();
      if (response.status === 200) return performance.now() - start;
      requireProblem(response, text);
      if (response.status !== 503) throw new ServerFault(text.slice(0, 300));
      busy++;
      await sleep(1000 * Number(response.headers.get("retry-after")), undefined, { signal });
    }
  }));
  return `all at once: labelled after ${secondsOf(waited)}, ${busy} times told to come back`;
}

function time(iso: string | null): number {
  return Date.parse(iso!);
}

/** Returns least, median and most of a list of milliseconds, in seconds. */
function secondsOf(milliseconds: readonly number[]): string {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (q: number) => (sorted[Math.round(q * (sorted.length - 1))]! / 1000).toFixed(1);
  return `${at(0)} / ${at(0.5)} / ${at(1)} s (least, median, most)`;
}
