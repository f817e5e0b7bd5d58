/**
 * Slow uploads: many clients that send a byte every two seconds, and beside them others, whose scans are labelled as if
 * the slow ones were not there.
 *
 * @module
 */
import { mkdir, readdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { requireHealth, sendScan, ServerFault } from "./client.ts";
import { smallScan } from "./jobs.ts";
import type { Settings, Verdict } from "./section.ts";
import { ServerProcess } from "./server.ts";
import { bytesOf, formWire } from "./wire.ts";

const UPLOADS = 40;
const STALL_SECONDS = 10;
const BYTE_MILLISECONDS = 2000;
/** Slow uploads have to be over by then, in seconds: two spans of `--stall`, and some for a busy machine. */
const PATIENCE = 60;
const POINTS = 400;
const OPTIONS = { method: "source" };
const PATHS = ["/v1/segment", "/v1/jobs"];

/** Runs the section; `count` is the number of slow uploads. */
export async function uploads({ count, seed, deadline, out }: Settings): Promise<Verdict> {
  const folder = join(out, "slow");
  await mkdir(folder, { recursive: true });
  await using server = await ServerProcess.start(folder, [
    ...["--stall", `${STALL_SECONDS}`],
    ...["--trust-proxy", "127.0.0.1"],
  ]);
  const { url } = server;
  const scan = smallScan(seed, 0, POINTS);
  // The first scan creates pipelines and heaps.
  await sendScan(url, scan, OPTIONS, deadline * 1000);
  const start = performance.now();
  let open = count ?? UPLOADS;
  const slow = Array.from({ length: open }, async (_, i) => {
    const path = PATHS[i % PATHS.length]!;
    const bytes = bytesOf(await formWire(path, scan, OPTIONS));
    const status = await slowly(url, bytes, PATIENCE * 1000);
    open--;
    return status;
  });
  let served = 0;
  let longest = 0;
  while (open > 0) {
    const sent = performance.now();
    // Another client: this one has as many uploads under way as it may.
    const headers = { "x-forwarded-for": "10.0.0.1" };
    const { status } = await sendScan(url, scan, OPTIONS, deadline * 1000, headers);
    if (status !== 200) throw new ServerFault(`a scan beside slow uploads is answered ${status}`);
    served++;
    longest = Math.max(longest, performance.now() - sent);
  }
  const statuses = await Promise.all(slow);
  const seconds = (performance.now() - start) / 1000;
  await requireHealth(url, deadline * 1000);
  const left = await readdir(join(folder, "jobs"));
  const of = (wanted: number | null) => statuses.filter((status) => status === wanted).length;
  // The server says that it is busy, or that this client has enough under way.
  const busy = of(503) + of(429);
  const ended = of(408) + busy === statuses.length;
  return {
    ok: ended && left.length === 0 && of(408) > 0,
    line: `${statuses.length} uploads of half a byte a second: ${
      of(408)
    } answered 408, ${busy} answered 503 or 429, ${
      of(null)
    } still open after ${PATIENCE} s; all over after ${
      Math.round(seconds)
    } s; ${served} scans of another client labelled meanwhile, the slowest in ${
      Math.round(longest)
    } ms; ${left.length} folders left on the disk`,
  };
}

/** Sends a head, and then a byte every two seconds. @returns the status of the answer; null for none in time. */
function slowly(url: string, bytes: Uint8Array, milliseconds: number): Promise<number | null> {
  const { hostname, port } = new URL(url);
  const head = bytes.findIndex((_, i) => /^\r\n\r\n$/.test(text(bytes.subarray(i, i + 4)))) + 4;
  const socket = connect(Number(port), hostname);
  let at = head;
  socket.write(bytes.subarray(0, head));
  const timer = setInterval(() => socket.write(bytes.subarray(at, ++at)), BYTE_MILLISECONDS);
  return new Promise((resolve) => {
    const end = (status: number | null) => {
      clearInterval(timer);
      clearTimeout(late);
      socket.destroy();
      resolve(status);
    };
    const late = setTimeout(() => end(null), milliseconds);
    socket.on("error", () => end(null));
    socket.on("close", () => end(null));
    socket.on("data", (data: Uint8Array) => {
      end(Number(/^HTTP\/1\.1 (\d{3})/.exec(text(data))?.[1]));
    });
  });
}

function text(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
