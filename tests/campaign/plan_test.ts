import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { planCampaign, type PlannedScan } from "../../lib/campaign/plan.ts";
import { findScans } from "../../lib/scan/mod.ts";
import { ROOT } from "../architecture/imports.ts";
import { withFolder } from "../commands/support.ts";

async function withFiles(names: string[], body: (folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    for (const name of names) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), name);
    }
    await body(folder);
  });
}

Deno.test("findScans() gives each scan the folder that is its own", async () => {
  const names = [
    "alone/deep/scan.laz",
    "alone/images/0.jpg",
    "alone/cameras.json",
    "alone/deep/scan_labelled.las",
    "far/a/b/c/scan.ply",
    "many/1.las",
    "many/2.las",
    "many/photo.png",
    "many/own/3.las",
    "out/many/1_labelled.las",
    "out/other.las",
    "top.ply",
    "alone/sparse/points3D.ply",
    ".hidden/scan.las",
  ];
  await withFiles(names, async (folder) => {
    const found = await findScans(folder, join(folder, "out"));
    assert.deepEqual(
      found.map(({ name, scene, hasStrayPhotographs }) => [
        name,
        scene === null ? null : scene.slice(folder.length + 1),
        hasStrayPhotographs,
      ]),
      [
        ["alone/deep/scan.laz", "alone", false],
        ["far/a/b/c/scan.ply", "far/a", false],
        ["many/1.las", null, true],
        ["many/2.las", null, true],
        ["many/own/3.las", "many/own", false],
        ["top.ply", null, false],
      ],
    );
  });
});

Deno.test("findScans() takes the folder itself for that of its only scan", async () => {
  await withFiles(["scan.las", "images/0.jpg", "cameras.json"], async (folder) => {
    const [found] = await findScans(folder);
    assert.equal(found!.scene, folder);
  });
});

Deno.test("planCampaign() notices changed files, passes over its own, and keeps answers apart", async () => {
  await withFiles(["a/s.las", "a/0.jpg", "b/s.las", "b/s.laz"], async (folder) => {
    const plan = await planCampaign(folder, folder);
    assert.deepEqual(plan.map(({ answer }) => answer), ["a/s", "b/s.las", "b/s.laz"]);
    assert.equal(plan[0]!.bytes, "a/s.las".length + "a/0.jpg".length);
    for (const name of ["s_labelled.las", "s_labelled.qml", "s_report.json", "campaign.csv"]) {
      await writeFile(join(folder, "a", name), "{}");
    }
    await writeFile(join(folder, "b/s.laz"), "longer than it was");
    const after = await planCampaign(folder, folder);
    assert.deepEqual(after.map(({ files }, index) => files === plan[index]!.files), [
      true,
      true,
      false,
    ]);
  });
});

Deno.test("planCampaign() follows links to folders, goes around in none, and leaves what is gone to its own scan", async () => {
  await withFiles(["site/1.las", "site/2.las", "elsewhere/3.ply"], async (folder) => {
    const site = join(folder, "site");
    await symlink(join(folder, "elsewhere"), join(site, "linked"));
    await symlink(site, join(site, "again"));
    await symlink(join(folder, "nowhere"), join(site, "gone.las"));
    const plan = await planCampaign(site, join(folder, "out"));
    assert.deepEqual(plan.map(({ key }) => key), ["1.las", "2.las", "gone.las", "linked/3.ply"]);
    assert.equal(plan[2]!.bytes, 0);
  });
});

Deno.test("planCampaign() goes on past a folder that it cannot read", async () => {
  await withFiles(["a/1.las", "locked/2.las", "z/3.las"], async (folder) => {
    // A process of its own, since whoever runs the tests may be allowed to read everything.
    const code = `import { planCampaign, type PlannedScan } from ${
      JSON.stringify(new URL("../../lib/campaign/plan.ts", import.meta.url).href)
    };
      console.log(JSON.stringify(await planCampaign(${JSON.stringify(folder)}, "out")));`;
    const script = join(folder, "plan.ts");
    await writeFile(script, code);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-check", "--config", join(ROOT, "deno.json"), "--allow-read"],
        `--deny-read=${join(folder, "locked")}`,
        script,
      ],
    }).output();
    const plan: PlannedScan[] = JSON.parse(new TextDecoder().decode(stdout));
    assert.deepEqual(plan.map(({ key }) => key), ["a/1.las", "z/3.las", "locked/"]);
    assert.equal(plan[0]!.problem, null);
    assert.match(plan[2]!.problem!, /Cannot look for scans in .*locked: .*; let this user read/);
  });
});

Deno.test("planCampaign() puts scans with corrections first, and labels all again when these change", async () => {
  const names = ["a.las", "b.las", "b_corrections.json", "both.las", "both.laz"];
  await withFiles([...names, "both_corrections.json", "own/c.ply"], async (folder) => {
    const plan = await planCampaign(folder, join(folder, "out"));
    assert.deepEqual(
      plan.map(({ key, corrections }) => [key, corrections && basename(corrections)]),
      [
        ["b.las", "b_corrections.json"],
        ["a.las", null],
        // Whose corrections these are, nobody can tell.
        ["both.las", null],
        ["both.laz", null],
        ["own/c.ply", null],
      ],
    );
    await writeFile(join(folder, "b_corrections.json"), "other points than before");
    const after = await planCampaign(folder, join(folder, "out"));
    assert.ok(after.every(({ files }, i) => files !== plan[i]!.files));
  });
});
