/**
 * The plan of a campaign: its scans, and where their answers go.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import {
  filesBelow,
  findScans,
  type FoundScan,
  isCorrectionsName,
  isLabelledName,
  stemOf,
} from "../scan/mod.ts";
import type { CampaignScan } from "./campaign.ts";

/** A scan of a campaign on disk. */
export interface PlannedScan extends CampaignScan, Omit<FoundScan, "name"> {
  /** Path of the scan. */
  path: string;
  /** Path of its answer from the folder of answers, without an extension. */
  answer: string;
  /** Why it cannot be labelled, where that is known before: it is a folder that cannot be read. */
  problem: string | null;
}

/** What the report beside an answer is called. */
export const REPORT_SUFFIX = "_report.json";

/**
 * Finds the scans below a folder. Those with corrections come first, since they vote on the others, whose answers depend on them.
 * A folder that cannot be read stands for the scans that it may hold.
 *
 * @param out the folder of answers, which is not searched.
 */
export async function planCampaign(folder: string, out: string): Promise<PlannedScan[]> {
  const unreadable: PlannedScan[] = [];
  const found = await findScans(folder, out, (path, { message }) => {
    const key = `${relative(folder, path).replaceAll("\\", "/")}/`;
    unreadable.push({
      ...{ key, path, bytes: 0, files: "", answer: key, scene: null, hasStrayPhotographs: false },
      corrections: null,
      problem: `Cannot look for scans in ${path}: ${message}; let this user read the folder`,
    });
  });
  const votes = found.flatMap(({ corrections }) => corrections ?? []);
  const stems = Map.groupBy(found, ({ name }) => stemOf(name));
  const scans = await Promise.all(found.map(async ({ name, ...rest }) => {
    const path = join(folder, name);
    const { scene } = rest;
    const paths = scene === null
      ? [path]
      : (await filesBelow(scene)).filter(isInput).map((file) => join(scene, file));
    const { bytes, files } = await stateOf([...paths, ...votes]);
    // Answers to a.las and a.laz must not be one file.
    const stem = stems.get(stemOf(name))!.length > 1 ? name : stemOf(name);
    return { key: name, path, bytes, files, answer: stem, problem: null, ...rest };
  }));
  const rank = ({ corrections }: PlannedScan) => Number(corrections === null);
  return [...scans.toSorted((a, b) => rank(a) - rank(b)), ...unreadable];
}

/** Names of files that a campaign writes, beside labelled scans. */
const OWN =
  /(?:^|\/)campaign\.(?:csv|json|jsonl)$|_labelled\.(?:classes\.json|qml)$|_report\.json$/;

/** Whether a file is none that this program wrote. */
function isInput(name: string): boolean {
  return !isLabelledName(name) && !isCorrectionsName(name) && !OWN.test(name);
}

/** The size of files, and a text that is another one once a file has changed. */
async function stateOf(paths: readonly string[]): Promise<{ bytes: number; files: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const path of paths) {
    // One that is gone keeps its own scan from being labelled, and no other.
    const { size, mtimeMs } = await stat(path).catch(() => ({ size: 0, mtimeMs: 0 }));
    bytes += size;
    hash.update(`${basename(path)} ${size} ${mtimeMs}\n`);
  }
  return { bytes, files: hash.digest("hex").slice(0, 16) };
}
