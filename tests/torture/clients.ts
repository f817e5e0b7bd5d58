/**
 * Twenty clients and one GPU. One of them hands in many jobs before all others: these must not wait for it. All of
 * them then ask at once for an answer on the spot.
 *
 * @module
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Broken, endOf, formOf, type JobView, requireHealth, requireProblem } from "./client.ts";
import { handIn, remove, smallScan } from "./jobs.ts";
import type { Settings, Verdict } from "./section.ts";
import { ServerProcess } from "./server.ts";

const CLIENTS = 20;
const GREEDY_JOBS = 16;
const MODEST_JOBS = 2;
const POINTS = 400;
const OPTIONS = { method: "bn" };
/** Keeps the GPU busy until all jobs are handed in, so that their order is the queue's choice alone. */
const PLUG = { method: "dua", augmentations: 1000 };
const GROWTH = 256;

/** Runs the section. */
export async function clients({ count, seed, deadline, out }: Settings): Promise<Verdict> {
  const folder = join(out, "clients");
  await mkdir(folder, { recursive: true });
  await using server = await ServerProcess.start(folder, ["--max-jobs", "1000"]);
  const { url } = server;
  const names = Array.from({ length: count ?? CLIENTS }, (_, i) => `client ${i}`);
  const [greedy, ...modest] = names;
  // Pipelines and heaps are made by a first job of each kind.
  const first = await handIn(url, "first", smallScan(seed, 0, POINTS), OPTIONS);
  await endOf(url, first.id, AbortSignal.timeout(deadline * 1000));
  const plug = await handIn(url, "first", smallScan(seed, 1, POINTS), PLUG);
  const before = server.rss();

  const jobs: { client: string; id: string }[] = [];
  const give = async (client: string, number: number) => {
    const { id } = await handIn(url, client, smallScan(seed, number, POINTS), OPTIONS);
    jobs.push({ client, id });
  };
  for (let i = 0; i < GREEDY_JOBS; i++) await give(greedy!, i);
  await Promise.all(modest.map(async (client, c) => {
    for (let i = 0; i < MODEST_JOBS; i++) await give(client, 100 + MODEST_JOBS * c + i);
  }));
  const plugged = await (await fetch(`${url}/v1/jobs/${plug.id}`)).json();
  if (plugged.state !== "running") throw new Broken(`the first job is ${plugged.state} too soon`);
  await remove(url, plug.id);
  const ended: { client: string; job: JobView }[] = [];
  for (const { client, id } of jobs) {
    const job = await endOf(url, id, AbortSignal.timeout(10 * 60_000));
    if (job.state !== "done") throw new Broken(`a job of ${client} is ${job.state}`);
    ended.push({ client, job });
  }
  const order = ended.toSorted((a, b) => time(a.job.startedAt) - time(b.job.startedAt));
  // In a fair order the greedy one gets a turn for every turn of each other.
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
      `${names.length} clients, one with ${GREEDY_JOBS} jobs, the others with ${MODEST_JOBS}: ${ahead} of its jobs before the last of theirs (at most ${MODEST_JOBS}); they waited ${
        waits((name) => name !== greedy)
      }, it ${waits((name) => name === greedy)}; ${direct}; memory ${
        Math.round(before)
      } MiB before, peak ${Math.round(peak)} with jobs, ${Math.round(server.peak())} in all`,
  };
}

/** Every client asks for labels on the spot, and comes back when it is told to. @returns the figures. */
async function answersAtOnce(
  url: string,
  names: readonly string[],
  seed: number,
  deadline: number,
): Promise<string> {
  let busy = 0;
  const waited = await Promise.all(names.map(async (_, i) => {
    const start = performance.now();
    const signal = AbortSignal.timeout(names.length * deadline * 1000);
    for (;;) {
      const response = await fetch(`${url}/v1/segment`, {
        method: "POST",
        body: formOf(smallScan(seed, i, POINTS), OPTIONS),
        signal,
      });
      const text = await response.text();
      if (response.status === 200) return performance.now() - start;
      requireProblem(response, text);
      if (response.status !== 503) throw new Broken(text.slice(0, 300));
      busy++;
      await sleep(1000 * Number(response.headers.get("retry-after")), undefined, { signal });
    }
  }));
  return `all at once on the spot: labelled after ${
    secondsOf(waited)
  }, ${busy} times told to come back`;
}

function time(iso: string | null): number {
  return Date.parse(iso!);
}

/** Least, median and most of some milliseconds, in seconds. */
function secondsOf(milliseconds: readonly number[]): string {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (q: number) => (sorted[Math.round(q * (sorted.length - 1))]! / 1000).toFixed(1);
  return `${at(0)} / ${at(0.5)} / ${at(1)} s (least, median, most)`;
}
