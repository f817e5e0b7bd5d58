/**
 * Works through a plan: cell by cell, each into the journal as soon as it is finished. Methods never see
 * labels. What is in the journal is not done again; an online sequence that was cut is walked again from its
 * start, since its weights are not kept, but only the missing cells are noted.
 *
 * @module
 */
import type { DatasetScene } from "../../datasets/dataset.ts";
import { settingsOf } from "../../segment/options.ts";
import { type Method, METHODS } from "../../ttt/methods/mod.ts";
import type { Segmenter, SegmentResult } from "../../segment/types.ts";
import type { Cell } from "./cell.ts";
import { Confusion } from "../../metrics/confusion.ts";
import type { Journal } from "./journal.ts";
import type { CellBatch, PlannedCell } from "./plan.ts";
import type { Variant } from "../studies/variant.ts";
import { shownViews } from "../studies/shown_views.ts";

/** A student and a teacher, ready to label. */
export interface BatchEngine extends AsyncDisposable {
  readonly engine: Segmenter;
  /** Hears of every scene before it is labelled. */
  show(scene: DatasetScene): void;
}

/** What {@link runPlan} needs. */
export interface RunOptions {
  plan: readonly CellBatch[];
  journal: Journal;
  scene: (domain: string, index: number) => Promise<DatasetScene>;
  /** Opens what a batch shares; it is closed before the next one is opened. */
  open: (batch: CellBatch) => Promise<BatchEngine>;
  /** Hears of every cell that was worked out; those of a sequence walked again are not noted. */
  onCell?: (cell: Cell, planned: PlannedCell) => void;
}

/**
 * Works out every cell that the journal lacks.
 *
 * @throws {TypeError} where a scene has no labels.
 */
export async function runPlan(options: RunOptions): Promise<void> {
  const { plan, journal } = options;
  for (const batch of plan) {
    const todo = cellsToDo(batch, journal);
    if (todo.single.length === 0 && todo.sequences.length === 0) continue;
    await using bench = await options.open(batch);
    for (const group of groupCells(todo.single)) await work(group, bench);
    for (const sequence of todo.sequences) {
      bench.engine.resetOnline();
      for (const planned of sequence) await work([planned], bench);
      bench.engine.resetOnline();
    }
  }

  async function work(group: readonly PlannedCell[], bench: BatchEngine): Promise<void> {
    for (const [i, cell] of (await labelScene(group, bench, options.scene)).entries()) {
      if (!journal.cells.has(cell.key)) await journal.append(cell);
      options.onCell?.(cell, group[i]!);
    }
  }
}

/**
 * Puts those cells of a scene together that take the same steps and read the adapted weights in different
 * ways: the steps are taken once for all of them.
 */
export function groupCells(cells: readonly PlannedCell[]): PlannedCell[][] {
  const groups = new Map<string, PlannedCell[]>();
  const adaptations: Method["adapt"][] = [];
  for (const cell of cells) {
    const { variant, seed, domain, scene } = cell;
    const { id: _id, label: _label, method: name, settings, ...rest } = variant;
    const method = METHODS.get(name)!;
    const readouts = variant.curve.length === 0 ? method.readouts : undefined;
    if (!adaptations.includes(method.adapt)) adaptations.push(method.adapt);
    const steps = Object.entries(settingsOf(method, settings))
      .filter(([key]) => !readouts?.includes(key));
    const alone = readouts ? null : variant.id;
    const adaptation = adaptations.indexOf(method.adapt);
    const group = JSON.stringify([alone, adaptation, steps, rest, seed, domain, scene]);
    groups.set(group, [...groups.get(group) ?? [], cell]);
  }
  return [...groups.values()];
}

/** What of a batch has to be worked out: sequences up to their last missing cell. */
export function cellsToDo(
  { single, sequences }: CellBatch,
  { cells }: Pick<Journal, "cells">,
): Pick<CellBatch, "single" | "sequences"> {
  const isMissing = ({ key }: PlannedCell) => !cells.has(key);
  return {
    single: single.filter(isMissing),
    sequences: sequences.map((sequence) => sequence.slice(0, sequence.findLastIndex(isMissing) + 1))
      .filter(({ length }) => length > 0),
  };
}

/** The work of a cell, in passes over a scan; for estimates of the time that is left. */
export function workOf({ variant: { method, settings, curve } }: PlannedCell): number {
  const { steps = 0, augmentations = 0 } = METHODS.get(method)!.settings.parse(settings) as {
    steps?: number;
    augmentations?: number;
  };
  return 4 + 3 * steps + 2 * augmentations + curve.length;
}

/** Labels a scene by variants that take the same steps. */
async function labelScene(
  group: readonly PlannedCell[],
  bench: BatchEngine,
  sceneOf: RunOptions["scene"],
): Promise<Cell[]> {
  const [{ variant, domain, scene: index }] = group as [PlannedCell, ...PlannedCell[]];
  const scene = await sceneOf(domain, index);
  const truth = scene.scan.labels;
  if (!truth) throw new TypeError(`Cannot judge methods on ${scene.id}: it has no labels`);
  bench.show(scene);
  const start = performance.now();
  const others = group.slice(1).map(({ variant }) => variant);
  const { labels, snapshots, readouts, report } = await labelBy(
    variant,
    scene,
    bench.engine,
    others,
  );
  const whole = (performance.now() - start) / 1000;
  const reading = readouts.reduce((sum, { seconds }) => sum + seconds, 0);
  const classes = bench.engine.student.classes.length;
  const countsOf = (predicted: Uint8Array) =>
    Array.from(new Confusion(classes).add(truth, predicted).counts);
  const { losses, steps, views, scan } = report;
  return [{ labels, seconds: 0 }, ...readouts].map(({ labels, seconds }, i) => ({
    key: group[i]!.key,
    variant: group[i]!.variant.id,
    method: group[i]!.variant.method,
    domain,
    seed: group[i]!.seed,
    scene: index,
    confusion: countsOf(labels),
    steps,
    seconds: Number((whole - reading + seconds).toFixed(3)),
    pointsSeen: views.pointsSeen / scan.points,
    loss: losses.length > 0 ? [losses[0]!, losses.at(-1)!] : null,
    note: report.note ?? null,
    curve: snapshots.map(({ step, labels }) => ({ step, confusion: countsOf(labels) })),
  }));
}

/**
 * One scene, labelled as a variant says; the engine is given a scan without labels and without its file.
 *
 * @param others variants whose steps are the same, to be read as well.
 */
export function labelBy(
  variant: Variant,
  scene: DatasetScene,
  engine: Segmenter,
  others: readonly Variant[] = [],
): Promise<SegmentResult> {
  const settingsBy = ({ method, settings }: Variant) => settingsOf(METHODS.get(method)!, settings);
  return engine.segment({
    scan: { ...scene.scan, labels: null, bytes: new Uint8Array(0) },
    ...shownViews(variant, scene),
    options: {
      method: variant.method,
      settings: settingsBy(variant),
      evaluate: false,
      ...(variant.voxelScale === undefined
        ? {}
        : { voxelSize: variant.voxelScale * engine.student.voxelSize }),
      ...(variant.views === "virtual" ? { viewSource: "virtual" } : {}),
    },
    ...(others.length > 0 ? { readouts: others.map(settingsBy) } : {}),
    ...(variant.curve.length > 0 ? { snapshots: variant.curve } : {}),
    ...(variant.views === "shuffled" ? { placebo: "shuffle" } : {}),
  });
}
