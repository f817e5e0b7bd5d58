/** Corrections of some scans of a campaign vote on the others. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CampaignEntry } from "../../lib/campaign/entry.ts";
import type { PlannedScan } from "../../lib/campaign/plan.ts";
import { CampaignVotes, correctedFile, NOTHING_CORRECTED } from "../../lib/campaign/votes.ts";
import { CheckpointError } from "../../lib/nn/safetensors.ts";
import { rememberedBytes } from "../../lib/segment/labels/remembered_file.ts";
import type { ScanReport } from "../../lib/segment/report/report.ts";
import { roomScene } from "../../lib/worlds/rooms/mod.ts";
import { ttt, withFolder } from "../commands/support.ts";
import { withGpu } from "../gpu.ts";
import { SMALL_STUDENT } from "../small_student.ts";

const remembered = (...classes: number[]) => ({
  width: 1,
  descriptions: new Float32Array(classes.length).fill(1),
  classes: Uint8Array.from(classes),
});

const SCANS = ["a", "b", "c", "plain"].map((key): PlannedScan => ({
  ...{ key, path: key, answer: key, files: "as it is", bytes: 1, problem: null },
  ...{ scene: null, hasStrayPhotographs: false },
  corrections: key === "plain" ? null : `${key}_corrections.json`,
}));
const [A, B, C, PLAIN] = SCANS as [PlannedScan, PlannedScan, PlannedScan, PlannedScan];

Deno.test("CampaignVotes has corrections vote on later scans of the same student", async () => {
  const votes = await CampaignVotes.open("nowhere", SCANS, new Map());
  assert.equal(votes.scans, 3);
  // Whatever the order in which they are labelled: a campaign that was stopped goes on to the same answers.
  votes.add(C, "rooms", remembered(3));
  votes.add(B, "streets", remembered(2));
  votes.add(A, "rooms", remembered(1, 1));
  const said = (scan: PlannedScan) =>
    [...votes.on(scan)].map(([student, { classes }]) => [student, ...classes]);
  assert.deepEqual(said(A), []);
  assert.deepEqual(said(B), [["rooms", 1, 1]]);
  assert.deepEqual(said(C), [["rooms", 1, 1], ["streets", 2]]);
  assert.deepEqual(said(PLAIN), [["rooms", 1, 1, 3], ["streets", 2]]);
  assert.equal(votes.votersOf(A), "");
  assert.equal(new Set([B, C, PLAIN].map((scan) => votes.votersOf(scan))).size, 3);
});

Deno.test("CampaignVotes.open() reads what was corrected in scans that are done as they are now", async () => {
  await withFolder(async (folder) => {
    const entry = { student: "rooms", files: "as it is" } as CampaignEntry;
    const entries = new Map([
      ["a", entry],
      ["b", { ...entry, files: "as it was" }],
      ["c", entry],
    ]);
    await writeFile(join(folder, correctedFile(A)), rememberedBytes(remembered(1)));
    await writeFile(join(folder, correctedFile(B)), rememberedBytes(remembered(2)));
    await writeFile(join(folder, correctedFile(C)), rememberedBytes(NOTHING_CORRECTED));
    const votes = await CampaignVotes.open(folder, SCANS, entries);
    assert.deepEqual([...votes.on(PLAIN).get("rooms")!.classes], [1]);
    await writeFile(join(folder, correctedFile(A)), "damaged");
    await assert.rejects(CampaignVotes.open(folder, SCANS, entries), CheckpointError);
  });
});

withGpu("segment has the corrections of one scan of a folder vote on the others", async (gpu) => {
  const scene = await roomScene(gpu, { domain: "noisy", split: "validation", index: 2 });
  await withFolder(async (folder) => {
    for (const name of ["a.ply", "b.ply"]) await writeFile(join(folder, name), scene.scan.bytes);
    await writeFile(join(folder, "b_corrections.json"), JSON.stringify({ chair: [0, 100, 200] }));
    const out = join(folder, "answers");
    const command = [
      ...["segment", folder, "--out", out, "--student", SMALL_STUDENT],
      ...["--method", "source", "--voxel-size", "0.8"],
    ];
    const first = await ttt(command);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, /1 of 2 scans have corrections, which vote on the others/);
    const report = async (name: string): Promise<ScanReport> =>
      JSON.parse(await readFile(join(out, `${name}_report.json`), "utf8"));
    assert.match((await report("a")).note!, /Corrections of other scans voted: \d/);
    assert.equal((await report("b")).note, undefined);
    assert.ok((await readdir(out)).includes("b_labelled.corrections.safetensors"));
    const again = await ttt(command);
    assert.match(again.stdout, /2 of 2 scans labelled, 0 failed; 2 were done before/);
  });
});
