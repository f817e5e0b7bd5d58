/** READMEs say what is so: links resolve, commands exist with their options, and those that are cheap run. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "../../lib/cli/args.ts";
import { parseCommand } from "../../lib/cli/args.ts";
import { openServer } from "../../routes/open_server.ts";
import { ROOT } from "../architecture/imports.ts";
import { withFolder } from "../commands/support.ts";
import { camerasText, fakeLabeller, plyScan, pngPhoto } from "../routes/support.ts";
import {
  anchorsOf,
  type Block,
  blocksOf,
  commandsOf,
  linksOf,
  proseOf,
  readmeFiles,
  textOf,
} from "./markdown.ts";

/** How newcomers call Deno, which they need not have installed. */
const NPX = ["npx", "-y", "deno@2.9.6"];
/** Where READMEs take the server to be. */
const ADDRESS = "http://127.0.0.1:8080";
const MOST_BYTES = 8192;

const FILES = readmeFiles();
const shellBlocks = FILES.flatMap(blocksOf).filter(({ language }) => language === "sh");
const tasks: Record<string, string | { command: string }> = JSON.parse(textOf("deno.json")).tasks;

const where = ({ file, line }: { file: string; line: number }) => `${file}:${line}`;

Deno.test("the README has at most 8 KB", () => {
  assert.ok(new TextEncoder().encode(textOf("README.md")).length <= MOST_BYTES);
});

Deno.test("links in READMEs resolve", () => {
  const links = FILES.flatMap(linksOf);
  assert.ok(links.length > 10);
  for (const link of links) {
    const path = join(ROOT, link.target);
    assert.ok(existsSync(path), `${where(link)}: ${link.target} is not there`);
    if (link.anchor === null) continue;
    const isFolder = Deno.statSync(path).isDirectory;
    const page = isFolder ? join(link.target, "README.md") : link.target;
    assert.ok(
      anchorsOf(page).includes(link.anchor),
      `${where(link)}: ${page} has no heading #${link.anchor}`,
    );
  }
});

Deno.test("READMEs never call a deno that a newcomer has not installed", () => {
  for (const file of FILES) {
    assert.doesNotMatch(textOf(file), /\bdeno task\b/, `${file}: say ${NPX.join(" ")} task`);
    assert.doesNotMatch(proseOf(file), /deno@(?!2\.9\.6)/, file);
  }
  for (const block of shellBlocks) {
    for (const [program] of commandsOf(block.text)) assert.notEqual(program, "deno", where(block));
  }
});

Deno.test("commands in READMEs exist, and take the options that are shown", async () => {
  let checked = 0;
  for (const block of shellBlocks) {
    for (const command of commandsOf(block.text)) {
      if (command[0] !== "npx") continue;
      assert.deepEqual(command.slice(0, 3), NPX, where(block));
      if (command[3] !== "task") continue;
      await checkTask(command[4]!, command.slice(5), where(block));
      checked++;
    }
  }
  assert.ok(checked > 20, `${checked} commands`);
});

/** Holds a task and its arguments against the command that it runs. */
async function checkTask(name: string, args: readonly string[], place: string): Promise<void> {
  const task = tasks[name];
  assert.ok(task, `${place}: there is no task ${name}`);
  const line = typeof task === "string" ? task : task.command;
  const commandName = /^deno run -A main\.ts (\w+)( --\w+)*$/.exec(line)?.[1];
  if (!commandName) return;
  const { command }: { command: Command } = await import(`../../lib/commands/${commandName}.ts`);
  try {
    parseCommand(command, args);
  } catch (error) {
    assert.fail(`${place}: task ${name}: ${(error as Error).message}`);
  }
}

Deno.test({
  name: "shell blocks in READMEs run as they stand",
  // A test of files and processes alone; on Windows there is no sh.
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const blocks = shellBlocks.filter(({ flags }) => !flags.includes("no-run"));
    assert.ok(blocks.length > 4, `${blocks.length} blocks`);
    await withFolder(async (folder) => {
      await prepare(folder);
      await using server = await openServer(
        {
          labeller: fakeLabeller(),
          data: { ...DATA, folder: join(folder, "data") },
        },
        "127.0.0.1",
        0,
      );
      for (const block of blocks) {
        await run(block, folder, ["sh", "-euc", block.text.replaceAll(ADDRESS, server.url)]);
      }
    });
  },
});

const pythonBlocks = FILES.flatMap(blocksOf).filter(({ language, flags }) =>
  language === "python" && !flags.includes("no-run")
);
const hasRequests = await succeeds("python3", ["-c", "import requests"]);
if (!hasRequests) console.log("Python blocks in READMEs are left out: no python3 with requests");

Deno.test({
  name: "Python blocks in READMEs run as they stand",
  ignore: !hasRequests,
  fn: async () => {
    assert.ok(pythonBlocks.length > 0);
    await withFolder(async (folder) => {
      await prepare(folder);
      await using server = await openServer({ labeller: fakeLabeller() }, "127.0.0.1", 0);
      for (const block of pythonBlocks) {
        await run(block, folder, ["python3", "-c", block.text.replaceAll(ADDRESS, server.url)]);
      }
    });
  },
});

/** Whether a program is there and ends well. */
async function succeeds(program: string, args: string[]): Promise<boolean> {
  const command = new Deno.Command(program, { args, stdout: "null", stderr: "null" });
  return await command.output().then(({ success }) => success, () => false);
}

const DATA = {
  queue: { jobs: 8, jobsOfClient: 8, attempts: 1 },
  sessions: { sessions: 8, sessionsOfClient: 8, keepHours: 1 },
  keepHours: 1,
};

/** A folder as the demo leaves it, and an `npx` that is the Deno that runs this test. */
async function prepare(folder: string): Promise<void> {
  const images = join(folder, "out/demo/images");
  await mkdir(images, { recursive: true });
  await mkdir(join(folder, "bin"));
  await symlink(join(ROOT, "fixtures"), join(folder, "fixtures"));
  await writeFile(join(folder, "out/demo/scan.ply"), plyScan());
  await writeFile(join(folder, "out/demo/cameras.json"), camerasText(["a.png", "b.png"]));
  for (const name of ["a.png", "b.png"]) await writeFile(join(images, name), pngPhoto());
  const npx = `#!/bin/sh
shift 3 # -y deno@2.9.6 task
task="$1"; shift
[ "$task" = start ] && task=serve
exec "${Deno.execPath()}" run -A "${ROOT}main.ts" "$task" "$@"
`;
  await writeFile(join(folder, "bin/npx"), npx, { mode: 0o755 });
}

async function run(
  block: Block,
  cwd: string,
  [program, ...args]: readonly [string, ...string[]],
): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    env: { PATH: `${cwd}/bin:${Deno.env.get("PATH")}`, NO_COLOR: "1" },
  }).output();
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, `${where(block)}\n${block.text}\n${output}`);
}
