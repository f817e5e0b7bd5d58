/**
 * The table of the benchmark of surveys.
 *
 * @module
 */
import { percent } from "../../terminal/format.ts";
import { signed } from "../report/numbers.ts";
import type { Table } from "../report/tables.ts";
import { GROUPS } from "./asprs_groups.ts";
import { RULE, type SurveyResult } from "./survey.ts";

/** A row for each method on each scan, in %, and how much better it is than the rule, in points of accuracy. */
export function surveyTable(results: readonly SurveyResult[]): Table {
  return {
    title: "Surveys",
    note: "Overall accuracy, and F1 of each class, in %.",
    head: ["scan", "method", "student", "accuracy", ...GROUPS, "above the rule"],
    rows: results.flatMap(({ scan, scores }) => {
      const rule = scores.find(({ method }) => method === RULE);
      return scores.map(({ method, student, accuracy, f1 }) => [
        ...[scan, method, student ?? "", percent(accuracy)],
        ...f1.map((value) => value === null ? "" : percent(value)),
        !rule || method === RULE ? "" : signed(accuracy - rule.accuracy),
      ]);
    }),
  };
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
