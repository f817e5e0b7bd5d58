/**
 * The commit that the program runs from, for reports.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const GIT = fileURLToPath(new URL("../../../.git", import.meta.url));

/**
 * Reads the commit of the repository that the program lies in.
 *
 * @param git path of the repository's folder `.git`, or of the file that names it in a worktree.
 * @returns null where there is no repository, as in the compiled binary.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(await programCommit("/no/such/folder"), null);
 * ```
 */
export async function programCommit(git: string = GIT): Promise<string | null> {
  try {
    const { isFile } = await Deno.stat(git);
    const folder = isFile ? (await text(git)).replace(/^gitdir: /, "") : git;
    const head = await text(join(folder, "HEAD"));
    const [, ref] = /^ref: (.+)$/.exec(head) ?? [];
    if (!ref) return head;
    // A worktree keeps its branches where the repository does.
    const common = await text(join(folder, "commondir")).catch(() => "");
    const root = join(folder, common);
    const loose = await text(join(root, ref)).catch(() => null);
    if (loose !== null) return loose;
    const packed = await text(join(root, "packed-refs"));
    const line = packed.split("\n").find((line) => line.endsWith(` ${ref}`));
    return line?.split(" ")[0] ?? null;
  } catch {
    return null;
  }
}

async function text(path: string): Promise<string> {
  return (await Deno.readTextFile(path)).trim();
}
