/**
 * Odd files that real programs wrote: each gives exactly its points, or an error that says why not.
 *
 * `expected.json` beside them is a list of `{"file", "points"}`: the number of points, or null or 0 where the file has to
 * be refused.
 *
 * @module
 */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { requireHealth, sendScan, ServerFault } from "./client.ts";
import type { Settings, Verdict } from "./section.ts";
import { ServerProcess } from "./server.ts";

interface Expected {
  file: string;
  points: number | null;
}

/** Runs the section. */
export async function files({ files, deadline, out }: Settings): Promise<Verdict> {
  if (files === null) {
    return { ok: true, line: "skipped: there is no folder of odd files; name one with --files" };
  }
  const expected: Expected[] = JSON.parse(await readFile(join(files, "expected.json"), "utf8"));
  const folder = join(out, "files");
  await mkdir(folder, { recursive: true });
  await using server = await ServerProcess.start(folder);
  let failures = 0;
  let read = 0;
  const refused: string[] = [];
  for (const { file, points } of expected) {
    const bytes = new Uint8Array(await readFile(join(files, file)));
    const upload = { scan: { name: file, bytes }, images: [], cameras: [] };
    try {
      const answer = await sendScan(server.url, upload, { method: "source" }, deadline * 1000);
      if (answer.status !== 200 && points) refused.push(file);
      if (answer.status !== 200) continue;
      if (answer.labels !== points) {
        throw new ServerFault(
          `it got ${answer.labels} labels where it has ${points ?? "no"} points`,
        );
      }
      read++;
    } catch (error) {
      if (!(error instanceof ServerFault)) throw error;
      failures++;
      console.log(`${file}: ${error.message}`);
      if (!server.runs) return { ok: false, line: `the server ended at ${file}` };
    }
  }
  await requireHealth(server.url, deadline * 1000);
  return {
    ok: failures === 0,
    line: `${expected.length} files: ${failures} failures, ${read} read to the last point, ${
      expected.length - read - failures
    } refused, of these with points that other programs read: ${refused.join(", ") || "none"}`,
  };
}
