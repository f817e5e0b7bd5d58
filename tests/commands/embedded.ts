/**
 * Collects in a folder what `deno compile` puts into the binary: the modules of the program and of its workers, the
 * files that `compile.include` of deno.json names, and the npm packages that any of these import.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compileArguments } from "../../lib/commands/compile.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The part of `deno info --json` that is used. */
interface Info {
  roots: string[];
  modules: {
    specifier: string;
    local?: string;
    npmPackage?: string;
    /** A dependency that is imported only for its types has no `code`. */
    dependencies?: { code?: { specifier: string } }[];
  }[];
  redirects: Record<string, string>;
  npmPackages: Record<string, { name: string; dependencies: string[]; localPath: string }>;
}

interface Lock {
  /** Versions by `npm:NAME@VERSION`. */
  specifiers: Record<string, string>;
}

interface NpmPackage {
  name: string;
  /** Where Deno keeps it. */
  folder: string;
}

/** The contents of a compiled program. */
export interface Embedded {
  /** Paths of files, relative to the repository. */
  files: Set<string>;
  /** npm packages; there may be several versions of one name. */
  packages: NpmPackage[];
  /** Deno's own folder, in which those lie. */
  denoFolder: string;
}

interface Config {
  imports: Record<string, string>;
  compilerOptions: unknown;
  nodeModulesDir: string;
  compile: { include: string[] };
}

async function deno(args: string[], env: Record<string, string> = {}) {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
  });
  const { success, stdout, stderr } = await command.output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`Cannot run deno ${args.join(" ")}: ${err}`);
  return { out: out!, err: err! };
}

async function config(): Promise<Config> {
  return JSON.parse(await readFile(join(ROOT, "deno.json"), "utf8"));
}

/** The modules that these import, and what they import: of one program that imports them all. */
async function graphOf(paths: readonly string[]): Promise<Info> {
  const folder = await mkdtemp(join(tmpdir(), "tttkd-info-"));
  try {
    const program = join(folder, "program.ts");
    const lines = paths.map((path) => `import ${JSON.stringify(pathToFileURL(join(ROOT, path)))};`);
    await writeFile(program, lines.join("\n"));
    const args = ["info", "--json", "--config", join(ROOT, "deno.json"), program];
    return JSON.parse((await deno(args)).out);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Finds out what is embedded. */
export async function embedded(): Promise<Embedded> {
  const files = new Set<string>();
  const packages = new Map<string, NpmPackage>();
  const { include } = (await config()).compile;
  const isModule = (path: string) => path.endsWith(".ts");
  for (const path of include.filter((path) => !isModule(path))) {
    for (const entry of await readdir(join(ROOT, path), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) files.add(relative(ROOT, join(entry.parentPath, entry.name)));
    }
  }
  // Deno packs what the modules in included folders import, too.
  const included = [...include, ...files].filter(isModule);
  const { roots, modules, redirects, npmPackages } = await graphOf(["main.ts", ...included]);
  const bySpecifier = new Map(modules.map((module) => [module.specifier, module]));
  const takePackage = (id: string) => {
    if (packages.has(id)) return;
    const { name, dependencies, localPath } = npmPackages[id]!;
    packages.set(id, { name, folder: localPath });
    dependencies.forEach(takePackage);
  };
  const seen = new Set<string>();
  const take = (specifier: string) => {
    const module = bySpecifier.get(redirects[specifier] ?? specifier);
    if (!module || seen.has(module.specifier)) return;
    seen.add(module.specifier);
    if (module.local && !roots.includes(specifier)) files.add(relative(ROOT, module.local));
    if (module.npmPackage) takePackage(module.npmPackage);
    for (const { code } of module.dependencies ?? []) if (code) take(code.specifier);
  };
  roots.forEach(take);
  // Packages for other platforms are not installed.
  const here = [...packages.values()].filter(({ folder }) => existsSync(folder));
  const { denoDir }: { denoDir: string } = JSON.parse((await deno(["info", "--json"])).out);
  return { files, packages: here, denoFolder: denoDir };
}

/**
 * Copies the embedded files to `app` and the packages to `deno` in a folder, with those parts of deno.json and the
 * lock file that resolve imports, as in the binary.
 */
export async function gather({ files, packages, denoFolder }: Embedded, folder: string) {
  const app = join(folder, "app");
  for (const file of files) {
    await mkdir(dirname(join(app, file)), { recursive: true });
    if (!file.endsWith(".ts")) {
      await cp(join(ROOT, file), join(app, file));
      continue;
    }
    // A package of types alone is not in the binary, but Deno would look for it.
    const text = await readFile(join(ROOT, file), "utf8");
    await writeFile(join(app, file), text.replace(/^\/\/ @ts-types=.*/gm, ""));
  }
  const { imports, compilerOptions, nodeModulesDir } = await config();
  const names = new Set(packages.map(({ name }) => name));
  const isUsed = (npm: string) => names.has(/^npm:(.[^@]*)/.exec(npm)?.[1] ?? "");
  const used = Object.entries(imports).filter(([, npm]) => isUsed(npm));
  await writeFile(
    join(app, "deno.json"),
    JSON.stringify({ imports: Object.fromEntries(used), compilerOptions, nodeModulesDir }),
  );
  const lock: Lock = JSON.parse(await readFile(join(ROOT, "deno.lock"), "utf8"));
  const specifiers = Object.entries(lock.specifiers).filter(([npm]) => isUsed(npm));
  await writeFile(
    join(app, "deno.lock"),
    JSON.stringify({ ...lock, specifiers: Object.fromEntries(specifiers), workspace: undefined }),
  );
  const denoCopy = join(folder, "deno");
  for (const { folder } of packages) {
    await cp(folder, join(denoCopy, relative(denoFolder, folder)), { recursive: true });
  }
  return { app, denoFolder: denoCopy };
}

/**
 * Packs the binary as `deno task compile` does, but around Deno itself, since the runtime part of binaries would have to
 * be downloaded. Such a binary does not run; only Deno's list of its contents matters.
 *
 * @returns paths of files, or `FOLDER/*` for all embedded files of a folder; and names of npm packages.
 */
export async function packed(output: string): Promise<{ paths: string[]; packages: Set<string> }> {
  const [subcommand, ...args] = await compileArguments(output);
  const { err } = await deno([subcommand!, "--no-check", ...args], {
    DENORT_BIN: Deno.execPath(),
  });
  const paths: string[] = [];
  const packages = new Set<string>();
  const above: string[] = [];
  for (const line of err.split("\n")) {
    const parts = /^((?:│ | {2})*)[├└]─([─┬]) (\S+)/.exec(line);
    if (!parts) continue;
    const [, indent, kind, name] = parts;
    above.length = indent!.length / 2;
    above.push(name!);
    if (kind === "┬") continue;
    const path = above.join("/");
    const npm = /^\.deno_compile_node_modules\/[^/]+\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (npm) packages.add(npm[1]!);
    else paths.push(path);
  }
  return { paths, packages };
}
