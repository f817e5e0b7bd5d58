/**
 * More connections than the process has file descriptors: once they end, the server answers again.
 *
 * @module
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Settings, Verdict } from "./section.ts";
import { ServerProcess } from "./server.ts";

const CONNECTIONS = 150;
const DESCRIPTORS = 120;
const HOLD_MILLISECONDS = 3000;
const POLL_MILLISECONDS = 500;

/** Runs the section; `count` is the number of connections. */
export async function descriptors({ count, deadline, out }: Settings): Promise<Verdict> {
  const wanted = count ?? CONNECTIONS;
  const folder = join(out, "descriptors");
  await mkdir(folder, { recursive: true });
  await using server = await ServerProcess.start(folder, [], {}, {
    descriptors: DESCRIPTORS,
  });
  const { hostname, port } = new URL(server.url);
  const held: Deno.Conn[] = [];
  for (let number = 0; number < wanted; number++) {
    held.push(await Deno.connect({ hostname, port: Number(port) }));
  }
  await sleep(HOLD_MILLISECONDS);
  for (const connection of held) connection.close();
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let isLive = false;
  while (!isLive && seconds() < deadline) {
    await sleep(POLL_MILLISECONDS);
    isLive = await fetch(`${server.url}/health/live`, { signal: AbortSignal.timeout(2000) })
      .then((answer) => answer.json()).then(() => true, () => false);
  }
  return {
    ok: isLive,
    line: `${wanted} connections to a process with ${DESCRIPTORS} descriptors: ${
      isLive ? `it answers again after ${seconds().toFixed(0)} s` : "it answers no more"
    }`,
  };
}
