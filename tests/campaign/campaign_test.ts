import assert from "node:assert/strict";
import { join } from "node:path";
import { type CampaignScan, runCampaign } from "../../lib/campaign/campaign.ts";
import { type CampaignEntry, parseEntry } from "../../lib/campaign/entry.ts";
import { campaignCsv, campaignLines } from "../../lib/campaign/table.ts";
import { Journal } from "../../lib/journal/journal.ts";
import { withFolder } from "../commands/support.ts";

const SCANS: CampaignScan[] = Array.from({ length: 50 }, (_, index) => ({
  key: `site/${index}.las`,
  files: `state of ${index}`,
  bytes: 100,
}));
const BAD = ["site/7.las", "site/20.las", "site/41.las"];
const ANSWER = {
  points: 1000,
  student: "rooms",
  method: "ttt-kd",
  lossName: "KD loss",
  loss: [0.5, 0.25] as [number, number],
  warnings: [{ code: "unit", text: "Feet, perhaps." }],
  votes: "",
};

/** Runs the campaign over a journal in `folder`. @returns the scans that were labelled, and the outcome. */
async function run(
  folder: string,
  { scans = SCANS, killAt, lost = [], bad = BAD, voter = null }: {
    scans?: CampaignScan[];
    bad?: readonly string[];
    /** A scan whose corrections vote on all others, once it is labelled. */
    voter?: string | null;
    killAt?: string;
    lost?: string[];
  } = {},
) {
  using journal = await Journal.open(join(folder, "campaign.jsonl"), parseEntry, { fresh: false });
  const tried: string[] = [];
  const left: (number | null)[] = [];
  let opened = 0;
  const votesOn = (key: string) =>
    voter !== null && key !== voter && journal.entries.get(voter)?.state === "labelled"
      ? voter
      : "";
  const outcome = await runCampaign({
    scans,
    journal,
    hasAnswer: ({ key, votes }) => Promise.resolve(!lost.includes(key) && votes === votesOn(key)),
    open: () => Promise.resolve(void opened++),
    label: ({ key }) => {
      tried.push(key);
      if (bad.includes(key)) return Promise.reject(new Error(`Cannot read ${key}: damaged`));
      return Promise.resolve({ ...ANSWER, out: `${key}_labelled.las`, votes: votesOn(key) });
    },
    onEntry: (entry, { secondsLeft }) => {
      left.push(secondsLeft);
      // Death comes between two scans, or within the next one, whose entry is then missing: the same to a journal.
      if (entry.key === killAt) throw new Error("killed");
    },
  }).catch((error: Error) => {
    assert.equal(error.message, "killed");
    return null;
  });
  return { tried, outcome, opened, left };
}

Deno.test("runCampaign() goes on after bad scans, and after its death where it was", async () => {
  await withFolder(async (folder) => {
    const first = await run(folder, { killAt: "site/24.las" });
    assert.equal(first.tried.length, 25);
    const second = await run(folder);
    const { entries, untouched } = second.outcome!;
    assert.equal(untouched, 23, "25 without two bad ones");
    assert.deepEqual(
      second.tried,
      SCANS.map(({ key }) => key).filter((key, index) => index > 24 || BAD.includes(key)),
    );
    assert.deepEqual(entries.map(({ key }) => key), SCANS.map(({ key }) => key));
    assert.equal(entries.filter(({ state }) => state === "labelled").length, 47);
    const failed = entries.filter(({ state }) => state === "failed");
    assert.deepEqual(failed.map(({ key }) => key), BAD);
    assert.match(failed[0]!.problem!, /7\.las: damaged/);
    assert.equal(second.left.at(-1), 0);
    assert.ok(second.left.every((seconds) => seconds !== null && seconds >= 0));
  });
});

Deno.test("runCampaign() labels again what has changed or lost its answer, and opens no models for nothing", async () => {
  await withFolder(async (folder) => {
    const scans = SCANS.slice(0, 4);
    await run(folder, { scans });
    const nothing = await run(folder, { scans });
    assert.deepEqual([nothing.tried, nothing.opened], [[], 0]);
    const changed = [{ ...scans[0]!, files: "another state" }, ...scans.slice(1)];
    const again = await run(folder, { scans: changed, lost: ["site/2.las"] });
    assert.deepEqual(again.tried, ["site/0.las", "site/2.las"]);
    assert.equal(again.outcome!.untouched, 2);
  });
});

Deno.test("runCampaign() labels again what a scan votes on that could not be labelled before", async () => {
  await withFolder(async (folder) => {
    const scans = SCANS.slice(0, 3);
    const [voter, ...others] = scans.map(({ key }) => key) as [string, string, string];
    const failed = await run(folder, { scans, voter, bad: [voter] });
    assert.deepEqual(failed.tried, [voter, ...others]);
    const stillBad = await run(folder, { scans, voter, bad: [voter] });
    assert.deepEqual([stillBad.tried, stillBad.outcome!.untouched], [[voter], 2]);
    const mended = await run(folder, { scans, voter });
    assert.deepEqual(mended.tried, [voter, ...others]);
    // Its answer was lost, and comes out as it was.
    const lost = await run(folder, { scans, voter, lost: [voter] });
    assert.deepEqual([lost.tried, lost.outcome!.untouched], [[voter], 2]);
  });
});

Deno.test("campaignCsv() and campaignLines() show every scan, and why one failed", () => {
  const about = { files: "", seconds: 1.5 };
  const entries: CampaignEntry[] = [
    { ...ANSWER, ...about, key: 'a "b", c.las', out: "a.las", state: "labelled", problem: null },
    {
      ...about,
      key: "d.las",
      votes: "",
      state: "failed",
      out: null,
      points: 0,
      student: null,
      method: null,
      lossName: null,
      loss: null,
      warnings: [],
      problem: "Cannot read d.las: cut off",
    },
  ];
  const csv = campaignCsv(entries).trimEnd().split("\r\n");
  assert.equal(csv.length, 3);
  assert.equal(
    csv[1],
    '"a ""b"", c.las",labelled,1000,1.5,rooms,ttt-kd,KD loss,0.5,0.25,unit,a.las,',
  );
  assert.match(csv[2]!, /^d\.las,failed,0,1\.5,,,,,,,,Cannot read d\.las: cut off$/);
  const lines = campaignLines(entries);
  assert.match(lines[1]!, /c\.las +1,000 +1\.5 +ttt-kd +0\.500 to 0\.250 +unit$/);
  assert.equal(lines.at(-1), "failed: d.las: Cannot read d.las: cut off");
});
