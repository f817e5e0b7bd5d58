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

/** What the names of such tests end in. */
export const NO_REDIS = " (left out: no redis-server here)";

/** What a queue needs to lose nothing, as the README says. */
export const DURABLE = {
  appendonly: "yes",
  appendfsync: "always",
  "maxmemory-policy": "noeviction",
};

/** Nothing on the disk: quicker, where a test kills no server. */
export const IN_MEMORY = { appendonly: "no", "maxmemory-policy": "noeviction" };

/** Settings of a server, as its configuration names them. */
export type RedisSettings = Readonly<Record<string, string>>;

/** A running server; it can be killed and started again with what it had on its disk. */
export class RedisServer implements AsyncDisposable {
  readonly #folder: string;
  readonly #settings: RedisSettings;
  #port = 0;
  #process: Deno.ChildProcess | null = null;
  #drained: Promise<void> = Promise.resolve();

  private constructor(folder: string, settings: RedisSettings) {
    this.#folder = folder;
    this.#settings = settings;
  }

  static async start(folder: string, settings: RedisSettings): Promise<RedisServer> {
    const server = new RedisServer(folder, settings);
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
    const settings = {
      port: `${this.#port}`,
      bind: "127.0.0.1",
      dir: this.#folder,
      save: "",
      ...this.#settings,
    };
    this.#process = new Deno.Command(SERVER, {
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
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

/** A test that is left out, by its name, where there is no server. */
export function testWithRedis(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name}${HAS_REDIS ? "" : NO_REDIS}`, ignore: !HAS_REDIS, fn });
}

/** Gives `body` a server, and a folder for the files of jobs; both are gone afterwards. */
export async function withRedis(
  body: (server: RedisServer, folder: string) => Promise<void>,
  settings: RedisSettings = IN_MEMORY,
): Promise<void> {
  await withFolder(async (folder) => {
    const data = join(folder, "redis");
    await Deno.mkdir(data);
    await using server = await RedisServer.start(data, settings);
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
