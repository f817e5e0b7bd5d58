/**
 * The models that come with the program, from `fixtures/` or out of the compiled binary.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FIXTURES = fileURLToPath(new URL("../../fixtures/", import.meta.url));

/** Path of a folder of the fixtures. */
export function fixture(folder: string): string {
  return join(FIXTURES, folder);
}

/** Lists the files of a folder with one extension, sorted, without it. */
export function embeddedNames(folder: string, extension: string): string[] {
  return [...Deno.readDirSync(folder)]
    .filter(({ name }) => name.endsWith(extension))
    .map(({ name }) => name.slice(0, -extension.length))
    .sort();
}
