/**
 * The report of an answer that is a file. It travels as compact JSON in the header `x-tttkd-report`, which has to stay
 * small enough for every proxy.
 *
 * @module
 */
import { mapValues } from "@std/collections/map-values";
import type { ScanReport } from "../../lib/segment/report/report.ts";

const MAX_CHARACTERS = 8000;
const THINNED = 64;

/**
 * Returns the report as one line of ASCII JSON of at most 8,000 characters. Losses keep six digits. Where it would be
 * longer, only 64 evenly spaced losses are kept (the first and the last among them) and no figures by class. The JSON
 * answer always has the whole report.
 */
export function reportHeader(report: ScanReport): string {
  const full = line({ ...report, losses: report.losses.map(sixDigits) });
  if (full.length <= MAX_CHARACTERS) return full;
  const metrics = mapValues(report.metrics ?? {}, ({ miou }) => ({ miou }));
  return line({
    ...report,
    scan: { ...report.scan, name: report.scan.name.slice(-200) },
    losses: thinned(report.losses).map(sixDigits),
    ...(report.metrics ? { metrics } : {}),
  });
}

function line(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function thinned(values: readonly number[]): number[] {
  if (values.length <= THINNED) return [...values];
  const step = (values.length - 1) / (THINNED - 1);
  return Array.from({ length: THINNED }, (_, i) => values[Math.round(i * step)]!);
}

function sixDigits(value: number): number {
  return Number(value.toPrecision(6));
}
