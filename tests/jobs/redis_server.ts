/**
 * A Redis of a test's own: a real server on a free port of this machine, gone with the test. Tests that need
 * one are left out, by name, where `redis-server` is not installed; TTTKD_REDIS names one elsewhere.
 *
 * @module
 */
import { join } from "node:path";
import { withFolder } from "./support.ts";

const SERVER = Deno.env.get("TTTKD_REDIS") ?? "redis-server";

/** Whether there is a server to start; Debian: `apt-get install redis-server`. */
export const HAS_REDIS: boolean = isThere();

/** What a queue needs to lose nothing, as the README says. */
const DURABLE = [
  "--appendonly yes",
  "--appendfsync always",
  "--maxmemory-policy noeviction",
];

/** A running server; it can be killed and started again with what it had on its disk. */
export class RedisServer implements AsyncDisposable {
  readonly #folder: string;
  readonly #options: readonly string[];
  #port = 0;
  #process: Deno.ChildProcess | null = null;
  #drained: Promise<void> = Promise.resolve();

  private constructor(folder: string, options: readonly string[]) {
    this.#folder = folder;
    this.#options = options;
  }

  static async start(folder: string, options: readonly string[] = DURABLE): Promise<RedisServer> {
    const server = new RedisServer(folder, options);
    // Somebody else may take the port between our look and the server's.
    for (let tries = 0; tries < 5; tries++) {
      server.#port = freePort();
      if (await server.#run()) return server;
    }
    throw new Error(`${SERVER} does not start on any port`);
  }

  /** Its address, with a database. */
  get url(): string {
    return `redis://127.0.0.1:${this.#port}/0`;
  }

  /** Ends it as a power failure would. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    await this.#drained;
    this.#process = null;
  }

  /** Starts it again after {@link kill}, at the same address. */
  async startAgain(): Promise<void> {
    if (!await this.#run()) throw new Error(`${SERVER} does not start again`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  /** @returns whether it came to listen. */
  async #run(): Promise<boolean> {
    const options = [
      `--port ${this.#port}`,
      "--bind 127.0.0.1",
      `--dir ${this.#folder}`,
      ...this.#options,
    ];
    this.#process = new Deno.Command(SERVER, {
      args: options.flatMap((option) => option.split(" ")),
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const listens = Promise.withResolvers<boolean>();
    let text = "";
    const output = this.#process.stdout.pipeThrough(new TextDecoderStream());
    this.#drained = output.pipeTo(
      new WritableStream({
        write(chunk) {
          text += chunk;
          if (text.includes("Ready to accept connections")) listens.resolve(true);
        },
        close: () => listens.resolve(false),
      }),
    );
    return await listens.promise;
  }
}

/** Gives `body` a server, and a folder for the files of jobs; both are gone afterwards. */
export async function withRedis(
  body: (server: RedisServer, folder: string) => Promise<void>,
  options?: readonly string[],
): Promise<void> {
  await withFolder(async (folder) => {
    const data = join(folder, "redis");
    await Deno.mkdir(data);
    await using server = await RedisServer.start(data, options);
    await body(server, folder);
  });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function isThere(): boolean {
  try {
    return new Deno.Command(SERVER, { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
