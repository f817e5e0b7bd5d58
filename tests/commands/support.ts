/**
 * The program as a process of its own.
 *
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/**
 * What `deno task test` tells V8, for processes of the program, too: to optimise WebAssembly late. To optimise ONNX Runtime
 * takes seconds of a core, and tests describe too few photographs for it to pay.
 */
const V8_FLAGS = "--wasm-tiering-budget=1000000000";

/** The program with arguments, ready to be started. */
export function program(args: readonly string[], env: Record<string, string> = {}): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, ...args],
    env: { NO_COLOR: "1", DENO_V8_FLAGS: V8_FLAGS, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Ends what a run writes, where several share a process. */
export const END = "\x1e";

/** What a run of the program left. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the program for several command lines, one after the other in one process: to start it takes longer than to refuse. */
export async function runAll(commandLines: readonly (readonly string[])[]): Promise<Ended[]> {
  const script = fileURLToPath(new URL("several.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, JSON.stringify(commandLines)],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const written = (bytes: Uint8Array) => new TextDecoder().decode(bytes).split(`${END}\n`);
  const [said, complained] = [written(stdout), written(stderr)];
  if (code !== 0 || said.length !== commandLines.length + 1) {
    throw new Error(`The program ended early: ${said.at(-1)}${complained.at(-1)}`);
  }
  return commandLines.map((_, i) => {
    const [, own, exit] = /^([^]*?)(\d)$/.exec(said[i]!)!;
    return { code: Number(exit), stdout: own!, stderr: complained[i]! };
  });
}

/** Runs the program to its end. */
export async function ttt(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const { code, stdout, stderr } = await program(args, env).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/** Waits until a started server listens. @returns its address, and the rest of its output. */
export async function listening(server: Deno.ChildProcess) {
  const rest = server.stdout.pipeThrough(new TextDecoderStream());
  let output = "";
  for await (const text of rest.values({ preventCancel: true })) {
    output += text;
    const url = /listens on (http:\S+)/.exec(output)?.[1];
    if (url) return { url, rest };
  }
  throw new Error(`Cannot find where the server listens: ${output}`);
}

/** Runs `body` with a temporary folder. */
export async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tttkd-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
