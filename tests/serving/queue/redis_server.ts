/**
 * A real Redis server for one test, on a free port of this machine. Tests that need one are skipped, and say so in
 * their names, where `redis-server` is not installed; TTTKD_REDIS gives another path to it.
 *
 * @module
 */
import { join } from "node:path";
import { withFolder } from "./support.ts";

const SERVER = Deno.env.get("TTTKD_REDIS") ?? "redis-server";

/** Whether a server is installed; on Debian: `apt-get install redis-server`. */
export const HAS_REDIS: boolean = isInstalled();

/** The suffix of the names of skipped tests. */
export const NO_REDIS = " (left out: no redis-server here)";

/** The settings with which Redis loses nothing, as routes/README.md gives them. */
export const DURABLE = {
  appendonly: "yes",
  appendfsync: "always",
  "maxmemory-policy": "noeviction",
};

/** Settings without files: quicker, for tests that kill no server. */
export const IN_MEMORY = { appendonly: "no", "maxmemory-policy": "noeviction" };

/** Settings of a server, by the names of redis.conf. */
export type RedisSettings = Readonly<Record<string, string>>;

/** A running server, which can be killed and started again with the files that it left. */
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
    // Another process may take the port before the server does.
    for (let tries = 0; tries < 5; tries++) {
      server.#port = freePort();
      if (await server.#run()) return server;
    }
    throw new Error(`${SERVER} does not start on any port`);
  }

  /** The address of its database 0. */
  get url(): string {
    return `redis://127.0.0.1:${this.#port}/0`;
  }

  /** Kills it, as a power failure would. */
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

  /** Runs the server. @returns whether it listens. */
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

/** Registers a test that is skipped where there is no server. */
export function testWithRedis(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name}${HAS_REDIS ? "" : NO_REDIS}`, ignore: !HAS_REDIS, fn });
}

/** Gives `body` a server and a temporary folder for the files of jobs. */
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

function isInstalled(): boolean {
  try {
    return new Deno.Command(SERVER, { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
