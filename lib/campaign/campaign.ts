/**
 * A campaign: many scans, labelled one after another. What is done already is left alone, and a scan that cannot be
 * labelled does not keep the others from it.
 *
 * @module
 */
import type { Journal } from "../journal/journal.ts";
import { TimeLeft } from "../segment/time_left.ts";
import type { CampaignEntry } from "./entry.ts";

/** A scan of a campaign. */
export interface CampaignScan {
  /** Path from the campaign's folder. */
  key: string;
  /** What its files are like; see {@link CampaignEntry.files}. */
  files: string;
  /** Bytes of its files: the work that it is expected to be. */
  bytes: number;
}

/** What labelling a scan gives. */
export type CampaignAnswer = Pick<
  CampaignEntry,
  "out" | "points" | "student" | "method" | "lossName" | "loss" | "warnings" | "votes"
>;

/** How far a campaign is. */
export interface CampaignProgress {
  /** Number of the scan that is next, from 1, and of all of them. */
  number: number;
  count: number;
  scan: CampaignScan;
  /** Estimated time that the campaign still takes; null before a first scan is done. */
  secondsLeft: number | null;
}

/** A campaign's parts. */
export interface Campaign<Scan extends CampaignScan> {
  scans: readonly Scan[];
  journal: Journal<CampaignEntry>;
  /** Whether the answers of a labelled scan are still where they were written, and as they would be written now. */
  hasAnswer(entry: CampaignEntry): Promise<boolean>;
  /** Called before the first scan that has to be labelled. What it throws ends the campaign. */
  open(): Promise<void>;
  /** Labels a scan and writes its answer. What it throws is noted as the reason why the scan failed. */
  label(scan: Scan, progress: CampaignProgress): Promise<CampaignAnswer>;
  /** Takes each entry as soon as it is noted. */
  onEntry(entry: CampaignEntry, progress: CampaignProgress): void;
}

/** What became of a campaign: an entry for each of its scans, in their order. */
export interface CampaignOutcome {
  entries: CampaignEntry[];
  /** Scans that were done before. */
  untouched: number;
}

/** Labels what is not labelled yet. Scans that failed before are tried again. */
export async function runCampaign<Scan extends CampaignScan>(
  { scans, journal, hasAnswer, open, label, onEntry }: Campaign<Scan>,
): Promise<CampaignOutcome> {
  const isDone = async ({ key, files }: Scan) => {
    const entry = journal.entries.get(key);
    return entry?.state === "labelled" && entry.files === files && await hasAnswer(entry);
  };
  const done = await Promise.all(scans.map(isDone));
  if (done.includes(false)) await open();
  const left = new TimeLeft(scans.reduce((sum, { bytes }, i) => done[i] ? sum : sum + bytes, 0));
  let untouched = 0;
  for (const [index, scan] of scans.entries()) {
    // Asked anew: what the scans before it came to decides what this one should be.
    if (await isDone(scan)) {
      untouched++;
      continue;
    }
    const progress = {
      number: index + 1,
      count: scans.length,
      scan,
      secondsLeft: left.seconds,
    };
    const started = performance.now();
    const secondsSince = () => Math.round(performance.now() - started) / 1000;
    const about = { key: scan.key, files: scan.files };
    const entry = await label(scan, progress).then(
      (answer): CampaignEntry => ({
        ...about,
        ...answer,
        state: "labelled",
        seconds: secondsSince(),
        problem: null,
      }),
      (error: unknown): CampaignEntry => ({
        ...about,
        ...NOTHING,
        state: "failed",
        seconds: secondsSince(),
        problem: error instanceof Error ? error.message.split("\n")[0]! : `${error}`,
      }),
    );
    left.finished(scan.bytes, entry.seconds);
    await journal.append(entry);
    onEntry(entry, { ...progress, secondsLeft: left.seconds });
  }
  return {
    entries: scans.map(({ key }) => journal.entries.get(key)!),
    untouched,
  };
}

const NOTHING: CampaignAnswer = {
  out: null,
  points: 0,
  student: null,
  method: null,
  lossName: null,
  loss: null,
  warnings: [],
  votes: "",
};
