/**
 * Runs a server in a process of its own that may do no more than its options need: read its models and its folder, write
 * its folder and what is known of the GPU, listen where it listens. A fault in the parser of a client's file then neither reads the home folder nor
 * opens a connection, nor starts a program.
 *
 * @module
 */
import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { isIP } from "node:net";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DRIVER_PATHS, DRIVER_VARIABLES, notesFolder } from "../kernel_choice/mod.ts";
import { ownAddress } from "../serving/access.ts";
import { modelsFolder } from "../teacher/mod.ts";
import { UsageError } from "./args.ts";

/** What a server's permissions depend on: the values of its options. */
export interface ConfinedServer {
  host: string;
  port: number;
  /** The folder that it writes. */
  data: string;
  /** Address of its Redis. */
  queue?: string | undefined;
  /** Files of models that it reads; names of models are passed over. */
  models: readonly string[];
  /** Further files that it reads. */
  files: readonly (string | undefined)[];
}

/** Prefix of the environment variables that set options of the server. */
export const SERVE_VARIABLES = "TTTKD_SERVE";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Folders of the program that are read while it runs: models, and the modules of its threads. */
const PROGRAM = ["fixtures", "kernels", "lib"];
/** Packages that read their WebAssembly when they are first used. */
const PACKAGES = ["onnxruntime-web", "laz-perf"];
/** Variables that are read or set, here and by the drivers of the GPU. */
const VARIABLES = [
  ...DRIVER_VARIABLES,
  "HOME",
  "TMPDIR",
  "TTTKD_MODELS",
  `${SERVE_VARIABLES}_*`,
  "TTTKD_TOKEN",
  "USERPROFILE",
  "XDG_RUNTIME_DIR",
];
const REDIS_PORT = 6379;

/**
 * The options of `deno run` with which a server may do what it needs and nothing else.
 *
 * @throws {UsageError} where it is to listen at a name, whose addresses may change, or a path has a comma.
 */
export function permissionsOf(server: ConfinedServer): string[] {
  const { host, port, data, queue, models, files } = server;
  const read = [
    data,
    modelsFolder(),
    ...DRIVER_PATHS,
    ...PROGRAM.map((name) => `${ROOT}${name}`),
    ...PACKAGES.map((name) => dirname(fileURLToPath(import.meta.resolve(name)))),
    ...files.filter((file) => file !== undefined),
    // The files that a card names lie beside it.
    ...models.filter((model) => existsSync(model)).map(dirname),
  ];
  return [
    `--allow-net=${[...listening(host, port), ...redis(queue)].join(",")}`,
    `--allow-read=${read.flatMap(pathsOf).join(",")}`,
    `--allow-write=${[data, notesFolder()].flatMap(pathsOf).join(",")}`,
    // Redis's client lists the whole environment.
    queue === undefined ? `--allow-env=${VARIABLES.join(",")}` : "--allow-env",
    "--allow-sys=gid,osRelease,statfs,systemMemoryInfo,uid",
  ];
}

/**
 * Runs `serve` with its permissions alone, until it ends; it is stopped by a signal to this process, and by its death; a
 * second signal ends it at once.
 *
 * @param args its command line.
 * @returns the exit code.
 */
export async function runConfined(
  server: ConfinedServer,
  args: readonly string[],
): Promise<number> {
  // Made here, since the server may write nothing above it.
  mkdirSync(server.data, { recursive: true, mode: 0o700 });
  mkdirSync(notesFolder(), { recursive: true });
  const permissions = permissionsOf(server);
  console.error(`serve runs with ${permissions.join(" ")}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--cached-only",
      "--frozen",
      ...permissions,
      Deno.mainModule,
      "serve",
      ...args,
      "--until-stdin-ends",
    ],
    stdin: "piped",
  }).spawn();
  // However this process ends, also by `kill -9`, its end of the pipe is closed, and so the server stops.
  let isStopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (isStopping) return child.kill("SIGKILL");
      isStopping = true;
      child.stdin.close().catch(() => {});
    });
  }
  const { code } = await child.status;
  return code;
}

function listening(host: string, port: number): string[] {
  const at = (address: string) => `${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
  if (host === "localhost") return ["localhost", "127.0.0.1", "::1"].map(at);
  // A server connects to itself, to notice that it accepts no connections any more.
  if (isIP(host) > 0) return [...new Set([host, ownAddress(host)])].map(at);
  throw new UsageError(
    `Cannot confine a server that listens at ${host}: give an address instead of a name, or --unconfined`,
  );
}

function redis(queue: string | undefined): string[] {
  const url = queue === undefined ? null : URL.parse(queue);
  return url === null ? [] : [`${url.hostname}:${url.port || REDIS_PORT}`];
}

/** A path in the ways that Deno may see it. @throws {UsageError} for one that its options cannot hold. */
function pathsOf(path: string): string[] {
  const plain = resolve(path);
  const real = existsSync(plain) ? realpathSync(plain) : plain;
  const paths = [...new Set([plain, real])];
  if (!paths.some((each) => each.includes(","))) return paths;
  throw new UsageError(
    `Cannot confine a server to ${path}: there is a comma in the path; rename it, link to it, or give --unconfined`,
  );
}
