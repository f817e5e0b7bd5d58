/**
 * Clients that ask for a result and do not read it: they share one file, and are ended.
 *
 * @module
 */
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freeBytes } from "../../lib/serving/files/disk.ts";
import { endOf, requireHealth } from "./client.ts";
import { smallScan, submitJob } from "./jobs.ts";
import type { Settings, Verdict } from "./section.ts";
import { mib, ServerProcess } from "./server.ts";

const READERS = 30;
/** Points of the scan: its answer is larger than what systems keep for a connection. */
const POINTS = 1_000_000;
const STALL_SECONDS = 5;

/** Runs the section; `count` is the number of readers. */
export async function readers({ count, seed, deadline, out }: Settings): Promise<Verdict> {
  const wanted = count ?? READERS;
  const folder = join(out, "readers");
  await mkdir(folder, { recursive: true });
  await using server = await ServerProcess.start(folder, ["--stall", `${STALL_SECONDS}`]);
  const { url } = server;
  const signal = AbortSignal.timeout(10 * deadline * 1000);
  const { id } = await submitJob(url, "a", smallScan(seed, 0, POINTS), { method: "source" });
  const { state } = await endOf(url, id, signal);
  const answer = await (await fetch(`${url}/v1/jobs/${id}/result`)).bytes();
  const before = await freeBytes(folder);
  const { hostname, port } = new URL(url);
  const request = new TextEncoder().encode(
    `GET /v1/jobs/${id}/result HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`,
  );
  const held: Deno.Conn[] = [];
  for (let number = 0; number < wanted; number++) {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(request);
    held.push(connection);
  }
  await sleep(STALL_SECONDS * 500);
  const taken = before - await freeBytes(folder);
  const left = (await readdir(join(folder, "jobs", id))).filter((name) => /^answer-/.test(name));
  await sleep(STALL_SECONDS * 3000);
  const cut = (await Promise.all(held.map((connection) => isCut(connection, answer.length))))
    .filter(Boolean).length;
  await requireHealth(url, deadline * 1000);
  return {
    ok: state === "done" && cut === wanted && left.length === 0 && taken < 3 * answer.length,
    line: `${wanted} clients that do not read a result of ${mib(answer.length)} MiB take ${
      mib(taken)
    } MiB of the disk; ${cut} are cut off after ${STALL_SECONDS} s`,
  };
}

/** Reads what is left. @returns whether the connection ended before the whole answer had come. */
async function isCut(connection: Deno.Conn, bytes: number): Promise<boolean> {
  let total = 0;
  const buffer = new Uint8Array(2 ** 16);
  try {
    for (let read; (read = await connection.read(buffer)) !== null && total < bytes;) total += read;
  } catch {
    // A connection that was reset.
  }
  connection.close();
  return total < bytes;
}
