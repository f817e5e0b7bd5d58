/** `compile`: packs the program, its models and its packages into one binary. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineCommand } from "../cli/args.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Folders of npm packages that no program runs. One of bintrees' test files overflows the stack of `deno compile`. */
const UNUSED_FOLDERS = ["test", "tests"];

export const command = defineCommand({
  name: "compile",
  summary: "Packs the program, its models and its packages into one binary",
  positionals: [],
  options: {
    output: { type: "string", value: "FILE", default: "out/ttt-kd", about: "binary to write" },
  },
  async run({ output }) {
    if (Deno.build.standalone) {
      throw new Error(
        "Cannot compile: this is a binary already; run it in a clone of the repository",
      );
    }
    const command = new Deno.Command(Deno.execPath(), {
      args: await compileArguments(output),
      cwd: ROOT,
      stdin: "null",
    });
    const { success } = await command.spawn().status;
    if (!success) throw new Error(`Cannot compile ${output}: Deno says above why`);
  },
});

/**
 * Arguments of `deno` that compile the program.
 *
 * @param output the binary to write; a relative path begins in the folder of the caller, not in that of the program.
 */
export async function compileArguments(output: string): Promise<string[]> {
  return [
    ...["compile", "-A", "--exclude-unused-npm"],
    ...(await unusedFolders()).flatMap((folder) => ["--exclude", folder]),
    ...["--output", resolve(output), "main.ts"],
  ];
}

/** Those of {@link UNUSED_FOLDERS} that npm packages of the program have. */
async function unusedFolders(): Promise<string[]> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "main.ts"],
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Cannot compile: Deno says above why it cannot read main.ts");
  const { npmPackages }: { npmPackages: Record<string, { localPath: string }> } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  return Object.values(npmPackages)
    .flatMap(({ localPath }) => UNUSED_FOLDERS.map((name) => join(localPath, name)))
    .filter((folder) => existsSync(folder));
}
