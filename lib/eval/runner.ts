/**
 * Works through a plan: cell by cell, each into the journal as soon as it is finished. Methods never see
 * labels. What is in the journal is not done again; an online sequence that was cut is walked again from its
 * start, since its weights are not kept, but only the missing cells are noted.
 *
 * @module
 */
import type { DatasetScene } from "../datasets/dataset.ts";
import { settingsOf } from "../ttt/options.ts";
import { METHODS } from "../ttt/methods/mod.ts";
import type { Segmenter, SegmentResult } from "../ttt/types.ts";
import type { Cell } from "./cell.ts";
import { Confusion } from "./confusion.ts";
import type { Journal } from "./journal.ts";
import type { Batch, PlannedCell } from "./plan.ts";
import type { Variant } from "./variant.ts";
import { viewsOf } from "./views.ts";

/** A student and a teacher, ready to label. */
export interface Bench extends AsyncDisposable {
  readonly engine: Segmenter;
  /** Hears of every scene before it is labelled. */
  show(scene: DatasetScene): void;
}

/** What {@link runPlan} needs. */
export interface RunOptions {
  plan: readonly Batch[];
  journal: Journal;
  scene: (domain: string, index: number) => Promise<DatasetScene>;
  /** Opens what a batch shares; it is closed before the next one is opened. */
  open: (batch: Batch) => Promise<Bench>;
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
    for (const planned of todo.single) await work(planned, bench);
    for (const sequence of todo.sequences) {
      bench.engine.resetOnline();
      for (const planned of sequence) await work(planned, bench);
      bench.engine.resetOnline();
    }
  }

  async function work(planned: PlannedCell, bench: Bench): Promise<void> {
    const cell = await labelScene(planned, bench, options.scene);
    if (!journal.cells.has(cell.key)) await journal.append(cell);
    options.onCell?.(cell, planned);
  }
}

/** What of a batch has to be worked out: sequences up to their last missing cell. */
export function cellsToDo(
  { single, sequences }: Batch,
  { cells }: Pick<Journal, "cells">,
): Pick<Batch, "single" | "sequences"> {
  const isMissing = ({ key }: PlannedCell) => !cells.has(key);
  return {
    single: single.filter(isMissing),
    sequences: sequences.map((sequence) => sequence.slice(0, sequence.findLastIndex(isMissing) + 1))
      .filter(({ length }) => length > 0),
  };
}

/** The work of a cell, in passes over a scan; for estimates of the time that is left. */
export function workOf({ variant: { method, settings, curve } }: PlannedCell): number {
  const { steps = 0, copies = 0 } = METHODS.get(method)!.settings.parse(settings) as {
    steps?: number;
    copies?: number;
  };
  return 4 + 3 * steps + 2 * copies + curve.length;
}

async function labelScene(
  { key, variant, seed, domain, scene: index }: PlannedCell,
  bench: Bench,
  sceneOf: RunOptions["scene"],
): Promise<Cell> {
  const scene = await sceneOf(domain, index);
  const truth = scene.scan.labels;
  if (!truth) throw new TypeError(`Cannot judge methods on ${scene.id}: it has no labels`);
  bench.show(scene);
  const start = performance.now();
  const { labels, snapshots, report } = await labelBy(variant, scene, bench.engine);
  const seconds = (performance.now() - start) / 1000;
  const classes = bench.engine.student.classes.length;
  const countsOf = (predicted: Uint8Array) =>
    Array.from(new Confusion(classes).add(truth, predicted).counts);
  const { kdLoss, steps, views, scan } = report;
  return {
    key,
    variant: variant.id,
    method: variant.method,
    domain,
    seed,
    scene: index,
    confusion: countsOf(labels),
    steps,
    seconds: Number(seconds.toFixed(3)),
    pointsSeen: views.pointsSeen / scan.points,
    loss: kdLoss.length > 0 ? [kdLoss[0]!, kdLoss.at(-1)!] : null,
    note: report.note ?? null,
    curve: snapshots.map(({ step, labels }) => ({ step, confusion: countsOf(labels) })),
  };
}

/** One scene, labelled as a variant says; the engine is given a scan without labels and without its file. */
export function labelBy(
  variant: Variant,
  scene: DatasetScene,
  engine: Segmenter,
): Promise<SegmentResult> {
  return engine.segment({
    scan: { ...scene.scan, labels: null, bytes: new Uint8Array(0) },
    ...viewsOf(variant, scene),
    options: {
      method: variant.method,
      settings: settingsOf(METHODS.get(variant.method)!, variant.settings),
      evaluate: false,
    },
    ...(variant.curve.length > 0 ? { snapshots: variant.curve } : {}),
    ...(variant.photographs === "shuffled" ? { placebo: "shuffle" } : {}),
  });
}
