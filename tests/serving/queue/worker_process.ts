/**
 * One machine of several, from the point of view of a test.
 *
 * @module
 */
import { TextLineStream } from "@std/streams/text-line-stream";
import assert from "node:assert/strict";
import type { RedisServer } from "./redis_server.ts";

/** A process that works on a queue; see `redis_worker.ts`. */
export class WorkerProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #read: Promise<void>;
  /** The ids of the jobs that it has started. */
  readonly begun: string[] = [];

  constructor({ url }: RedisServer, folder: string, most = Infinity) {
    const script = new URL("./redis_worker.ts", import.meta.url).pathname;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, url, folder, `${most}`],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#read = this.#process.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())
      .pipeTo(
        new WritableStream({
          write: (line) => {
            const id = /^begin (\S+)$/.exec(line)?.[1];
            if (id !== undefined) this.begun.push(id);
          },
        }),
      );
  }

  /** Kills it, as a power failure would. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.stdin.abort().catch(() => {});
    await this.#process.status;
    await this.#read;
  }

  /** Stops it in good order. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stdin.close();
    assert.equal((await this.#process.status).code, 0);
    await this.#read;
  }
}
