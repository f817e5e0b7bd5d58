/** Scripts of tests that tasks run, as users see them. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { textOf } from "../readme/markdown.ts";

const tasks: Record<string, string | object> = JSON.parse(textOf("deno.json")).tasks;
const SCRIPTS = Object.entries(tasks).flatMap(([task, line]) => {
  const [, file] = /^deno run -A (tests\/\S+)$/.exec(`${line}`) ?? [];
  return file === undefined ? [] : [{ task, file }];
});

/** On a new machine, a run that is not quiet says first what it downloads. */
async function run(file: string, argument: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", file, argument],
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env: { NO_COLOR: "1" },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

for (const { task, file } of SCRIPTS) {
  Deno.test(`task ${task} has a help text, and names an argument that is wrong in one line`, async () => {
    const [help, wrong] = await Promise.all([run(file, "--help"), run(file, "--nonsense")]);
    assert.equal(help.code, 0, help.stderr);
    assert.ok(help.stdout.includes(`usage: deno task ${task} [`), help.stdout);
    assert.equal(wrong.code, 2, wrong.stderr);
    assert.match(wrong.stderr, /^Unknown option '--nonsense'\n$/);
  });
}

Deno.test("task torture and task bench are among the scripts of tests", () => {
  const names = SCRIPTS.map(({ task }) => task);
  for (const name of ["torture", "bench"]) assert.ok(names.includes(name), `${names}`);
});
