/**
 * The clock of the server is set while it works: no lease lasts longer, and no result expires early.
 *
 * @module
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endOf } from "./client.ts";
import { smallScan, submitJob } from "./jobs.ts";
import type { Settings, Verdict } from "./section.ts";
import { ServerProcess } from "./server.ts";

const POINTS = 400;
const HOURS = 26;
/** Longer than the time between two sweeps. */
const SWEEP_MILLISECONDS = 65_000;
const LAST_MILLISECONDS = 300_000;
const LONG = { method: "dua", augmentations: 100 };

/** Runs the section; `count` is the number of hours. */
export async function clock({ count, seed, out }: Settings): Promise<Verdict> {
  const hours = count ?? HOURS;
  const folder = join(out, "clock");
  await mkdir(folder, { recursive: true });
  const file = join(folder, "set-by");
  const set = (hours: number) => writeFile(file, `${hours * 3600_000}`);
  await set(0);
  const start = () =>
    ServerProcess.start(folder, ["--keep", "1"], { TTTKD_CLOCK: file }, {
      preload: new URL("./set_clock.ts", import.meta.url),
    });
  const signal = AbortSignal.timeout(2 * LAST_MILLISECONDS);
  let done: string;
  let working: string;
  let kept: boolean;
  {
    await using server = await start();
    const { url } = server;
    done = (await submitJob(url, "a", smallScan(seed, 0, POINTS), { method: "source" })).id;
    await endOf(url, done, signal);
    await set(hours);
    await sleep(SWEEP_MILLISECONDS);
    kept = await isKept(url, done);
    working = (await submitJob(url, "a", smallScan(seed, 1, POINTS), LONG)).id;
    await sleep(1000);
    await server.kill();
  }
  await set(0);
  await using server = await start();
  const begun = performance.now();
  const { state } = await endOf(server.url, working, signal);
  const seconds = Math.round((performance.now() - begun) / 1000);
  kept &&= await isKept(server.url, done);
  return {
    ok: kept && state === "done" && seconds * 1000 < LAST_MILLISECONDS,
    line:
      `set ahead by ${hours} h, a result that is kept for 1 h is ${
        kept ? "still there" : "gone"
      }; ` +
      `set back by ${hours} h after kill -9, the job at work is ${state} ${seconds} s after the start`,
  };
}

async function isKept(url: string, id: string): Promise<boolean> {
  const answer = await fetch(`${url}/v1/jobs/${id}/result`);
  await answer.body?.cancel();
  return answer.status === 200;
}
