/** Calls of a real worker: values, errors, progress, aborts, and its death. */
import assert from "node:assert/strict";
import { RpcClient, type RpcClientOptions } from "../../lib/rpc/client.ts";
import { FieldError, type TestCalls } from "./calls.ts";

const MODULE = new URL("./worker.ts", import.meta.url);

function startWorker(options: RpcClientOptions = {}): RpcClient<TestCalls, number> {
  return new RpcClient(MODULE, options);
}

Deno.test("RpcClient.call() returns what the worker returns, also when calls overlap", async () => {
  using worker = startWorker();
  const calls = [
    worker.call("add", { numbers: [1, 2], isLast: true }),
    worker.call("add", { numbers: [3, 4] }),
  ];
  assert.equal(worker.pending, 2);
  assert.equal(await Promise.race(calls), 7);
  assert.deepEqual(await Promise.all(calls), [3, 7]);
  assert.equal(worker.pending, 0);
});

Deno.test("RpcClient.call() throws errors of the classes that it knows, with their fields", async () => {
  using worker = startWorker({ errors: [FieldError] });
  await assert.rejects(worker.call("refuse", { field: "width" }), (error) => {
    assert.ok(error instanceof FieldError);
    assert.equal(error.field, "width");
    assert.equal(error.message, "Cannot use width");
    return true;
  });
  using plain = startWorker();
  await assert.rejects(plain.call("refuse", { field: "width" }), (error: Error) => {
    assert.ok(!(error instanceof FieldError));
    assert.equal(error.name, "FieldError");
    return true;
  });
});

Deno.test("RpcClient.call() hears of every step of its progress", async () => {
  using worker = startWorker();
  const heard: number[] = [];
  const onProgress = (step: number) => void heard.push(step);
  assert.equal(await worker.call("count", 3, { onProgress }), 3);
  assert.deepEqual(heard, [1, 2, 3]);
});

Deno.test("RpcClient.call() aborts the call in the worker and throws the signal's reason", async () => {
  using worker = startWorker();
  const control = new AbortController();
  const { signal } = control;
  const reason = new Error("the client has gone");
  const onProgress = () => control.abort(reason);
  await assert.rejects(worker.call("wait", null, { signal, onProgress }), reason);
  await assert.rejects(worker.call("count", 1, { signal }), reason);
  assert.equal(await worker.call("count", 1), 1, "the worker goes on");
});

Deno.test("RpcClient.call() throws where a value cannot be cloned", async () => {
  using worker = startWorker();
  await assert.rejects(worker.call("returnFunction", null), { name: "DataCloneError" });
  const numbers = [1, (() => {}) as unknown as number];
  await assert.rejects(worker.call("add", { numbers }), {
    name: "DataCloneError",
  });
  assert.equal(worker.pending, 0);
  assert.equal(await worker.call("count", 1), 1);
});

Deno.test("RpcClient fails the calls under way, and all later ones, when the worker dies", async () => {
  const cutOff = (what: string) => new FieldError(`Cannot go on: it ${what}`, "worker");
  using worker = startWorker({ cutOff });
  const waiting = worker.call("wait", null);
  const died = /Cannot go on: it died \(.*on purpose\)$/;
  await Promise.all([
    assert.rejects(worker.call("die", null), died),
    assert.rejects(waiting, FieldError),
  ]);
  assert.match((await worker.ended).message, died);
  assert.equal(worker.isAlive, false);
  await assert.rejects(worker.call("count", 1), died);
});

Deno.test("RpcClient ends with the error by which its worker fails, or when it is stopped", async () => {
  using failing = startWorker({ errors: [FieldError] });
  await assert.rejects(failing.call("fail", null), FieldError);
  assert.ok(await failing.ended instanceof FieldError);
  const stopped = startWorker();
  const waiting = stopped.call("wait", null);
  stopped[Symbol.dispose]();
  await assert.rejects(waiting, /^Error: Cannot go on: the worker was stopped$/);
  assert.equal(stopped.isAlive, false);
});
