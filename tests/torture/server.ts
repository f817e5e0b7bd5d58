/**
 * The real server as a process that can be watched, killed and started again.
 *
 * @module
 */
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const START_MILLISECONDS = 120_000;
const MIB = 2 ** 20;

/** How the process of a server differs from others. */
export interface ProcessOptions {
  /** The most file descriptors that it may have. */
  descriptors?: number;
  /** A module that is loaded before the program. */
  preload?: URL;
}

/** A running server. */
export class ServerProcess implements AsyncDisposable {
  readonly url: string;
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<void>;

  private constructor(url: string, child: Deno.ChildProcess, output: Promise<void>) {
    this.url = url;
    this.#child = child;
    this.#output = output;
  }

  /**
   * Starts a server over a folder and waits until it listens.
   *
   * @param folder for its jobs and its log, `server.log`.
   * @param options further options of `serve`.
   * @param env further variables of its environment.
   * @param process how its process differs from others.
   * @throws {Error} with the end of its log, where it ends or does not listen within two minutes.
   */
  static async start(
    folder: string,
    options: readonly string[] = [],
    env: Record<string, string> = {},
    { descriptors, preload }: ProcessOptions = {},
  ): Promise<ServerProcess> {
    const log = join(folder, "server.log");
    const command = [
      Deno.execPath(),
      ...["run", "-A", ...(preload ? ["--preload", fileURLToPath(preload)] : [])],
      // Unconfined, so that this process is the server and can be killed.
      ...[MAIN, "serve", "--unconfined", "--port", "0", "--data", folder, ...options],
    ];
    if (descriptors) command.unshift("sh", "-c", 'ulimit -n "$0"; exec "$@"', `${descriptors}`);
    const child = new Deno.Command(command[0]!, {
      args: command.slice(1),
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const listens = Promise.withResolvers<string>();
    let said = "";
    const keep = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        appendFileSync(log, text);
        said = (said + text).slice(-2000);
        const url = /listens on (\S+)/.exec(said)?.[1];
        if (url) listens.resolve(url);
      }
    };
    const output = Promise.all([keep(child.stdout), keep(child.stderr)]).then(() => {
      listens.reject(new Error(`Cannot start the server: it ended; ${said}`));
    });
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      listens.reject(new Error(`Cannot start the server: it does not listen; ${said}`));
    }, START_MILLISECONDS);
    try {
      return new ServerProcess(await listens.promise, child, output);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether the process is running. */
  get runs(): boolean {
    try {
      // "Z" is a zombie: a process that has ended and has not been waited for.
      return !/^State:\s*Z/m.test(this.#status());
    } catch {
      return false;
    }
  }

  /** Resident memory now, MiB. */
  rss(): number {
    return this.#kilobytes("VmRSS") / 1024;
  }

  /** Peak of resident memory since the start or {@link forgetPeak}, MiB. */
  peak(): number {
    return this.#kilobytes("VmHWM") / 1024;
  }

  /** Resets the peak. */
  forgetPeak(): void {
    Deno.writeTextFileSync(`/proc/${this.#child.pid}/clear_refs`, "5");
  }

  /** Kills it without warning. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#output;
  }

  /** Stops it in order. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.runs) this.#child.kill("SIGTERM");
    await this.#child.status;
    await this.#output;
  }

  #status(): string {
    return readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
  }

  #kilobytes(field: string): number {
    return Number(new RegExp(`^${field}:\\s*(\\d+)`, "m").exec(this.#status())?.[1]);
  }
}

/** Returns bytes in whole MiB. */
export function mib(bytes: number): number {
  return Math.round(bytes / MIB);
}
