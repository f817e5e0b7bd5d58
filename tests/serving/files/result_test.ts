/** Results that cannot be read. */
import assert from "node:assert/strict";
import { readLabellingStudent, readReport } from "../../../lib/serving/files/result.ts";

Deno.test("readLabellingStudent() says of a result of an older server what is missing, and what can be had", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assert.rejects(readLabellingStudent(folder, 1), {
      name: "MissingResultError",
      message: /no student\.json, .* a server before 2\.1\.0 made it\. Ask for application\/x-npy/,
    });
    await assert.rejects(readReport(folder, 1), /no report\.json; it was removed, .* in again$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
