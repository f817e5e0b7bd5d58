/**
 * The folder of real scans that tests may use: `TTTKD_DATA` names it, `../shared/data` by default. They are no
 * part of the repository; where the folder is missing the tests that need it say so and are left out.
 *
 * @module
 */
import { existsSync } from "node:fs";

const folder = Deno.env.get("TTTKD_DATA") ?? "../shared/data";

/** Whether the folder is there. */
export const hasData = existsSync(folder);
if (!hasData) console.log(`Tests on real scans are left out: no folder ${folder}; set TTTKD_DATA`);

/** Path of a file of a sample. */
export function dataPath(sample: string, file: string): string {
  return `${folder}/${sample}/${file}`;
}
