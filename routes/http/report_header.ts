/**
 * The report of an answer that is a file. It travels as compact JSON in the header `x-tttkd-report`, which has to stay
 * small enough for every proxy.
 *
 * @module
 */
import { omit } from "@std/collections/omit";
import { mapValues } from "@std/collections/map-values";
import type { Warning } from "../../lib/scan/mod.ts";
import { FORMER_LOSSES } from "../../lib/segment/former_names.ts";
import type { ScanReport } from "../../lib/segment/report/report.ts";

/** With the other headers it fits into 4 KiB, which is what nginx takes of all headers unless it is told otherwise. */
const MAX_CHARACTERS = 3000;
const THINNED = 64;
const FEW = 8;
/** Characters of a name and of a warning's text where room is short. */
const NAME = 60;
const TEXT = 120;

/**
 * Returns the report as one line of ASCII JSON of at most 3,000 characters. Losses keep six digits. Where it would be
 * longer, only 64 evenly spaced losses are kept (the first and the last among them) and no figures by class; where that is
 * too long still, 8 losses, the beginnings of warnings, no distances of students and no objects by class, and as many
 * warnings as there is room for, with one that counts the others. The JSON answer always has the whole report.
 *
 * @param taken characters that the name of the answer's file takes of them.
 */
export function reportHeader(report: ScanReport, taken = 0): string {
  let text = "";
  for (const shortened of shorterAndShorter(report)) {
    text = line(shortened);
    if (text.length <= MAX_CHARACTERS - taken) break;
  }
  return text;
}

/** The report, and forms of it that leave out more and more. */
function* shorterAndShorter(report: ScanReport): Generator<ScanReport> {
  yield withLosses(report, Infinity);
  const { scan, metrics } = report;
  const thin = {
    ...withLosses(report, THINNED),
    scan: { ...scan, name: scan.name.slice(-200) },
    ...(metrics ? { metrics: mapValues(metrics, ({ miou }) => ({ miou })) as typeof metrics } : {}),
  };
  yield thin;
  const { studentChoice, warnings } = report;
  const brief = {
    ...omit(withLosses(thin, FEW), ["instances"]),
    scan: { ...scan, name: scan.name.slice(-NAME) },
    ...(studentChoice ? { studentChoice: { ...studentChoice, distances: {} } } : {}),
  };
  for (let kept = warnings.length; kept >= 0; kept--) {
    const shown = warnings.slice(0, kept).map(beginning);
    yield { ...brief, warnings: [...shown, ...countOf(warnings.length - kept)] };
  }
}

/** A warning in the place of those for which there is no room. */
function countOf(others: number): Warning[] {
  if (others === 0) return [];
  const text = `The header has no room for ${others} more warnings; the JSON answer has all.`;
  return [{ code: "left-out", text }];
}

/** The report with at most so many losses, by their former name as well. */
function withLosses(report: ScanReport, most: number): ScanReport {
  const { losses, [FORMER_LOSSES]: former } = report;
  return {
    ...report,
    losses: thinned(losses, most).map(sixDigits),
    ...(former ? { [FORMER_LOSSES]: thinned(former, most).map(sixDigits) } : {}),
  };
}

/** A warning whose text ends early. */
function beginning({ text, ...rest }: Warning): Warning {
  return { ...rest, text: text.length <= TEXT ? text : `${text.slice(0, TEXT)}...` };
}

function line(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function thinned(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values];
  const step = (values.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => values[Math.round(i * step)]!);
}

function sixDigits(value: number): number {
  return Number(value.toPrecision(6));
}
