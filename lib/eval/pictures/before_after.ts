/**
 * Pictures of the scenes on which TTT-KD gained most, middling and least: truth, source only, TTT-KD.
 *
 * @module
 */
import { join } from "node:path";
import { encodePng } from "../../scan/mod.ts";
import type { Dataset, DatasetScene } from "../../datasets/dataset.ts";
import { drawLabelPanels } from "../../pictures/picture.ts";
import type { CellBatch, PlannedCell } from "../cells/plan.ts";
import { type BatchEngine, labelBy } from "../cells/runner.ts";
import { percent } from "../../terminal/format.ts";
import { signed } from "../report/numbers.ts";
import type { Results } from "../results/results.ts";

/** A scene that is shown in the report. */
export interface NotableScene {
  /** Its rank by gain among all shifted scenes. */
  rank: "best" | "median" | "worst";
  domain: string;
  /** Number of the scene in its domain. */
  scene: number;
  /** mIoU by source only, a fraction. */
  before: number;
  /** mIoU by TTT-KD, a fraction. */
  after: number;
}

/** A picture for the report. */
export interface ScenePicture {
  caption: string;
  png: Uint8Array;
}

/** Ids of the variants that are compared. */
const BEFORE = "source";
const AFTER = "ttt-kd";

/**
 * The labels of the cells that a picture may show, each a file of one byte a point in a folder: a picture costs no
 * second TTT-KD on the largest scans.
 */
export class LabelFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keeps the labels of a cell that was computed, where a picture may show them. */
  async keep({ variant, seed, domain, scene }: PlannedCell, labels: Uint8Array): Promise<void> {
    if (seed !== 0 || (variant.id !== BEFORE && variant.id !== AFTER)) return;
    await Deno.mkdir(this.#folder, { recursive: true });
    await Deno.writeFile(this.#path(variant.id, domain, scene), labels);
  }

  /** The labels of a scene with that many points; null where they were not kept. */
  async labels(id: string, domain: string, scene: number, points: number) {
    const labels = await Deno.readFile(this.#path(id, domain, scene)).catch(() => null);
    return labels?.length === points ? labels : null;
  }

  #path(id: string, domain: string, scene: number): string {
    return join(this.#folder, `${domain}-${scene}-${id}.labels`);
  }
}

/** The best, median and worst scene of the shifted domains by gain; fewer where there are fewer scenes. */
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

/** The caption of a picture. */
export function captionOf({ rank, domain, scene, before, after }: NotableScene): string {
  const change = `mIoU ${percent(before)} % by source only, ${percent(after)} % by TTT-KD`;
  return `${rank} of all shifted scenes: ${domain}, scene ${scene}. ${change} (${
    signed(after - before)
  })`;
}

/**
 * Draws the notable scenes, with the labels that were kept; a scene without is labelled once more. A picture that the folder
 * already holds is taken as it is.
 *
 * @param plan the plan of the cells, among them those of the main study.
 * @param source `open` opens the models of a batch.
 */
export async function drawNotableScenes(
  results: Results,
  plan: readonly CellBatch[],
  { dataset, folder, kept, scene, open }: {
    dataset: Pick<Dataset, "classes" | "palette">;
    folder: string;
    kept: LabelFiles;
    scene: (domain: string, index: number) => Promise<DatasetScene>;
    open: (batch: CellBatch) => Promise<BatchEngine>;
  },
): Promise<ScenePicture[]> {
  const pictures: ScenePicture[] = [];
  for (const notable of notableScenes(results)) {
    const { rank, domain, scene: index, before, after } = notable;
    const name = [rank, domain, index, percent(before), percent(after)].join("-");
    const file = join(folder, `${name}.png`);
    let png: Uint8Array | null = await Deno.readFile(file).catch(() => null);
    if (png === null) {
      const shown = await scene(domain, index);
      const labelsOf = async (id: string) =>
        await kept.labels(id, domain, index, shown.scan.count) ?? await labelAnew(id, shown);
      png = encodePng(drawLabelPanels(shown.scan.positions, [
        { title: "truth", labels: shown.scan.labels ?? [] },
        { title: `source only ${percent(before)} %`, labels: await labelsOf(BEFORE) },
        { title: `TTT-KD ${percent(after)} %`, labels: await labelsOf(AFTER) },
      ], dataset));
      await Deno.writeFile(file, png);
    }
    pictures.push({ caption: captionOf(notable), png });
  }
  return pictures;

  async function labelAnew(id: string, shown: DatasetScene): Promise<Uint8Array> {
    const [batch, cell] = firstCell(plan, id);
    await using opened = await open(batch);
    return (await labelBy(cell.variant, shown, opened.engine)).labels;
  }
}

/** A batch of the first training seed that holds a cell of a variant, and that cell. */
function firstCell(plan: readonly CellBatch[], id: string) {
  for (const batch of plan.filter(({ seed }) => seed === 0)) {
    const cell = batch.single.find(({ variant }) => variant.id === id);
    if (cell) return [batch, cell] as const;
  }
  throw new TypeError(`Cannot draw ${id}: the plan has no cell of it`);
}
