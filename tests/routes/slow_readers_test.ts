/** Clients that take an answer slowly, or not at all, and files that end too early. */
import assert from "node:assert/strict";
import { open, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Hono } from "hono";
import { BodyFile } from "../../routes/http/file_body.ts";
import { SharedAnswers } from "../../routes/http/shared_answers.ts";
import { listen } from "../../routes/listen.ts";
import type { AnswerKind } from "../../lib/serving/files/answer.ts";
import { logged, until, withFolder } from "../serving/queue/support.ts";
import { fakeLabeller } from "./support.ts";

const BYTES = 300_000;
const CONTENT = Uint8Array.from({ length: BYTES }, (_, i) => i % 251);

/** A labeller whose answers are files of {@link CONTENT}, and how many it has made. */
function answering() {
  const labeller = fakeLabeller();
  const made = { count: 0 };
  labeller.answer = async (folder: string, _attempt: number, kind: AnswerKind) => {
    const path = join(folder, `answer-${kind}-${made.count++}`);
    await writeFile(path, CONTENT);
    return { path, bytes: BYTES, digest: "", converted: null, report: {} as never };
  };
  return { answers: new SharedAnswers(labeller), made };
}

Deno.test("SharedAnswers makes an answer once for all that read it, and leaves nothing on the disk", async () => {
  await withFolder(async (folder) => {
    const { answers, made } = answering();
    const { signal } = new AbortController();
    const take = (kind: AnswerKind = "json") => answers.take(folder, 1, kind, signal);
    const [first, second, other] = await Promise.all([take(), take(), take("labels")]);
    assert.equal(made.count, 2);
    assert.deepEqual(await readdir(folder), []);
    const slow = first.body().getReader();
    await slow.read();
    assert.deepEqual(await new Response(second.body()).bytes(), CONTENT);
    await other.release();
    const third = await take();
    assert.equal(made.count, 2, "the slow reader keeps it open");
    const all = await Promise.all([new Response(third.body()).bytes(), slow.cancel()]);
    assert.deepEqual(all[0], CONTENT);
    await (await take()).release();
    assert.equal(made.count, 3);
  });
});

Deno.test("SharedAnswers.take() refuses a client that has gone, and too many different answers", async () => {
  await withFolder(async (folder) => {
    const { answers } = answering();
    const gone = new AbortController();
    const taken = answers.take(folder, 1, "json", gone.signal);
    gone.abort();
    await assert.rejects(taken, { name: "AbortError" });
    const { signal } = new AbortController();
    const taking = Array.from(
      { length: 64 },
      (_, points) => answers.take(folder, 1, { points }, signal),
    );
    const open = await Promise.all(taking);
    await assert.rejects(answers.take(folder, 1, "json", signal), /64 are being read/);
    for (const answer of open) await answer.release();
  });
});

Deno.test("listen() breaks a connection off whose file ends too early, rather than to end the answer", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "file");
    await writeFile(path, CONTENT);
    const file = new BodyFile(await open(path), BYTES);
    await truncate(path, BYTES / 2);
    const app = new Hono().get(
      "/",
      (c) => c.body(file.body(() => file.close()), 200, { "content-length": `${BYTES}` }),
    );
    await using server = await listen(app, "127.0.0.1", 0);
    await logged(async (lines) => {
      const response = await fetch(server.url);
      await assert.rejects(response.bytes());
      assert.match(lines[0]!, /ends after 150000 of 300000 bytes/);
    });
  });
});

Deno.test("listen() ends the connection of a client that reads nothing, and no other", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "file");
    const bytes = 2 ** 24;
    await writeFile(path, new Uint8Array(bytes));
    let closed = 0;
    const app = new Hono().get("/", async (c) => {
      const file = new BodyFile(await open(path), bytes);
      const done = () => file.close().then(() => void closed++);
      return c.body(file.body(done), 200, { "content-length": `${bytes}` });
    });
    await using server = await listen(app, "127.0.0.1", 0, { stallSeconds: 0.2 });
    using silent = await Deno.connect({
      hostname: "127.0.0.1",
      port: Number(new URL(server.url).port),
    });
    await silent.write(new TextEncoder().encode("GET / HTTP/1.1\r\nhost: a\r\n\r\n"));
    const response = await fetch(server.url);
    assert.equal((await response.bytes()).length, bytes);
    await until(() => closed === 2);
    await rm(path);
  });
});
