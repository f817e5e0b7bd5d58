/**
 * The files that a command writes: checked before the work, so that minutes of it are not lost, and no file of the user
 * with them.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { UsageError } from "./args.ts";

/**
 * Checks where a command is going to write.
 *
 * @param outputs paths, those that are not wanted undefined
 * @param inputs paths of what the command reads
 * @returns those of the outputs that exist already, and will be replaced
 * @throws {UsageError} where one is an input, or the same file as another one, or its folder does not exist
 */
export async function checkOutputs(
  outputs: readonly (string | undefined)[],
  inputs: readonly string[],
): Promise<string[]> {
  const replaced: string[] = [];
  const taken = new Map<string, string>();
  for (const path of inputs) {
    // One that is missing is reported where it is read.
    const info = await infoOf(path);
    if (info) taken.set(await identityOf(path, info), "an input");
  }
  for (const path of outputs.filter((path) => path !== undefined)) {
    const info = await infoOf(path);
    if (info?.isDirectory || namesFolder(path)) {
      throw new UsageError(`Cannot write ${path}: it is a folder; name a file`);
    }
    // Devices and pipes are written to, not replaced.
    if (info && !info.isFile) continue;
    const identity = info ? await identityOf(path, info) : await identityOfNew(path);
    const use = taken.get(identity);
    if (use) throw new UsageError(`Cannot write ${path}: it is ${use} too; name another file`);
    taken.set(identity, "another output");
    if (info) replaced.push(path);
  }
  return replaced;
}

/** Whether a path is that of a folder, whatever is there: one with a slash at its end. */
export function namesFolder(path: string): boolean {
  return /[/\\]$/.test(path);
}

/** A text that is the same for all paths to a file. */
async function identityOf(path: string, { dev, ino }: Deno.FileInfo): Promise<string> {
  // Links of both kinds lead to one inode; where there are no inodes, at least symbolic ones are followed.
  return ino ? `${dev}:${ino}` : await Deno.realPath(path);
}

/** A text that is the same for all paths to a file that does not exist yet. */
async function identityOfNew(path: string): Promise<string> {
  const folder = dirname(path);
  if ((await infoOf(folder))?.isDirectory) {
    return join(await Deno.realPath(folder), basename(path));
  }
  throw new UsageError(`Cannot write ${path}: there is no folder ${folder}; make it first`);
}

async function infoOf(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return null;
    throw error;
  }
}
