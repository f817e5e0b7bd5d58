/**
 * `segment` over a folder of scans: a campaign on disk.
 *
 * @module
 */
import { mkdir, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runCampaign } from "../campaign/campaign.ts";
import { type CampaignEntry, parseEntry } from "../campaign/entry.ts";
import { planCampaign, type PlannedScan, REPORT_SUFFIX } from "../campaign/plan.ts";
import { campaignCsv, campaignLines } from "../campaign/table.ts";
import { answersOf, CampaignVotes, correctedFile, NOTHING_CORRECTED } from "../campaign/votes.ts";
import { type Fingerprint, Journal } from "../journal/journal.ts";
import { answerExtension, type Warning } from "../scan/mod.ts";
import { rememberedBytes } from "../segment/labels/remembered_file.ts";
import type { EngineSet } from "../segment/engine_set.ts";
import { duration } from "../terminal/format.ts";
import { type ProgressDisplay, progressDisplay } from "../terminal/progress.ts";
import type { Progress } from "../ttt/progress.ts";
import { UsageError } from "./args.ts";
import { type ModelValues, openStudents, phaseLabel } from "./engine.ts";
import {
  answerFiles,
  type AnswerValues,
  labelRequest,
  type LabelValues,
  optionsOf,
  readRequest,
} from "./label_scan.ts";
import { contentsOf } from "./file_contents.ts";
import { bareScan, scanInFolder, withEmbedded } from "./scan_files.ts";

/** Values of options that a campaign takes. */
export interface CampaignValues extends LabelValues, AnswerValues, ModelValues {
  readonly fresh: boolean;
}

/**
 * Labels every scan below a folder. Answers, reports and a journal go into another one, by which a campaign that was
 * stopped goes on.
 *
 * @throws {UsageError | OptionError} where an option is wrong, before any work.
 * @throws {Error} after all others are labelled, where some scans could not be.
 */
export async function segmentCampaign(
  folder: string,
  out: string,
  values: CampaignValues,
): Promise<void> {
  // An option that no scan can take is refused now, and not for each scan.
  await optionsOf(values, true);
  const scans = await planCampaign(folder, out);
  if (scans.length === 0) {
    throw new UsageError(`Cannot find a scan below ${folder}: give the folder that has them`);
  }
  await mkdir(out, { recursive: true });
  using journal = await Journal.open(join(out, "campaign.jsonl"), parseEntry, values);
  await journal.settle(await settingsOf(values));
  const votes = await CampaignVotes.open(out, scans, journal.entries);
  using display = progressDisplay();
  if (votes.scans > 0) {
    display.say(
      `${votes.scans} of ${scans.length} scans have corrections, which vote on the others`,
    );
  }
  let engine: EngineSet | undefined;
  try {
    const outcome = await runCampaign({
      scans,
      journal,
      hasAnswer: async (entry) => {
        const scan = scans.find(({ key }) => key === entry.key)!;
        if (entry.votes !== votes.votersOf(scan)) return false;
        const answers = answersOf(scan, entry.out!);
        const found = answers.map((file) => stat(join(out, file)).then(() => true, () => false));
        return (await Promise.all(found)).every((isThere) => isThere);
      },
      open: async () => {
        engine = await openStudents(values);
      },
      label: async (scan, { number, count }) => {
        const label = `${number}/${count} ${scan.key}`;
        display.update({ label });
        const show = (progress: Progress) => display.update(stateOf(label, progress));
        return await labelPlanned(engine!, scan, votes, out, values, display, show);
      },
      onEntry: (entry, { number, count, secondsLeft }) => {
        const left = secondsLeft === null || number === count
          ? ""
          : `; ${duration(secondsLeft)} left for all`;
        display.say(`${number}/${count} ${lineOf(entry)}${left}`);
      },
    });
    display[Symbol.dispose]();
    await report(out, outcome.entries, outcome.untouched);
  } finally {
    await engine?.[Symbol.asyncDispose]();
  }
}

/** What answers depend on beside their scans; the folder of another campaign is not mixed with this one. */
async function settingsOf(values: CampaignValues): Promise<Fingerprint> {
  const given = Object.entries(values).filter(([name, value]) =>
    !WITHOUT_EFFECT.includes(name) && value !== undefined && value !== false
  );
  const depended = Object.fromEntries(given);
  return { options: JSON.stringify(depended), ...await contentsOf(depended) };
}

/** Options that no answer depends on. */
const WITHOUT_EFFECT = ["fresh", "out"];

