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

/** The program with arguments, ready to be started. */
export function program(args: readonly string[], env: Record<string, string> = {}): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, ...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs the program to its end. */
export async function ttt(args: readonly string[], env: Record<string, string> = {}) {
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
