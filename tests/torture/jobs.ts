/**
 * Jobs for the sections that submit many: scans of a few hundred points.
 *
 * @module
 */
import { Random } from "../../lib/random/random.ts";
import { writePly } from "../../lib/scan/mod.ts";
import { formOf, type JobView, ServerFault } from "./client.ts";
import type { Upload } from "./seeds.ts";

/** Makes a scan that differs by number: roughly two walls and a floor. */
export function smallScan(seed: number, number: number, points: number): Upload {
  const random = new Random(seed, number);
  const positions = new Float32Array(3 * points);
  for (let p = 0; p < points; p++) {
    const flat = random.integer(3);
    for (let axis = 0; axis < 3; axis++) {
      positions[3 * p + axis] = axis === flat ? random.range(0, 0.02) : random.range(0, 3);
    }
  }
  const bytes = writePly({ positions, labels: null });
  return { scan: { name: `${number}.ply`, bytes }, images: [], cameras: [] };
}

/** Submits a job in the name of a client, by its address; the server has to trust this one as a proxy. @throws {ServerFault} where it is not accepted. */
export async function submitJob(
  url: string,
  client: string,
  upload: Upload,
  options: Record<string, unknown>,
): Promise<JobView> {
  const response = await fetch(`${url}/v1/jobs`, {
    method: "POST",
    body: formOf(upload, options),
    headers: { "x-forwarded-for": client },
  });
  const text = await response.text();
  if (response.status !== 202) throw new ServerFault(`a job is refused: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

/** Cancels a job, or deletes an ended one. */
export async function remove(url: string, id: string): Promise<void> {
  await (await fetch(`${url}/v1/jobs/${id}`, { method: "DELETE" })).body?.cancel();
}
