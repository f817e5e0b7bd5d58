/**
 * `kill -9` at random moments while jobs are handed in and done: whatever was accepted gets done, with the labels
 * that it would have got.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../lib/random/random.ts";
import { Broken, endOf } from "./client.ts";
import { handIn, smallScan } from "./jobs.ts";
import type { Settings, Verdict } from "./section.ts";
import { ServerProcess } from "./server.ts";

const KILLS = 20;
/** Jobs to every kill. */
const JOBS_PER_KILL = 2;
const POINTS = 400;
const OPTIONS = { method: "dua", augmentations: 10 };
/** A server lives so long after it listens, at most. */
const LIFE_MILLISECONDS = 2500;
/** A job that meets all kills is done for all that: on a slow machine each of its beginnings may meet one. */
const LIMITS = ["--max-jobs", "1000", "--max-jobs-of-client", "1000", "--attempts", "1000"];
/** A killed server's job waits for the end of its lease. */
const LAST_MINUTES = 10;

/** What counts of a job's result. */
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
    for (const scan of scans) jobs.push((await handIn(server.url, "a", scan, OPTIONS)).id);
    for (const id of jobs) expected.push(await resultOf(server.url, id));
  }

  const folder = await newFolder(out, "killed");
  const random = new Random(seed, 2 ** 31);
  /** Accepted jobs by the number of their scan. */
  const accepted = new Map<number, string>();
  let refused = 0;
  for (let kill = 0; kill < wanted; kill++) {
    const server = await ServerProcess.start(folder, LIMITS);
    const life = random.uniform() * LIFE_MILLISECONDS;
    const handing = handInFrom(server.url, scans, accepted, JOBS_PER_KILL * (kill + 1));
    await sleep(life);
    await server.kill();
    refused += await handing;
  }
  await using server = await ServerProcess.start(folder, LIMITS);
  await handInFrom(server.url, scans, accepted, scans.length);
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
      `${wanted} kills, ${accepted.size} of ${scans.length} jobs accepted (${refused} broke off before that), ${
        accepted.size - problems.length
      } done with the labels of an undisturbed run; the unluckiest was begun ${attempts} times`,
  };
}

async function newFolder(out: string, name: string): Promise<string> {
  const folder = join(out, name);
  await mkdir(folder, { recursive: true });
  return folder;
}

/**
 * Hands in what was not accepted so far, until the server is gone.
 *
 * @param until number of scans to hand in at most.
 * @returns how many broke off.
 */
async function handInFrom(
  url: string,
  scans: readonly ReturnType<typeof smallScan>[],
  accepted: Map<number, string>,
  until: number,
): Promise<number> {
  for (let number = 0; number < until; number++) {
    if (accepted.has(number)) continue;
    try {
      accepted.set(number, (await handIn(url, "a", scans[number]!, OPTIONS)).id);
    } catch (error) {
      // A refusal is a finding; a connection that ended is what this is about.
      if (error instanceof Broken) throw error;
      return 1;
    }
  }
  return 0;
}

/** Labels of a job once it is over. @throws {Broken} where it did not get done. */
async function resultOf(url: string, id: string): Promise<Labels> {
  const job = await endOf(url, id, AbortSignal.timeout(LAST_MINUTES * 60_000));
  if (job.state !== "done") throw new Broken(`it is ${job.state}: ${job.problem?.detail}`);
  const response = await fetch(`${url}/v1/jobs/${id}/result`, {
    headers: { accept: "application/json" },
  });
  const { labels, confidence } = await response.json();
  return { labels, confidence };
}
