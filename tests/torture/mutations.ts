/**
 * Damaged files of every kind, one after the other. The server may label them or refuse them, and nothing else.
 *
 * @module
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../lib/random/random.ts";
import { requireHealth, sendJob, sendScan, ServerFault } from "./client.ts";
import { mutate, type Mutation } from "./mutate.ts";
import type { Settings, Verdict } from "./section.ts";
import { makeSeeds, type Seed, withBytes } from "./seeds.ts";
import { ServerProcess } from "./server.ts";

const MUTATIONS = 2000;
/** One in this number of files is submitted as a job. */
const JOB_EVERY = 10;
/** Number of mutations after which the first measure of memory is taken: by then models, pipelines and heaps exist. */
const WARM_UP = 200;
/** MiB by which memory may grow, for garbage that has not been collected yet. */
const GROWTH = 256;
const REST_MILLISECONDS = 3000;
/** Number of failures at which to stop. */
const ENOUGH = 25;

/** Runs the section. */
export async function mutations(settings: Settings): Promise<Verdict> {
  const { count, seed: runSeed, only, deadline, out } = settings;
  const seeds = await makeSeeds();
  const kinds = [...Map.groupBy(seeds, ({ kind }) => kind).values()];
  const folder = join(out, "mutations");
  await mkdir(folder, { recursive: true });
  const numbers = only === null ? Array.from({ length: count ?? MUTATIONS }, (_, i) => i) : [only];
  await using server = await ServerProcess.start(folder);
  const statuses = new Map<number, number>();
  const slowest = { number: 0, milliseconds: 0 };
  let failures = 0;
  let before = 0;
  // A seed that is refused as it stands would show nothing, however it is damaged.
  for (const { kind, upload } of only === null ? seeds : []) {
    const { status } = await sendScan(
      server.url,
      upload,
      { method: "source" },
      deadline * 1000,
    );
    if (status !== 200) {
      return { ok: false, line: `the ${kind} is refused unharmed, with ${status}` };
    }
  }
  for (const [index, number] of numbers.entries()) {
    if (index === Math.min(WARM_UP, Math.floor(numbers.length / 4))) {
      before = await restingMemory(server);
    }
    const { seed, mutation } = mutationOf(kinds, runSeed, number);
    const start = performance.now();
    try {
      const send = number % JOB_EVERY === 0 ? sendJob : sendScan;
      const upload = withBytes(seed, mutation.bytes);
      const options = { method: number % 2 === 0 ? "source" : "bn" };
      const { status } = await send(server.url, upload, options, deadline * 1000);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    } catch (error) {
      if (!(error instanceof ServerFault)) throw error;
      failures++;
      const kept = join(folder, `${runSeed}-${number}-${seed.target.name}`);
      await writeFile(kept, mutation.bytes);
      console.log(
        `mutation ${number} of seed ${runSeed} (${seed.kind}: ${
          mutation.did.join(", ")
        }): ${error.message}; the file is ${kept}; repeat it by --seed ${runSeed} --only ${number}`,
      );
      if (!server.runs) return { ok: false, line: `the server ended at mutation ${number}` };
      if (failures === ENOUGH) break;
    }
    const milliseconds = performance.now() - start;
    if (milliseconds > slowest.milliseconds) Object.assign(slowest, { number, milliseconds });
  }
  await requireHealth(server.url, deadline * 1000);
  const after = await restingMemory(server);
  const peak = server.peak();
  const grown = after - before;
  const table = [...statuses].sort(([a], [b]) => a - b).map(([status, n]) => `${n} of ${status}`);
  return {
    ok: failures === 0 && (only !== null || grown < GROWTH),
    line: `${numbers.length} mutations of seed ${runSeed}: ${failures} failures; answers: ${
      table.join(", ")
    }; slowest ${Math.round(slowest.milliseconds)} ms (${slowest.number}); memory ${
      Math.round(before)
    } MiB, then ${Math.round(after)} (${grown < 0 ? "" : "+"}${
      Math.round(grown)
    }, at most +${GROWTH}), peak ${Math.round(peak)}`,
  };
}

/** Makes the mutation with a number. */
function mutationOf(
  kinds: readonly Seed[][],
  runSeed: number,
  number: number,
): { seed: Seed; mutation: Mutation } {
  const random = new Random(runSeed, number);
  const seed = random.pick(random.pick(kinds));
  return { seed, mutation: mutate(seed.target.bytes, random) };
}

async function restingMemory(server: ServerProcess): Promise<number> {
  await sleep(REST_MILLISECONDS);
  return server.rss();
}
