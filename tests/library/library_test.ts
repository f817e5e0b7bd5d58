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

/** Runs a program in a folder; what it says is text. */
async function deno(cwd: string, args: string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    clearEnv: true,
    env: { ...env, NO_COLOR: "1" },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: out!, err: err! };
}

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
  return rest;
}

Deno.test("lib/mod.ts labels a scan as its example says, and prints nothing of its own", async () => {
  await withFolder(async (folder) => {
    await writeSite(folder);
    const example = join(folder, "example.ts");
    await Deno.writeTextFile(example, await fullExample());
    const args = ["run", "-q", "-A", "--config", join(ROOT, "deno.json"), example];
    const { code, out, err } = await deno(folder, args, bareEnvironment());
    assert.equal(err, "");
    assert.equal(code, 0);
    assert.match(out, /^KD loss: \d\.\d+ before, \d\.\d+ after\n$/);
    const labelled = await readScan(
      await Deno.readFile(join(folder, "labelled.ply")),
      "labelled.ply",
    );
    assert.equal(labelled.labels?.length, labelled.count);
  });
});

Deno.test("lib/mod.ts can be linked by another program, as it says", async () => {
  const block = /```json\n([\s\S]*?)```/.exec(
    (await Deno.readTextFile(MODULE)).replaceAll(/^ \* ?/gm, ""),
  );
  const config = JSON.parse(block![1]!);
  const { name, version } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  assert.deepEqual(config.imports, { [name]: `jsr:${name}@^${version}` });
  await withFolder(async (folder) => {
    await Deno.writeTextFile(
      join(folder, "deno.json"),
      JSON.stringify({ ...config, links: [ROOT] }),
    );
    await Deno.writeTextFile(
      join(folder, "program.ts"),
      `import { studentNames } from "${name}";\nconsole.log(studentNames().join());\n`,
    );
    const { code, out, err } = await deno(
      folder,
      ["run", "-A", "--cached-only", "--no-lock", "program.ts"],
      Deno.env.toObject(),
    );
    assert.equal(code, 0, err);
    assert.ok(out.trim().split(",").includes("rooms-joint"), out);
  });
});

Deno.test("lib/mod.ts is documented, with every type that it mentions", async () => {
  const { code, err } = await deno(ROOT, ["doc", "--lint", "lib/mod.ts"], Deno.env.toObject());
  assert.equal(code, 0, err);
});
