/** The demo as a newcomer runs it. */
import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { decodePhoto, readScan } from "../../lib/scan/mod.ts";
import type { ScanReport } from "../../lib/segment/report/report.ts";
import { ttt, withFolder } from "./support.ts";

Deno.test("demo shows the gain on an unknown scan, and writes its files", async () => {
  await withFolder(async (folder) => {
    // Two steps in large voxels show what 25 show, and the scan alone what it shows with eight augmentations.
    const settings = ["--steps", "2", "--augmentations", "0", "--voxel-size", "0.8"];
    const { code, stdout, stderr } = await ttt(["demo", ...settings, "--out", folder]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /adapting 2\/2 KD loss/);

    const report: ScanReport = JSON.parse(await readFile(join(folder, "report.json"), "utf8"));
    const { source, "ttt-kd-fusion": fused } = report.metrics!;
    assert.ok(fused!.miou > source!.miou);
    assert.match(stdout, new RegExp(`source only +${(100 * source!.miou).toFixed(1)} %`));
    assert.match(stdout, new RegExp(`TTT-KD and 2D probe +${(100 * fused!.miou).toFixed(1)} %`));
    assert.match(stdout, /TTT-KD, 2 steps +\d\d\.\d %/);
    assert.equal(stdout.match(/step +\d+ +0\.\d{4}/g)?.length, 3);
    for (const phase of Object.keys(report.phases)) {
      assert.match(stdout, new RegExp(`${phase} .* s$`, "m"));
    }

    // What was sent can be sent again: the README's next command does so.
    for (const name of ["scan.ply", "cameras.json", "images"]) await stat(join(folder, name));
    const labelled = await readScan(await readFile(join(folder, "labelled.ply")), "labelled.ply");
    assert.equal(labelled.count, report.scan.points);
    assert.ok(labelled.labels);
    const picture = await decodePhoto(await readFile(join(folder, "before_after.png")), "picture");
    assert.ok(picture.width > 3 * 400);
  });
});
