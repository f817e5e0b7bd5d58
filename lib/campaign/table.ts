/**
 * The end of a campaign as a table: for people, and as CSV for whatever reads tables.
 *
 * @module
 */
import { stringify } from "@std/csv/stringify";
import type { CampaignEntry } from "./entry.ts";

const HEADER = [
  "scan",
  "state",
  "points",
  "seconds",
  "student",
  "method",
  "loss",
  "loss before",
  "loss after",
  "warnings",
  "answer",
  "problem",
];

/** Every entry as a row of CSV under a header. Warnings are their codes; the journal has their texts. */
export function campaignCsv(entries: readonly CampaignEntry[]): string {
  const rows = entries.map((entry) => [
    entry.key,
    entry.state,
    entry.points,
    entry.seconds,
    entry.student,
    entry.method,
    entry.lossName,
    entry.loss?.[0],
    entry.loss?.[1],
    entry.warnings.map(({ code }) => code).join(" "),
    entry.out,
    entry.problem,
  ]);
  return stringify([HEADER, ...rows], { headers: false });
}

/** Lines for people: what was labelled in columns, then what failed and why. */
export function campaignLines(entries: readonly CampaignEntry[]): string[] {
  const labelled = entries.filter(({ state }) => state === "labelled");
  const failed = entries.filter(({ state }) => state === "failed");
  const rows = labelled.map(({ key, points, seconds, method, loss, warnings }) => [
    key,
    points.toLocaleString("en"),
    seconds.toFixed(1),
    method ?? "",
    loss ? `${loss[0].toFixed(3)} to ${loss[1].toFixed(3)}` : "–",
    warnings.map(({ code }) => code).join(" "),
  ]);
  return [
    ...(rows.length > 0
      ? aligned([["scan", "points", "seconds", "method", "loss", "warnings"], ...rows])
      : []),
    ...failed.map(({ key, problem }) => `failed: ${key}: ${problem}`),
  ];
}

/** Cells in columns, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isNumber = (column: number) => column === 1 || column === 2;
  return rows.map((row) =>
    row.map((cell, column) =>
      isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)
    ).join("  ").trimEnd()
  );
}
