/**
 * `results.md`: all tables of the report.
 *
 * @module
 */
import type { Results } from "../results/results.ts";
import { claimsOf } from "./claims.ts";
import { paperTables } from "./paper_table.ts";
import { headline, madeBy, smokeNote } from "./summary.ts";
import {
  claimsTable,
  classTables,
  costTable,
  domainsTable,
  settingsTable,
  studyTables,
  type Table,
} from "./tables.ts";

/** Writes a table as Markdown. */
export function markdownTable({ head, rows, best = [] }: Table): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const isBest = new Set(best.map((place) => `${place}`));
  const body = rows.map((cells, row) =>
    line(cells.map((cell, column) => isBest.has(`${[row, column]}`) ? `**${cell}**` : cell))
  );
  return [line(head), line(head.map(() => "---")), ...body].join("\n");
}

/** Writes all tables of the report as Markdown. */
export function markdownReport(results: Results): string {
  const main = results.studies.find(({ name }) => name === "main");
  const claims = claimsOf(results);
  const tables = [
    ...(claims.length > 0 ? [claimsTable(claims)] : []),
    domainsTable(results),
  ];
  const parts = [
    `# ${results.benchmark}`,
    `Made by \`${results.command}\`, ${madeBy(results)}, on ${results.adapter}.`,
    ...[smokeNote(results), headline(results)].filter((text) => text !== null),
    ...tables.map((table) => section(table, "##")),
    ...results.studies.flatMap((study) => [
      `## ${study.title}`,
      study.about,
      ...studyTables(study).map((table) => section(table, "###")),
    ]),
    ...paperTables(results).map((table) => section(table, "##")),
    section(costTable(results), "##"),
    ...(main ? classTables(main, results.classes).map((table) => section(table, "###")) : []),
    section(settingsTable(results), "##"),
    ...(results.missing.length > 0
      ? [`Not finished, and left out: ${results.missing.join("; ")}.`]
      : []),
    ...(results.withoutStudent.length > 0
      ? [`Left out, since no student is available: ${results.withoutStudent.join("; ")}.`]
      : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

function section(table: Table, heading: string): string {
  return `${heading} ${table.title}\n\n${table.note}\n\n${markdownTable(table)}`;
}
