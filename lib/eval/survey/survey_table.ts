/**
 * The table of the benchmark of surveys.
 *
 * @module
 */
import { percent } from "../../terminal/format.ts";
import { signed } from "../report/numbers.ts";
import type { Table } from "../report/tables.ts";
import { GROUPS } from "./asprs_groups.ts";
import { RULE, type SurveyResult, type SurveyScore } from "./survey.ts";

/** Name of the rows that hold the mean over all scans. */
const MEAN = "mean";

/**
 * A row for each method on each scan, or on each domain in the mean over its scans, and in the mean over all scans; in %,
 * with how much better it is than the rule, in points of accuracy.
 */
export function surveyTable(results: readonly SurveyResult[]): Table {
  const groups = Map.groupBy(results, ({ scan, domain }) => domain ?? scan);
  if (groups.size > 1) groups.set(MEAN, [...results]);
  return {
    title: "Surveys",
    note: "Overall accuracy, and F1 of each class, in %.",
    head: ["scan", "method", "student", "accuracy", ...GROUPS, "above the rule"],
    rows: [...groups].flatMap(([name, group]) => rowsOf(name, group)),
  };
}

function rowsOf(name: string, results: readonly SurveyResult[]): string[][] {
  const methods = new Set(results.flatMap(({ scores }) => scores.map(({ method }) => method)));
  return [...methods].map((method) => {
    const pairs = results.flatMap(({ scores }) => {
      const score = scores.find((other) => other.method === method);
      return score ? [{ score, rule: scores.find((other) => other.method === RULE) }] : [];
    });
    const shares = (pick: (score: SurveyScore) => number | null | undefined) =>
      percentOrNone(meanOf(pairs.map(({ score }) => pick(score))));
    const gain = meanOf(
      pairs.map(({ score, rule }) => rule ? score.accuracy - rule.accuracy : null),
    );
    return [
      ...[name, method, pairs[0]!.score.student ?? "", shares(({ accuracy }) => accuracy)],
      ...GROUPS.map((_, group) => shares(({ f1 }) => f1[group])),
      gain === null || method === RULE ? "" : signed(gain),
    ];
  });
}

function percentOrNone(value: number | null): string {
  return value === null ? "" : percent(value);
}

/** The mean of what there is; null where there is nothing. */
function meanOf(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => typeof value === "number");
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** What the labels of a scan are, in a line. */
export function truthLine(
  { scan, truth: { points, ignored } }: SurveyResult,
): string {
  const counted = GROUPS.map((group, at) => `${points[at]} ${group}`).join(", ");
  const left = ignored.map(([name, count]) => `${count} ${name}`).join(", ");
  return `${scan}: ${counted}` +
    (points.filter((count) => count > 0).length === 1
      ? "; accuracy is the share of it that is found"
      : "") +
    (left === "" ? "" : `; ignored: ${left}`);
}
