/**
 * Computes the cells of a plan, and appends each to the journal as soon as it is finished. Methods never see
 * labels. Cells that the journal holds are not computed again, but for online sequences: one that was interrupted
 * starts over, since its weights were not kept, and only the missing cells are appended.
 *
 * @module
 */
import { sumOf } from "@std/collections/sum-of";
import type { DatasetScene } from "../../datasets/dataset.ts";
import { settingsOf } from "../../segment/options.ts";
import { type Method, METHODS } from "../../ttt/methods/mod.ts";
import type { Segmenter, SegmentRequest, SegmentResult } from "../../segment/segmenter.ts";
import type { Cell } from "./cell.ts";
import { Confusion, IGNORE_LABEL } from "../../metrics/confusion.ts";
import { unseenPoints } from "./unseen_points.ts";
import type { Journal } from "../../journal/journal.ts";
import type { CellBatch, PlannedCell } from "./plan.ts";
import type { Variant } from "../studies/variant.ts";
import { shownViews } from "../studies/shown_views.ts";

/** The opened student and teacher of a batch. */
export interface BatchEngine extends AsyncDisposable {
  readonly engine: Segmenter;
  /** Receives every scene before it is labelled. */
  show(scene: DatasetScene): void;
}

/** What {@link runPlan} needs. */
export interface RunOptions {
  plan: readonly CellBatch[];
  journal: Journal<Cell>;
  scene: (domain: string, index: number) => Promise<DatasetScene>;
  /** Whether points that no photograph sees are counted apart, too. */
  countsUnseen?: boolean | undefined;
  /** Opens the models of a batch; they are closed before those of the next one are opened. */
  open: (batch: CellBatch) => Promise<BatchEngine>;
  /** Receives the labels of every cell, before the cell is in the journal. */
  onLabels?: (planned: PlannedCell, labels: Uint8Array) => Promise<void>;
  /** Receives every cell that was computed, those that the journal held already included. */
  onCell?: (cell: Cell, planned: PlannedCell) => void;
}

/**
 * Computes every cell that the journal lacks.
 *
 * @throws {TypeError} where a scene has no labels.
 */
export async function runPlan(options: RunOptions): Promise<void> {
  const { plan, journal } = options;
  const unseenTruth = new UnseenTruth();
  for (const batch of plan) {
    const todo = cellsToDo(batch, journal);
    if (todo.single.length === 0 && todo.sequences.length === 0) continue;
    await using opened = await options.open(batch);
    for (const group of groupCells(todo.single)) await compute(group, opened);
    for (const sequence of todo.sequences) {
      opened.engine.resetOnline();
      for (const planned of sequence) await compute([planned], opened);
      opened.engine.resetOnline();
    }
  }

  async function compute(group: readonly PlannedCell[], opened: BatchEngine): Promise<void> {
    const counted = options.countsUnseen ? unseenTruth : null;
    const labelled = await labelScene(group, opened, options.scene, counted);
    for (const [i, { cell, labels }] of labelled.entries()) {
      await options.onLabels?.(group[i]!, labels);
      if (!journal.entries.has(cell.key)) await journal.append(cell);
      options.onCell?.(cell, group[i]!);
    }
  }
}

/**
 * Groups the cells of a scene that take the same steps and differ only in how they read a prediction from the
 * adapted weights: the steps are taken once for the whole group.
 */
export function groupCells(cells: readonly PlannedCell[]): PlannedCell[][] {
  // Methods with the same function take the same steps.
  const adaptations: Method["adapt"][] = [];
  const groupOf = ({ variant, seed, domain, scene }: PlannedCell) => {
    const { id, label: _, method: name, settings, ...rest } = variant;
    const method = METHODS.get(name)!;
    const readouts = variant.curve.length === 0 ? method.readouts : undefined;
    if (!adaptations.includes(method.adapt)) adaptations.push(method.adapt);
    return JSON.stringify([
      readouts ? null : id,
      adaptations.indexOf(method.adapt),
      Object.entries(settingsOf(method, settings)).filter(([key]) => !readouts?.includes(key)),
      rest,
      seed,
      domain,
      scene,
    ]);
  };
  return [...Map.groupBy(cells, groupOf).values()];
}

/** The cells of a batch that have to be computed: the missing ones, and sequences up to their last missing cell. */
export function cellsToDo(
  { single, sequences }: CellBatch,
  { entries }: Pick<Journal<Cell>, "entries">,
): Pick<CellBatch, "single" | "sequences"> {
  const isMissing = ({ key }: PlannedCell) => !entries.has(key);
  return {
    single: single.filter(isMissing),
    sequences: sequences.map((sequence) => sequence.slice(0, sequence.findLastIndex(isMissing) + 1))
      .filter(({ length }) => length > 0),
  };
}

