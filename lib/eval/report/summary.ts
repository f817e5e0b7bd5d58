/**
 * What stands at the top of a report: when and by what it was made, what it found, and whether so few scenes can show
 * anything.
 *
 * @module
 */
import type { Difference, Results, StudyResult } from "../results/results.ts";
import { percent } from "../../terminal/format.ts";
import { LEAST_SCENES, withInterval } from "./numbers.ts";

/** The variants of the headline, with the words for them. */
const HEADLINE = [
  ["source", "source only"],
  ["bn", "with the scan's own batch statistics"],
  ["ttt-kd", "TTT-KD"],
  ["ttt-kd-fusion", "TTT-KD with the 2D probe"],
] as const;

/**
 * Returns the least number of scenes behind a figure of a study; where every domain is one scan, the number of scans
 * behind the mean.
 */
export function scenesOf(study: StudyResult): number {
  const counts = Object.values(study.domains).flatMap((all) =>
    Object.values(all).map(({ perScene }) => perScene.length)
  );
  return counts.every((count) => count === 1)
    ? Object.keys(study.domains).length
    : Math.min(...counts);
}

/** Says that a run is a smoke run, where a study has too few scenes; else null. */
export function smokeNote({ studies }: Results): string | null {
  const least = Math.min(...studies.map(scenesOf));
  if (least >= LEAST_SCENES) return null;
  return `This is a smoke run: it shows that the evaluation works. With ${least} ` +
    `${
      least === 1 ? "scene" : "scenes"
    } per domain, fewer than ${LEAST_SCENES}, it claims nothing and gives no intervals.`;
}

/** When and from which state of the program a run was made. */
export function madeBy({ date, commit }: Results): string {
  return `${date.slice(0, 10)}${commit === null ? "" : `, commit ${commit.slice(0, 12)}`}`;
}

/** The result in one sentence; null where the main study was not run. */
export function headline({ studies }: Results): string | null {
  const main = studies.find(({ name }) => name === "main");
  if (!main) return null;
  const means = Object.values(main.mean)[0]?.domains;
  const [domain, first] = Object.entries(main.domains)[0] ?? [];
  const figures: Record<string, { miou: number; against: Record<string, Difference> }> = means
    ? main.mean
    : first ?? {};
  const parts = HEADLINE.flatMap(([id, words]) => {
    const figure = figures[id];
    if (!figure) return [];
    const gain = figure.against["source"];
    return [`${words} ${percent(figure.miou)} %${gain ? ` (${withInterval(gain)})` : ""}`];
  });
  if (parts.length === 0) return null;
  const where = means ? `In the mean of ${means} shifted domains` : `On ${domain}`;
  return `${where}, mIoU and difference in points: ${parts.join("; ")}.`;
}
