import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writePly } from "../../lib/scan/mod.ts";
import { ttt, withFolder } from "./support.ts";

Deno.test("students lists every student with what it was trained on", async () => {
  const { code, stdout, stderr } = await ttt(["students"]);
  assert.equal(code, 0, stderr);
  for (
    const name of [
      "rooms-joint",
      "rooms-labels",
      "streets-joint",
      "streets-varied-joint",
      "aerial-joint",
    ]
  ) {
    assert.match(stdout, new RegExp(`^${name}$`, "m"));
  }
  assert.match(stdout, /^ {2}classes +ceiling, floor/m);
  assert.match(stdout, /^ {2}teacher +streets-parts$/m);
  assert.match(stdout, /^ {2}voxels +0\.25 m$/m);
  assert.match(stdout, /^ {2}trained on +\d+ scans \d/m);
  assert.doesNotMatch(stdout, /not measured/);
});

Deno.test("students --scans tells for every scan of a folder which student fits", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(join(folder, "far"));
    const plane = Float32Array.from({ length: 3000 }, (_, i) => i % 3 === 2 ? 0 : i * 37 % 1000);
    await writeFile(join(folder, "far", "field.ply"), writePly({ positions: plane }));
    await writeFile(join(folder, "broken.las"), "no scan");
    await writeFile(join(folder, "notes.txt"), "no scan either");
    const { code, stdout, stderr } = await ttt(["students", "--scans", folder]);
    assert.equal(code, 0, stderr);
    const lines = stdout.trim().split("\n");
    assert.equal(lines.length, 4, stdout);
    assert.match(lines[2]!, /^\| broken\.las \| none \| – \| Cannot read broken\.las/);
    assert.match(
      lines[3]!,
      /^\| far\/field\.ply \| \w+-joint \| [\d.]+ \| The scan fits no student/,
    );
  });
});
