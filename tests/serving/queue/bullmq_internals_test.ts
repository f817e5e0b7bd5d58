/** BullMQ is the version whose sources were read. */
import assert from "node:assert/strict";
import { READ_VERSION } from "../../../lib/serving/queue/bullmq_internals.ts";

Deno.test("deno.json names the version of BullMQ whose sources bullmq_internals.ts relies on", () => {
  const config = Deno.readTextFileSync(new URL("../../../deno.json", import.meta.url));
  const { imports }: { imports: Record<string, string> } = JSON.parse(config);
  assert.equal(
    imports.bullmq,
    `npm:bullmq@${READ_VERSION}`,
    "Cannot rely on what lib/serving/queue/bullmq_internals.ts says of BullMQ: it was read in another version; " +
      "compare it with the sources of the new one, then change READ_VERSION",
  );
});
