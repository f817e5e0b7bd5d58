/**
 * `report.html`: one file with charts, tables and pictures that needs no script and no network.
 *
 * @module
 */
import { escape } from "@std/html/entities";
import type { Results, StudyResult } from "../results/results.ts";
import type { ScenePicture } from "../pictures/before_after.ts";
import { studyCharts } from "./charts.ts";
import { claimsOf } from "./claims.ts";
import { paperTables } from "./paper_table.ts";
import { headline, madeBy, smokeNote } from "./summary.ts";
import { STYLE } from "./style.ts";
import { element } from "./markup.ts";
import {
  claimsTable,
  classTables,
  costTable,
  domainsTable,
  settingsTable,
  studyTables,
  type Table,
} from "./tables.ts";

/** A section of the page with the anchor of its heading. */
interface Section {
  id: string;
  title: string;
  body: string;
}

/** Writes the report as an HTML document. */
export function htmlReport(results: Results, pictures: readonly ScenePicture[]): string {
  const sections = sectionsOf(results, pictures);
  const links = sections.map(({ id, title }) => element("a", { href: `#${id}` }, escape(title)));
  const body = element(
    "main",
    {},
    header(results),
    element("nav", { "aria-label": "Sections" }, ...links),
    ...sections.map(({ id, title, body }) =>
      element("section", { id }, element("h2", {}, escape(title)), body)
    ),
  );
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">` +
    element("title", {}, escape(`ttt-kd: ${results.benchmark}`)) +
    `<style>${STYLE}</style></head><body>${body}</body></html>\n`;
}

/** The title, what the results were made with, and what is left out. */
function header(results: Results): string {
  const { benchmark, split, teacher, adapter, command, missing, withoutStudent } = results;
  const [smoke, found] = [smokeNote(results), headline(results)];
  const note = (text: string, left: readonly string[], kind: string) =>
    left.length === 0 ? "" : element("p", { class: kind }, escape(`${text}: ${left.join("; ")}`));
  return [
    element("h1", {}, escape(`Benchmark ${benchmark}`)),
    element(
      "p",
      { class: "soft" },
      escape(`${madeBy(results)}. Split ${split}. Teacher ${teacher}, run on ${adapter}. Made by `),
      element("code", {}, escape(command)),
    ),
    smoke === null ? "" : element("p", { class: "smoke" }, escape(smoke)),
    found === null ? "" : element("p", {}, escape(found)),
    note("Not finished, and left out", missing, "no"),
    note("Left out, since no student is available", withoutStudent, "soft"),
  ].join("");
}

function sectionsOf(results: Results, pictures: readonly ScenePicture[]): Section[] {
  const claims = claimsOf(results);
  const main = results.studies.find(({ name }) => name === "main");
  return [
    ...(claims.length > 0
      ? [{ id: "claims", title: "What was to be shown", body: bare(claimsTable(claims), true) }]
      : []),
    { id: "domains", title: "Domains", body: bare(domainsTable(results), true) },
    ...results.studies.map((study) => ({
      id: study.name,
      title: study.title,
      body: studySection(study, results),
    })),
    ...paperTables(results).map((table) => ({
      id: "paper",
      title: table.title,
      body: bare(table),
    })),
    ...(pictures.length > 0
      ? [{ id: "pictures", title: "Before and after", body: pictureSection(pictures) }]
      : []),
    ...(main
      ? [{
        id: "classes",
        title: "Classes",
        body: classTables(main, results.classes).map((table) => titled(table)).join(""),
      }]
      : []),
    { id: "cost", title: "Cost", body: bare(costTable(results)) },
    { id: "settings", title: "Settings and provenance", body: settings(results) },
  ];
}

function studySection(study: StudyResult, results: Results): string {
  const isNarrow = ["steps", "images", "online"].includes(study.name);
  return [
    element("p", {}, escape(study.about)),
    ...studyCharts(study, results).map((chart) =>
      element("figure", { class: isNarrow ? "narrow" : "chart" }, chart)
    ),
    ...studyTables(study).map((table) => titled(table)),
  ].join("");
}

function pictureSection(pictures: readonly ScenePicture[]): string {
  return pictures.map(({ caption, png }) =>
    element(
      "figure",
      {},
      element("img", {
        src: `data:image/png;base64,${png.toBase64()}`,
        alt: caption,
      }),
      element("figcaption", {}, escape(caption)),
    )
  ).join("");
}

function settings(results: Results): string {
  const table = settingsTable(results);
  return element("p", { class: "note" }, escape(table.note)) +
    element(
      "details",
      {},
      element("summary", {}, `${table.rows.length} settings`),
      tableMarkup(table, true),
    );
}

function titled(table: Table): string {
  return element("h3", {}, escape(table.title)) + bare(table);
}

function bare(table: Table, prose = false): string {
  return element("p", { class: "note" }, escape(table.note)) + tableMarkup(table, prose);
}

function tableMarkup({ head, rows, best = [] }: Table, prose: boolean): string {
  const isBest = new Set(best.map((place) => `${place}`));
  const headCells = head.map((cell) => element("th", { scope: "col" }, escape(cell)));
  const bodyRows = rows.map(([name = "", ...cells], row) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, escape(name)),
      ...cells.map((cell, i) => {
        const kind = isBest.has(`${[row, i + 1]}`) ? "best" : kindOf(cell);
        return element(
          "td",
          kind === null ? {} : { class: kind },
          prose ? escape(cell) : value(cell),
        );
      }),
    )
  );
  return element(
    "div",
    { class: prose ? "wide prose" : "wide" },
    element(
      "table",
      {},
      head.some((cell) => cell !== "") ? element("thead", {}, element("tr", {}, ...headCells)) : "",
      element("tbody", {}, ...bodyRows),
    ),
  );
}

/** Writes a difference with its interval below it. */
function value(cell: string): string {
  const [, mean, interval, mark = ""] = /^(\S+) (\(.*\))(.*)$/.exec(cell) ?? [];
  if (mean === undefined || interval === undefined) return escape(cell);
  return escape(mean + mark) + element("small", {}, escape(interval));
}

function kindOf(cell: string): string | null {
  if (cell === "yes" || cell === "no") return cell;
  if (cell.includes("▲")) return "up";
  return cell.includes("▼") || cell.endsWith("!") ? "down" : null;
}
