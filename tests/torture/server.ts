/**
 * The real server as a process of its own, which can be watched, killed and started again.
 *
 * @module
 */
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const START_MILLISECONDS = 120_000;
const MIB = 2 ** 20;

/** A server that runs. */
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
   * @param folder for its jobs, and `server.log`, which takes all that it says.
   * @param options of `serve`, beside port and folder.
   * @param env beside the environment of this process.
   * @throws {Error} with the end of its log where it ends or says nothing for two minutes.
   */
  static async start(
    folder: string,
    options: readonly string[] = [],
    env: Record<string, string> = {},
  ): Promise<ServerProcess> {
    const log = join(folder, "server.log");
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, "serve", "--port", "0", "--data", folder, ...options],
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

  /** Whether the process has not ended. */
  get runs(): boolean {
    try {
      // "Z" is a process that has ended and whose end nobody has asked for.
      return !/^State:\s*Z/m.test(this.#status());
    } catch {
      return false;
    }
  }

  /** Resident memory now, MiB. */
  rss(): number {
    return this.#kilobytes("VmRSS") / 1024;
  }

  /** Most resident memory since the start or {@link forgetPeak}, MiB. */
  peak(): number {
    return this.#kilobytes("VmHWM") / 1024;
  }

  /** Begins to look for the peak anew. */
  forgetPeak(): void {
    Deno.writeTextFileSync(`/proc/${this.#child.pid}/clear_refs`, "5");
  }

  /** Ends it as a power failure would. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#output;
  }

  /** Ends it in good order. */
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

/** Bytes as whole MiB. */
export function mib(bytes: number): number {
  return Math.round(bytes / MIB);
}
