/** `lib/mod.ts` as another program uses it: the examples in its own documentation, in a process of their own. */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readScan } from "../../lib/mod.ts";
import { camerasToJson, encodePng, writePly } from "../../lib/scan/mod.ts";
import { ROOT } from "../architecture/imports.ts";
import { withFolder } from "../commands/support.ts";
import { BOXES } from "../ttt/boxes.ts";

const MODULE = join(ROOT, "lib", "mod.ts");

/** The example that `deno test --doc` leaves out because it opens an engine. */
async function fullExample(): Promise<string> {
  const block = /^ \* ```ts ignore\n([\s\S]*?)^ \* ```$/m.exec(await Deno.readTextFile(MODULE));
  assert.ok(block, "lib/mod.ts has no example marked `ts ignore`");
  return block[1]!.replaceAll(/^ \* ?/gm, "");
}

/** Writes the files that the example names. */
async function writeSite(folder: string): Promise<void> {
  const { scan, photos, cameras } = await BOXES.scene("source", "train", 0);
  await Deno.writeFile(join(folder, "site.ply"), writePly(scan));
  await Deno.writeTextFile(join(folder, "cameras.json"), camerasToJson(cameras));
  await mkdir(join(folder, "images"));
  for (const photo of photos) {
    await Deno.writeFile(join(folder, "images", photo.name), encodePng(photo));
  }
}

/** The environment without what `lib/gpu/vulkan.ts` sets. */
function bareEnvironment(): Record<string, string> {
  const { XDG_RUNTIME_DIR: _, DENO_WEBGPU_BACKEND: __, ...rest } = Deno.env.toObject();
  return { ...rest, NO_COLOR: "1" };
}

Deno.test("lib/mod.ts labels a scan as its example says, and prints nothing of its own", async () => {
  await withFolder(async (folder) => {
    await writeSite(folder);
    const example = join(folder, "example.ts");
    await Deno.writeTextFile(example, await fullExample());
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--config", join(ROOT, "deno.json"), example],
      cwd: folder,
      clearEnv: true,
      env: bareEnvironment(),
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.equal(err, "");
    assert.equal(code, 0);
    assert.match(out!, /^KD loss: \d\.\d+ before, \d\.\d+ after\n$/);
    const labelled = await readScan(
      await Deno.readFile(join(folder, "labelled.ply")),
      "labelled.ply",
    );
    assert.equal(labelled.labels?.length, labelled.count);
  });
});
