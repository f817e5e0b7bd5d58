/**
 * Bad connections: requests that break off, that trickle in, or whose bytes are damaged on the way.
 *
 * @module
 */
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../lib/random/random.ts";
import { requireHealth, requireProblem, sendScan, ServerFault } from "./client.ts";
import { mutate } from "./mutate.ts";
import type { Settings, Verdict } from "./section.ts";
import { makeSeeds, type Seed } from "./seeds.ts";
import { ServerProcess } from "./server.ts";
import { bytesOf, deliver, formWire } from "./wire.ts";

const REQUESTS = 300;
/** Number of connections that are open at once. */
const TOGETHER = 8;
/** Number of uploads that trickle in, fewer than there are places; and the number and pause of their chunks. */
const SLOW = 6;
const DROPS = 100;
const PAUSE_MILLISECONDS = 100;
const GROWTH = 256;
const REST_MILLISECONDS = 3000;
/** How long to wait for the answer to a damaged head. */
const PATIENCE_MILLISECONDS = 2000;
const PATHS = ["/v1/segment", "/v1/jobs"];

/** Runs the section. */
export async function connections(settings: Settings): Promise<Verdict> {
  const { count, seed: runSeed, only, deadline, out } = settings;
  const folder = join(out, "connections");
  await mkdir(folder, { recursive: true });
  const seeds = await makeSeeds();
  await using server = await ServerProcess.start(folder);
  const answers = new Map<string, number>();
  const numbers = only === null ? Array.from({ length: count ?? REQUESTS }, (_, i) => i) : [only];
  let failures = 0;
  let before = 0;
  const sendOne = async (number: number) => {
    try {
      const got = await sendBroken(server.url, seeds, runSeed, number, deadline);
      answers.set(got, (answers.get(got) ?? 0) + 1);
    } catch (error) {
      if (!(error instanceof ServerFault)) throw error;
      failures++;
      console.log(`request ${number} of seed ${runSeed}: ${error.message}`);
    }
  };
  for (let at = 0; at < numbers.length; at += TOGETHER) {
    await Promise.all(numbers.slice(at, at + TOGETHER).map(sendOne));
    if (!server.runs) return { ok: false, line: `the server ended after request ${numbers[at]}` };
    if (before === 0 && at >= numbers.length / 4) before = server.rss();
  }
  await sleep(REST_MILLISECONDS);
  const after = server.rss();
  const left = await leftovers(server.url, join(folder, "uploads"), join(folder, "jobs"));
  if (left) console.log(left);
  const slow = await slowUploads(server.url, seeds[0]!, deadline);
  await requireHealth(server.url, deadline * 1000);
  const table = [...answers].sort(([a], [b]) => a < b ? -1 : 1).map(([what, n]) => `${n} ${what}`);
  return {
    ok: failures === 0 && left === null && slow.ok && after - before < GROWTH,
    line: `${numbers.length} requests that broke off or were damaged: ${failures} failures, ${
      table.join(", ")
    }; ${left ?? "nothing of them left on the disk"}; ${slow.line}; memory ${
      Math.round(before)
    } MiB, then ${Math.round(after)}`,
  };
}

/** The ways in which a request is broken. */
const WAYS = ["cut", "vanish", "body", "head"] as const;

/** Sends one request that is cut or damaged. @returns the outcome, in a few words. */
async function sendBroken(
  url: string,
  seeds: readonly Seed[],
  runSeed: number,
  number: number,
  deadline: number,
): Promise<string> {
  // Another stream of random numbers than that of the mutations.
  const random = new Random(runSeed, 2 ** 31 + number);
  const { upload } = random.pick(seeds);
  const path = random.pick(PATHS);
  const way = random.pick(WAYS);
  const damage = (bytes: Uint8Array) => mutate(bytes, random).bytes;
  const wire = await formWire(
    path,
    upload,
    { method: "source" },
    way === "body" ? damage : undefined,
  );
  if (way === "head") wire.head = damage(wire.head);
  const whole = bytesOf(wire);
  const bytes = way === "cut" || way === "vanish"
    ? whole.subarray(0, random.integer(whole.length))
    : whole;
  const then = ({ cut: "end", vanish: "vanish", body: "wait", head: "wait" } as const)[way];
  const patience = way === "head" ? PATIENCE_MILLISECONDS : deadline * 1000;
  const delivery = { chunk: 1 + random.integer(bytes.length + 1), then };
  const answer = await deliver(url, bytes, delivery, patience);
  // A damaged head may promise more bytes than come.
  if (answer === null && way === "head") return "that wait for more";
  if (answer === null) throw new ServerFault(`${way}: no answer in time`);
  if (answer === "" && way === "body") throw new ServerFault(`${way}: no answer`);
  if (answer === "") return "without an answer";
  requireGood(way, answer);
  return `of ${/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]}`;
}

/** Checks that an answer is one that a server may give to a broken request. @throws {ServerFault} */
function requireGood(way: string, answer: string): void {
  const [head = "", body = ""] = answer.split("\r\n\r\n", 2);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  const show = `${way}: ${answer.slice(0, 300)}`;
  if (!(status >= 200 && status < 500) && status !== 503) throw new ServerFault(show);
  if (status < 400) return;
  if (head.includes("application/problem+json")) {
    requireProblem(responseOf(status, head), body);
  } else if (way !== "head" && way !== "cut") {
    // What is not HTTP is answered by the HTTP server underneath, which does not send problem documents.
    throw new ServerFault(`it is not a problem document; ${show}`);
  }
}

function responseOf(status: number, head: string): Response {
  const headers = new Headers();
  for (const line of head.split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return new Response(null, { status, headers });
}

/** Describes what broken uploads left on the disk; null for nothing. Folders of accepted jobs are allowed. */
async function leftovers(url: string, uploads: string, jobs: string): Promise<string | null> {
  const folders = (await readdir(uploads, { recursive: true }))
    .filter((name) => name.includes("upload-"));
  if (folders.length > 0) return `${folders.length} folders of broken uploads are left`;
  for (const id of await readdir(jobs)) {
    const response = await fetch(`${url}/v1/jobs/${id}`);
    await response.body?.cancel();
    if (response.status !== 200) return `folder ${id} is left, which belongs to no job`;
  }
  return null;
}

/** Sends uploads that trickle in, and beside them one fast upload after another. */
async function slowUploads(
  url: string,
  { upload }: Seed,
  deadline: number,
): Promise<{ ok: boolean; line: string }> {
  const bytes = bytesOf(await formWire("/v1/segment", upload, { method: "source" }));
  let slow = SLOW;
  const done = Array.from({ length: SLOW }, async () => {
    const delivery = {
      chunk: Math.ceil(bytes.length / DROPS),
      pauseMilliseconds: PAUSE_MILLISECONDS,
      then: "wait" as const,
    };
    const answer = await deliver(url, bytes, delivery, deadline * 1000);
    slow--;
    return answer?.startsWith("HTTP/1.1 200") ?? false;
  });
  let [served, longest] = [0, 0];
  while (slow > 0) {
    const start = performance.now();
    const { status } = await sendScan(url, upload, { method: "source" }, deadline * 1000);
    if (status === 200 && slow > 0) served++;
    longest = Math.max(longest, performance.now() - start);
    await sleep(PAUSE_MILLISECONDS);
  }
  const whole = (await Promise.all(done)).filter((ok) => ok).length;
  return {
    ok: whole === SLOW && served > 0,
    line: `${whole} of ${SLOW} uploads of ${
      DROPS * PAUSE_MILLISECONDS / 1000
    } s labelled, ${served} others beside them, the longest in ${Math.round(longest)} ms`,
  };
}
