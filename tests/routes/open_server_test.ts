/** A whole server: what it was stopped over is done by the next one. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_QUEUE_LIMITS } from "../../lib/serving/queue/queue.ts";
import { DEFAULT_SESSION_LIMITS } from "../../lib/serving/sessions/session.ts";
import { openServer } from "../../routes/open_server.ts";
import { FakeEngine } from "./fake_engine.ts";
import { fakeLabeller, formRequest, fullForm, type JobAnswer } from "./support.ts";

Deno.test("openServer() puts the job at work back when it stops, and the next server does it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tttkd-open-"));
  const data = {
    folder,
    queue: DEFAULT_QUEUE_LIMITS,
    keepHours: 1,
    graceSeconds: 0,
    sessions: DEFAULT_SESSION_LIMITS,
  };
  try {
    const begun = Promise.withResolvers<void>();
    const stuck = new FakeEngine(({ signal }) => {
      begun.resolve();
      return new Promise((_, reject) =>
        signal!.addEventListener("abort", () => reject(signal!.reason))
      );
    });
    let job: JobAnswer;
    {
      await using server = await openServer(
        { labeller: fakeLabeller(stuck), data },
        "127.0.0.1",
        0,
      );
      const response = await fetch(`${server.url}/v1/jobs`, formRequest(fullForm()));
      assert.equal(response.status, 202);
      job = await response.json();
      await begun.promise;
      // A client that listens does not keep the server from stopping.
      const events = await fetch(`${server.url}${job.links.events}`);
      void events.text().catch(() => {});
    }
    await using server = await openServer({ labeller: fakeLabeller(), data }, "127.0.0.1", 0);
    const events = await (await fetch(`${server.url}${job.links.events}`)).text();
    assert.match(events, /"state":"done".*"attempts":1/);
    const result = await fetch(`${server.url}${job.links.result}`);
    assert.equal(result.status, 200);
    assert.ok((await result.bytes()).length > 0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
