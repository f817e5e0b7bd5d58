import assert from "node:assert/strict";
import { defineCommand } from "../../lib/cli/args.ts";
import { COMPLETIONS } from "../../lib/cli/completion.ts";

const paint = defineCommand({
  name: "paint",
  summary: "Paints the painter's wall",
  positionals: ["WALL"],
  options: {
    coat: { type: "string", value: "thin|thick", about: "kind: of [coat]" },
    picture: { type: "string", value: "FILE", about: "the painter's picture" },
    dry: { type: "boolean", about: "wait until it is dry" },
  },
  run: () => Promise.resolve(),
});

/** What bash offers for the last of some words. */
async function offered(...words: string[]): Promise<string> {
  const call =
    `COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _my_paint 2>/dev/null; echo "\${COMPREPLY[*]}"`;
  const { stdout } = await new Deno.Command("bash", {
    args: ["-c", `${COMPLETIONS.bash!("my-paint", [paint])}\n${call}`, "bash", ...words],
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("bash completes commands, options and values that are choices", async () => {
  assert.equal(await offered("my-paint", "pa"), "paint");
  assert.equal(await offered("my-paint", "paint", "--d"), "--dry");
  assert.equal(await offered("my-paint", "paint", "--coat", ""), "thin thick");
  assert.equal(await offered("my-paint", "paint", "--picture", "--d"), "", "it is a file's name");
});

Deno.test("scripts of zsh and fish quote what help texts say", () => {
  const zsh = COMPLETIONS.zsh!("my-paint", [paint]);
  assert.match(zsh, /'--coat=\[kind {2}of {2}coat \]:thin\|thick:\(thin thick\)'/);
  assert.match(zsh, /'--picture=\[the painter'\\''s picture\]:FILE:_files'/);
  const fish = COMPLETIONS.fish!("my-paint", [paint]);
  assert.match(fish, /-l coat -x -a 'thin thick' -d 'kind: of \[coat\]'/);
  assert.match(fish, /-a paint -d 'Paints the painter\\'s wall'/);
});
