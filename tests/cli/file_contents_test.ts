/** What the files of options are like. */
import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { contentsOf } from "../../lib/cli/file_contents.ts";
import { withFolder } from "../commands/support.ts";

const TEACHERS = fileURLToPath(new URL("../../fixtures/teachers/", import.meta.url));

Deno.test("contentsOf() tells files by their bytes, whichever option names them, and passes over all else", async () => {
  await withFolder(async (folder) => {
    const [a, b] = [join(folder, "a"), join(folder, "b,c")] as const;
    await writeFile(a, "first");
    await writeFile(b, "second");
    const values = { one: a, "two-three": b, list: `${a}, rooms`, none: "rooms,streets", on: true };
    const contents = await contentsOf(values);
    const names = ["one", "two-three", "list"].map((name) => `content of --${name}`);
    assert.deepEqual(Object.keys(contents), names);
    assert.equal(contents["content of --one"], contents["content of --list"]);
    // Written anew with the same bytes, it is the same file.
    await writeFile(a, "first");
    assert.deepEqual(await contentsOf(values), contents);
    await writeFile(b, "changed");
    const changed = await contentsOf(values);
    const differing = names.filter((name) => changed[name] !== contents[name]);
    assert.deepEqual(differing, ["content of --two-three"]);
  });
});

Deno.test("contentsOf() of a teacher holds the files that its card names", async () => {
  await withFolder(async (folder) => {
    const card = JSON.parse(await Deno.readTextFile(join(TEACHERS, "rooms-parts.json")));
    const path = join(folder, "own.json");
    const { sha256: _, ...free } = card;
    await writeFile(path, JSON.stringify(free));
    await copyFile(join(TEACHERS, card.file), join(folder, card.file));
    const before = await contentsOf({ teacher: path });
    await writeFile(join(folder, card.file), "another network");
    assert.notDeepEqual(await contentsOf({ teacher: path }), before);
    await assert.rejects(contentsOf({ teacher: join(folder, "none.json") }), /Cannot find teacher/);
  });
});
