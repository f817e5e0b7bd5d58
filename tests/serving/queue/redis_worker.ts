/**
 * One machine of several, as a process: works on the queue at the address of its first argument, in the folder of its
 * second. After as many jobs as the third argument says it gets stuck in one, so that it can be killed there. Prints
 * `begin ID` for each job; the labels of a scan are its bytes modulo 3.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_QUEUE_LIMITS } from "../../../lib/serving/queue/queue.ts";
import { RedisQueue } from "../../../lib/serving/queue/redis_queue.ts";
import { writeResult } from "../../../lib/serving/files/result.ts";
import { JobWorker } from "../../../lib/serving/queue/worker.ts";
import type { StudentCard } from "../../../lib/nn/card.ts";
import type { ScanReport } from "../../../lib/segment/report/report.ts";

const [url, folder, most] = Deno.args;
const queue = await RedisQueue.open({
  url: url!,
  folder: folder!,
  limits: DEFAULT_QUEUE_LIMITS,
  stalledMilliseconds: 100,
  say: () => {},
});
let done = 0;
const worker = new JobWorker(queue, {
  leaseMilliseconds: 2000,
  pollMilliseconds: 100,
  describe: ({ message }) => ({ status: 500, detail: message }),
  work: async ({ id, attempt }, { onProgress }) => {
    console.log(`begin ${id}`);
    if (done++ === Number(most)) await new Promise(() => {});
    onProgress({ phase: "predict" });
    const scan = await readFile(join(queue.folderOf(id), "scan"));
    await writeResult(queue.folderOf(id), attempt, {
      sourceLabels: new Uint8Array(scan.length),
      labels: Uint8Array.from(scan, (byte) => byte % 3),
      confidence: new Float32Array(scan.length).fill(0.5),
      student: {} as StudentCard,
      report: { scan: { points: scan.length } } as ScanReport,
      suggested: [],
    });
  },
});
// Ends when its input does: when the test closes it, or ends.
await Deno.stdin.readable.pipeTo(new WritableStream());
await worker.stop(0);
await queue[Symbol.asyncDispose]();