async function labelPlanned(
  engine: EngineSet,
  scan: PlannedScan,
  votes: CampaignVotes,
  out: string,
  values: CampaignValues,
  display: ProgressDisplay,
  show: (progress: Progress) => void,
) {
  const { path, scene, answer, hasStrayPhotographs, corrections, problem } = scan;
  if (problem !== null) throw new Error(problem);
  const files = await withEmbedded(scene === null ? bareScan(path) : await scanInFolder(scene));
  const options = await optionsOf(
    { ...values, corrections: corrections ?? undefined },
    files.cameras.length > 0,
  );
  const request = await readRequest(files, options, values);
  const stray = hasStrayPhotographs ? [STRAY] : [];
  const result = await labelRequest(
    engine,
    { ...request, warnings: [...stray, ...request.warnings!], remembered: votes.on(scan) },
    (text) => display.say(text),
    show,
  );
  const { report } = result;
  const name = `${answer}_labelled${answerExtension(request.scan.format, path)}`;
  await mkdir(join(out, dirname(answer)), { recursive: true });
  await writeWhole(
    join(out, `${answer}${REPORT_SUFFIX}`),
    new TextEncoder().encode(JSON.stringify(report, null, 2)),
  );
  if (corrections !== null) {
    const { corrected = NOTHING_CORRECTED } = result;
    votes.add(scan, report.student, corrected);
    await writeWhole(join(out, correctedFile(scan)), rememberedBytes(corrected));
  }
  const answers = answerFiles(
    join(out, name),
    request.scan,
    request.scan.format,
    result,
    values,
    options,
  );
  // The labelled scan comes last: where it is, all else is too.
  for (const [path, bytes] of [...answers].reverse()) await writeWhole(path, bytes);
  const { losses, lossName, method, student } = report;
  const warnings = report.warnings.map(({ code, text, field }) =>
    field === undefined ? { code, text } : { code, text, field }
  );
  const loss: [number, number] | null = losses.length > 0 ? [losses[0]!, losses.at(-1)!] : null;
  return {
    ...{ out: name, points: report.scan.points, student, method, lossName, loss, warnings },
    votes: votes.votersOf(scan),
  };
}

const STRAY: Warning = {
  code: "left-out",
  text:
    "Photographs beside the scan were left out, since several scans lie there. Give each scan a folder with its photographs and cameras.",
  field: "images",
};

/** Writes a file that is whole wherever it exists. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.part`;
  await Deno.writeFile(unfinished, bytes);
  await rename(unfinished, path);
}

function stateOf(label: string, { phase, step, steps, loss, secondsLeft }: Progress) {
  const note = loss === undefined ? phaseLabel(phase) : `${phaseLabel(phase)}, ${loss.toFixed(4)}`;
  return {
    label,
    note,
    ...(step === undefined ? {} : { value: step }),
    ...(steps === undefined ? {} : { total: steps }),
    ...(secondsLeft === undefined ? {} : { secondsLeft }),
  };
}

function lineOf({ key, state, points, method, seconds, problem }: CampaignEntry): string {
  return state === "labelled"
    ? `${key}: ${points} points by ${method} in ${duration(seconds)}`
    : `${key} failed: ${problem}`;
}

/** Writes and prints the tables. @throws {Error} where scans failed. */
async function report(
  out: string,
  entries: readonly CampaignEntry[],
  untouched: number,
): Promise<void> {
  const failed = entries.filter(({ state }) => state === "failed").length;
  const summary = {
    scans: entries.length,
    labelled: entries.length - failed,
    failed,
    untouched,
    points: entries.reduce((sum, { points }) => sum + points, 0),
    seconds: Math.round(entries.reduce((sum, { seconds }) => sum + seconds, 0)),
  };
  await Deno.writeTextFile(join(out, "campaign.csv"), campaignCsv(entries));
  await Deno.writeTextFile(
    join(out, "campaign.json"),
    JSON.stringify({ summary, scans: entries }, null, 2),
  );
  for (const line of campaignLines(entries)) console.log(line);
  console.log(
    `${summary.labelled} of ${summary.scans} scans labelled, ${failed} failed; ${untouched} were done before ` +
      `(${out}: campaign.csv, campaign.json, campaign.jsonl)`,
  );
  if (failed > 0) {
    throw new Error(
      `Cannot label ${failed} of ${summary.scans} scans: the lines above say why; mend them and run the same command again`,
    );
  }
}
