/**
 * `kill -9` at random moments while jobs are submitted and done: every accepted job gets done, with the labels of an
 * undisturbed run.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../lib/random/random.ts";
import { endOf, ServerFault } from "./client.ts";
import { smallScan, submitJob } from "./jobs.ts";
import type { Settings, Verdict } from "./section.ts";
import { ServerProcess } from "./server.ts";

const KILLS = 20;
/** Number of jobs for each kill. */
const JOBS_PER_KILL = 2;
const POINTS = 400;
const OPTIONS = { method: "dua", augmentations: 10 };
/** The longest time between the start of a server and its end. */
const LIFE_MILLISECONDS = 2500;
/** Even a job that meets all kills has to be done: on a slow machine, each of its attempts may meet one. */
const LIMITS = ["--max-jobs", "1000", "--max-jobs-of-client", "1000", "--attempts", "1000"];
/** How long to wait for a job: that of a killed server waits until its lease has expired. */
const LAST_MINUTES = 10;

/** The part of a result that is compared. */
interface Labels {
  labels: number[];
  confidence: number[];
}

/** Runs the section. */
export async function kills({ count, seed, out }: Settings): Promise<Verdict> {
  const wanted = count ?? KILLS;
  const scans = Array.from(
    { length: JOBS_PER_KILL * wanted },
    (_, number) => smallScan(seed, number, POINTS),
  );
  const undisturbed = await newFolder(out, "undisturbed");
  const expected: Labels[] = [];
  {
    await using server = await ServerProcess.start(undisturbed, LIMITS);
    const jobs = [];
    for (const scan of scans) jobs.push((await submitJob(server.url, "a", scan, OPTIONS)).id);
    for (const id of jobs) expected.push(await resultOf(server.url, id));
  }

  const folder = await newFolder(out, "killed");
  const random = new Random(seed, 2 ** 31);
  /** Ids of accepted jobs by the number of their scan. */
  const accepted = new Map<number, string>();
  let refused = 0;
  for (let kill = 0; kill < wanted; kill++) {
    const server = await ServerProcess.start(folder, LIMITS);
    const life = random.uniform() * LIFE_MILLISECONDS;
    const submitting = submitFrom(server.url, scans, accepted, JOBS_PER_KILL * (kill + 1));
    await sleep(life);
    await server.kill();
    refused += await submitting;
  }
  await using server = await ServerProcess.start(folder, LIMITS);
  await submitFrom(server.url, scans, accepted, scans.length);
  const problems: string[] = [];
  let attempts = 0;
  for (const [number, id] of accepted) {
    try {
      const result = await resultOf(server.url, id);
      assert.deepEqual(result, expected[number]);
      const job = await (await fetch(`${server.url}/v1/jobs/${id}`)).json();
      attempts = Math.max(attempts, job.attempts);
    } catch (error) {
      problems.push(`job ${number}: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  for (const problem of problems) console.log(problem);
  const ok = problems.length === 0 && accepted.size === scans.length;
  return {
    ok,
    line:
      `${wanted} kills, ${accepted.size} of ${scans.length} jobs accepted (${refused} uploads broke off), ${
        accepted.size - problems.length
      } done with the labels of an undisturbed run; at most ${attempts} attempts at one`,
  };
}

async function newFolder(out: string, name: string): Promise<string> {
  const folder = join(out, name);
  await mkdir(folder, { recursive: true });
  return folder;
}

/**
 * Submits the scans that were not accepted so far, until the server is gone.
 *
 * @param until the most scans to submit.
 * @returns how many uploads broke off.
 */
async function submitFrom(
  url: string,
  scans: readonly ReturnType<typeof smallScan>[],
  accepted: Map<number, string>,
  until: number,
): Promise<number> {
  for (let number = 0; number < until; number++) {
    if (accepted.has(number)) continue;
    try {
      accepted.set(number, (await submitJob(url, "a", scans[number]!, OPTIONS)).id);
    } catch (error) {
      // A refusal is a fault; a connection that ends is to be expected here.
      if (error instanceof ServerFault) throw error;
      return 1;
    }
  }
  return 0;
}

/** Waits for a job and returns its labels. @throws {ServerFault} where it did not get done. */
async function resultOf(url: string, id: string): Promise<Labels> {
  const job = await endOf(url, id, AbortSignal.timeout(LAST_MINUTES * 60_000));
  if (job.state !== "done") throw new ServerFault(`it is ${job.state}: ${job.problem?.detail}`);
  const response = await fetch(`${url}/v1/jobs/${id}/result`, {
    headers: { accept: "application/json" },
  });
  const { labels, confidence } = await response.json();
  return { labels, confidence };
}
