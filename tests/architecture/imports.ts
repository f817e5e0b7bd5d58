/**
 * The files of the project and what each imports, type-only imports included.
 *
 * @module
 */
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const TOP = ["lib", "kernels", "routes", "tests", "fixtures"];
/** `import … from "x"`, `export … from "x"`, `import("x")` and `import "x"`. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g;
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/** Paths of the project's modules and kernels, relative to {@link ROOT}, sorted. */
export function projectFiles(): string[] {
  const found = ["main.ts"];
  const walk = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(join(ROOT, folder))) {
      const path = `${folder}/${name}`;
      if (isDirectory) walk(path);
      else if (/\.(ts|js|wgsl)$/.test(name)) found.push(path);
    }
  };
  TOP.forEach(walk);
  return found.sort();
}

/** What the text of a file imports of the project, relative to {@link ROOT}. */
export function importsOf(path: string, text: string): string[] {
  const base = pathToFileURL(join(ROOT, path));
  return [...text.replace(COMMENT, "").matchAll(IMPORT)]
    .map(([, specifier]) => specifier!)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => relative(ROOT, fileURLToPath(new URL(specifier, base))));
}

/** Every file with what it imports. */
export function importGraph(): Map<string, string[]> {
  return new Map(
    projectFiles().map((path) => [
      path,
      importsOf(path, path.endsWith(".wgsl") ? "" : Deno.readTextFileSync(join(ROOT, path))),
    ]),
  );
}

/** Groups of files that import one another in a circle. */
export function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const state = new Map<string, "open" | "done">();
  const path: string[] = [];
  const visit = (file: string) => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      found.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    state.set(file, "open");
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    state.set(file, "done");
  };
  for (const file of graph.keys()) visit(file);
  return found;
}