/** The expected work of a cell, in passes over a scan. */
export function workOf({ variant: { method, settings, curve } }: PlannedCell): number {
  const { steps = 0, augmentations = 0 } = METHODS.get(method)!.settings.parse(settings) as {
    steps?: number;
    augmentations?: number;
  };
  return 4 + 3 * steps + 2 * augmentations + curve.length;
}

/** The true labels of the points of each scene that no photograph sees; all others are ignored. */
class UnseenTruth {
  readonly #known = new Map<string, Int32Array>();

  of(scene: DatasetScene, truth: Int32Array, voxelSize: number): Int32Array {
    const key = `${scene.id} ${voxelSize}`;
    const known = this.#known.get(key);
    if (known) return known;
    const unseen = unseenPoints(scene, voxelSize);
    const found = truth.map((label, i) => unseen[i] ? label : IGNORE_LABEL);
    this.#known.set(key, found);
    return found;
  }
}

/** A cell with the labels that it counts. */
interface LabelledCell {
  readonly cell: Cell;
  readonly labels: Uint8Array;
}

/** Labels a scene by the variants of a group. */
async function labelScene(
  group: readonly PlannedCell[],
  opened: BatchEngine,
  sceneOf: RunOptions["scene"],
  unseenTruth: UnseenTruth | null,
): Promise<LabelledCell[]> {
  const [{ variant, domain, scene: index }] = group as [PlannedCell, ...PlannedCell[]];
  const scene = await sceneOf(domain, index);
  const truth = scene.scan.labels;
  if (!truth) throw new TypeError(`Cannot judge methods on ${scene.id}: it has no labels`);
  opened.show(scene);
  const start = performance.now();
  const others = group.slice(1).map(({ variant }) => variant);
  const { labels, snapshots, readouts, student, report } = await labelBy(
    variant,
    scene,
    opened.engine,
    others,
  );
  const whole = (performance.now() - start) / 1000;
  const readoutSeconds = sumOf(readouts, ({ seconds }) => seconds);
  const classes = student.classes.length;
  const countsOf = (predicted: Uint8Array, of = truth) =>
    Array.from(new Confusion(classes).add(of, predicted).counts);
  const unseen = unseenTruth?.of(scene, truth, student.voxelSize);
  const { losses, steps, views, scan } = report;
  return [{ labels, seconds: 0 }, ...readouts].map(({ labels, seconds }, i) => ({
    labels,
    cell: {
      key: group[i]!.key,
      variant: group[i]!.variant.id,
      method: group[i]!.variant.method,
      domain,
      seed: group[i]!.seed,
      scene: index,
      confusion: countsOf(labels),
      ...(unseen ? { unseen: countsOf(labels, unseen) } : {}),
      steps,
      seconds: Number((whole - readoutSeconds + seconds).toFixed(3)),
      pointsSeen: views.pointsSeen / scan.points,
      loss: losses.length > 0 ? [losses[0]!, losses.at(-1)!] : null,
      note: report.note ?? null,
      curve: snapshots.map(({ step, labels }) => ({ step, confusion: countsOf(labels) })),
    },
  }));
}

/**
 * Labels a scene by a variant. The engine is given the scan without its labels and without its file.
 *
 * @param others variants that take the same steps; their predictions become the result's `readouts`.
 * @param wanted what else the result has to have.
 */
export function labelBy(
  variant: Variant,
  scene: DatasetScene,
  engine: Segmenter,
  others: readonly Variant[] = [],
  wanted: Pick<SegmentRequest, "probabilities"> = {},
): Promise<SegmentResult> {
  const settingsBy = ({ method, settings }: Variant) => settingsOf(METHODS.get(method)!, settings);
  return engine.segment({
    ...wanted,
    scan: { ...scene.scan, labels: null, bytes: new Uint8Array(0) },
    ...shownViews(variant, scene),
    options: {
      method: variant.method,
      settings: settingsBy(variant),
      evaluate: false,
      // Scenes of data sets are in metres with z up.
      unit: "metre",
      up: "z",
      ...(variant.voxelScale === undefined
        ? {}
        : { voxelSize: variant.voxelScale * engine.students[0]!.card.voxelSize }),
      ...(variant.views === "virtual" ? { viewSource: "virtual" } : {}),
    },
    ...(others.length > 0 ? { readouts: others.map(settingsBy) } : {}),
    ...(variant.curve.length > 0 ? { snapshots: variant.curve } : {}),
    ...(variant.views === "shuffled" ? { placebo: "shuffle" } : {}),
  });
}
