/** Where a command may write. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { checkOutputs } from "../../lib/cli/outputs.ts";

Deno.test("checkOutputs() refuses to write over an input, by whatever path, and names what is replaced", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const at = (name: string) => join(folder, name);
    await Deno.writeTextFile(at("scan.ply"), "");
    await Deno.writeTextFile(at("old.ply"), "");
    await Deno.symlink("scan.ply", at("soft.ply"));
    await Deno.link(at("scan.ply"), at("hard.ply"));
    const check = (...outputs: (string | undefined)[]) =>
      checkOutputs(outputs, [at("scan.ply"), at("missing.json")]);
    for (const same of ["scan.ply", "soft.ply", "hard.ply", "./x/../scan.ply"]) {
      await assert.rejects(check(at(same)), {
        name: "UsageError",
        message: /^Cannot write .*: it is an input too; name another file$/,
      });
    }
    assert.deepEqual(await check(at("old.ply"), undefined, at("new.json")), [at("old.ply")]);
    await assert.rejects(check(at("old.ply"), at("old.ply")), /it is another output too/);
    await assert.rejects(check(at("new.ply"), `${folder}/./new.ply`), /it is another output too/);
    await assert.rejects(check(folder), /it is a folder/);
    await assert.rejects(check(at("new/")), /it is a folder; name a file/);
    await assert.rejects(check(at("no/new.ply")), /there is no folder .*no; make it first/);
    assert.deepEqual(await check("/dev/null", "/dev/null"), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
