/**
 * Pictures of the scenes on which TTT-KD gained most, middling, and least: truth, source only, TTT-KD.
 *
 * @module
 */
import { encodePng } from "../../scan/mod.ts";
import type { Dataset, DatasetScene } from "../../datasets/dataset.ts";
import { drawPanels, labelColors } from "../../pictures/picture.ts";
import { percent, signed } from "../report/numbers.ts";
import type { Results } from "../results/results.ts";

/** A scene worth a look. */
export interface NotableScene {
  /** Which of the three it is. */
  rank: "best" | "median" | "worst";
  domain: string;
  scene: number;
  before: number;
  after: number;
}

/** The variants that are compared. */
export const BEFORE = "source";
export const AFTER = "ttt-kd";

/** Best, median and worst scene of the shifted domains by gain; fewer where there are fewer scenes. */
export function notableScenes({ domains, about }: Results): NotableScene[] {
  const scenes = Object.entries(domains).flatMap(([domain, variants]) => {
    const [before, after] = [variants[BEFORE]?.perScene, variants[AFTER]?.perScene];
    if (about[domain]?.isSource || !before || !after) return [];
    return after.map((miou, scene) => ({ domain, scene, before: before[scene]!, after: miou }));
  }).toSorted((a, b) => (b.after - b.before) - (a.after - a.before));
  const ranks = [
    ["best", 0],
    ["median", Math.floor((scenes.length - 1) / 2)],
    ["worst", scenes.length - 1],
  ] as const;
  const seen = new Set<number>();
  return ranks.flatMap(([rank, index]) => {
    const scene = scenes[index];
    if (!scene || seen.has(index)) return [];
    seen.add(index);
    return [{ rank, ...scene }];
  });
}

/** What stands under a picture. */
export function captionOf({ rank, domain, scene, before, after }: NotableScene): string {
  return `${rank} of all shifted scenes: ${domain}, scene ${scene}. mIoU ${
    percent(before)
  } % by source ` +
    `only, ${percent(after)} % by TTT-KD (${signed(after - before)})`;
}

/** Truth, before and after in a row, as PNG. */
export function sceneImage(
  { classes, palette }: Pick<Dataset, "classes" | "palette">,
  { scan }: DatasetScene,
  notable: NotableScene,
  before: Uint8Array,
  after: Uint8Array,
): Uint8Array {
  const panel = (title: string, labels: ArrayLike<number>) => ({
    title,
    colors: labelColors(labels, palette),
  });
  return encodePng(drawPanels(
    scan.positions,
    [
      panel("truth", scan.labels ?? []),
      panel(`source only ${percent(notable.before)} %`, before),
      panel(`TTT-KD ${percent(notable.after)} %`, after),
    ],
    classes.map((name, index) => ({ name, color: palette[index]! })),
  ));
}
