/**
 * What a web page of others can make a browser send: requests with a foreign origin, and requests for a name that was
 * made to point to this machine. None may change or read anything.
 *
 * @module
 */
import { mkdir } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { requireHealth, requireProblem, sendScan } from "./client.ts";
import { smallScan } from "./jobs.ts";
import type { Settings, Verdict } from "./section.ts";
import { ServerProcess } from "./server.ts";

const ID = "00000000-0000-4000-8000-000000000000";
const REQUESTS = [
  "GET /v1/models",
  `GET /v1/jobs/${ID}`,
  `GET /v1/jobs/${ID}/result`,
  `DELETE /v1/jobs/${ID}`,
  "POST /v1/jobs",
  "POST /v1/segment",
  "POST /v1/sessions",
  `POST /v1/sessions/${ID}/scans`,
  `POST /v1/sessions/${ID}/reset`,
  `DELETE /v1/sessions/${ID}`,
];
const PAGES: Record<string, string>[] = [
  { origin: "https://evil.example" },
  { origin: "null" },
  { origin: "http://127.0.0.1:1" },
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
  { origin: "https://evil.example", authorization: "Bearer guess" },
];
const HOSTS = ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "10.0.0.1", "x"];
const OPTIONS = { method: "source" };

/** Runs the section. */
export async function origin({ seed, deadline, out }: Settings): Promise<Verdict> {
  const folder = join(out, "origin");
  await mkdir(folder, { recursive: true });
  await using server = await ServerProcess.start(folder);
  const { url } = server;
  const rebound = HOSTS.map((host) => ({ host, origin: `http://${host}` }));
  let sent = 0;
  const served: string[] = [];
  for (const asked of REQUESTS) {
    for (const headers of [...PAGES, ...HOSTS.map((host) => ({ host })), ...rebound]) {
      const [method, path] = asked.split(" ") as [string, string];
      sent++;
      if (await statusOf(url, method, path, headers) !== 403) {
        served.push(`${asked} ${JSON.stringify(headers)}`);
      }
    }
  }
  for (const line of served) console.log(`served: ${line}`);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const made = [...metrics.matchAll(/^tttkd_(?:sessions|jobs\{.*\}) ([1-9]\d*)$/gm)].length;
  // The server serves those whom it is for, as before.
  const own = await sendScan(url, smallScan(seed, 0, 400), OPTIONS, deadline * 1000);
  await requireHealth(url, deadline * 1000);
  return {
    ok: served.length === 0 && made === 0 && own.status === 200,
    line: `${sent} requests from foreign pages and for foreign hosts: ${
      sent - served.length
    } answered 403, ${served.length} otherwise; ${
      made === 0 ? "no job, no session" : "jobs or sessions"
    } made`,
  };
}

function statusOf(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url + path, { method, headers }, (answer) => {
      let text = "";
      answer.on("data", (data: Uint8Array) => text += new TextDecoder().decode(data));
      answer.on("end", () => {
        const status = answer.statusCode!;
        const type = `${answer.headers["content-type"]}`;
        if (status >= 400) {
          requireProblem(new Response(null, { status, headers: { "content-type": type } }), text);
        }
        resolve(status);
      });
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}
