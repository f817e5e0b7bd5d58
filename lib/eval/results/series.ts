/**
 * Series of cells: a variant on a sequence, from every training seed. What is read off a series is compared
 * with another one on the same resamples.
 *
 * @module
 */
import { type Cell, matrixOf } from "../cells/cell.ts";
import { sequenceCells } from "../cells/plan.ts";
import type { Confusion, MeanOver } from "../../metrics/confusion.ts";
import type { SceneSequence } from "../studies/scene_sequence.ts";
import type { StudyEntry } from "../studies/study.ts";
import {
  differenceSeries,
  interval95,
  mean,
  meanSeries,
  pooled,
  resampledMeans,
  resampledMious,
  streamOf,
} from "./bootstrap.ts";
import type {
  CurvePoint,
  Difference,
  MeanResult,
  SceneDifference,
  VariantResult,
} from "./results.ts";

/** A method harms where it lies more than this below source only: half a point of mIoU. */
const HARM = 0.005;
/** Most scans in the window of a running mIoU; a short sequence takes a fifth of its scans. */
const WINDOW = 10;
/** The variant that every other one is compared with. */
const BASELINE = "source";

/** The cells of a variant on a sequence, from every training seed. */
export interface Series {
  entry: StudyEntry;
  /** `[seed][scene]`. */
  cells: Cell[][];
  /** `[seed][scene]`. */
  matrices: Confusion[][];
  /** `[seed]`: mIoU of each resample. */
  resampled: Float64Array[];
  /** The random stream of the resamples. */
  stream: number;
}

/** The series of a variant on a sequence; null where a cell is missing. */
export function seriesOf(
  entry: StudyEntry,
  sequence: SceneSequence,
  cells: ReadonlyMap<string, Cell>,
  meanOver?: MeanOver,
): Series | null {
  const bySeed: Cell[][] = [];
  for (let seed = 0; seed < entry.seeds; seed++) {
    const own = sequenceCells(entry.variant, sequence, seed).map(({ key }) => cells.get(key));
    if (!own.every((cell) => cell !== undefined)) return null;
    bySeed.push(own);
  }
  const matrices = bySeed.map((own) => own.map(({ confusion }) => matrixOf(confusion, meanOver)));
  const stream = streamOf(sequence.name);
  return {
    entry,
    stream,
    cells: bySeed,
    matrices,
    resampled: matrices.map((own) => resampledMious(own, stream)),
  };
}

/**
 * The results of a series.
 *
 * @param all the series of the same sequence by variant id, among them those to compare with.
 * @param online whether the running mIoU is wanted.
 */
export function variantResult(
  series: Series,
  all: ReadonlyMap<string, Series>,
  classes: readonly string[],
  online: boolean,
): VariantResult {
  const { cells, matrices, resampled, entry } = series;
  const perSeed = matrices.map((own) => pooled(own).miou());
  const against = Object.fromEntries(
    rivalsOf(entry).flatMap((id) => {
      const rival = all.get(id);
      return rival ? [[id, sceneDifference(series, rival)]] : [];
    }),
  );
  const flat = cells.flat();
  return {
    miou: mean(perSeed),
    perSeed,
    ci95: interval95(meanSeries(resampled)),
    perClass: pooled(matrices.flat()).metrics(classes).perClass,
    perScene: matrices[0]!.map((matrix) => matrix.miou()),
    ...unseenResult([series]),
    against,
    harmed: (against[BASELINE]?.mean ?? 0) < -HARM,
    pointsSeen: mean(flat.map(({ pointsSeen }) => pointsSeen)),
    decided: flat.filter(({ note }) => note !== null).length,
    ...(entry.variant.curve.length > 0 ? { curve: stepsCurve(flat, series) } : {}),
    ...(online ? { running: runningMious(matrices[0]!) } : {}),
  };
}

/**
 * The results of a variant over several domains; null where one is missing.
 *
 * @param domains the series of each domain by variant id.
 */
export function meanResult(
  entry: StudyEntry,
  domains: readonly ReadonlyMap<string, Series>[],
): MeanResult | null {
  const own = domains.map((all) => all.get(entry.variant.id));
  if (!own.every((series) => series !== undefined)) return null;
  const miou = mean(own.map(({ matrices }) => mean(matrices.map((m) => pooled(m).miou()))));
  const against: Record<string, Difference> = {};
  // Real scans are domains of one scene each: there the scans are resampled, elsewhere the scenes of each domain.
  const areScans = own.every(({ matrices }) => matrices[0]!.length === 1);
  let [domainsAbove, domainsHarmed] = [0, 0];
  for (const id of rivalsOf(entry)) {
    const rivals = domains.map((all) => all.get(id));
    if (!rivals.every((series) => series !== undefined)) continue;
    const pairs = own.map((series, i) => paired(series, rivals[i]!));
    against[id] = {
      mean: mean(pairs.map(({ difference }) => difference)),
      ci95: interval95(
        areScans
          ? resampledMeans(pairs.map(({ difference }) => difference), streamOf(id))
          : meanSeries(pairs.map(({ resampled }) => resampled)),
      ),
      scenes: areScans ? own.length : Math.min(...own.map(({ matrices }) => matrices[0]!.length)),
    };
    if (id !== BASELINE) continue;
    domainsAbove = pairs.filter(({ resampled }, i) =>
      own[i]!.matrices[0]!.length > 1 && interval95(resampled)[0] > 0
    ).length;
    domainsHarmed = pairs.filter(({ difference }) =>
      difference < -HARM
    ).length;
  }
  const gain = against[BASELINE]?.mean;
  return {
    miou,
    ...unseenResult(own),
    relative: gain === undefined ? null : gain / (miou - gain),
    against,
    domainsAbove,
    domainsHarmed,
    domains: domains.length,
  };
}

/** The mean mIoU of the points that no photograph sees, over the series that have such points. */
function unseenResult(all: readonly Series[]): { unseen?: number } {
  const mious = all.map(({ cells, matrices }) =>
    mean(cells.map((own) => {
      const counted = own.flatMap(({ unseen }) => unseen ? [unseen] : []);
      // Cells of an older program lack it.
      if (counted.length < own.length) return NaN;
      return pooled(counted.map((counts) => matrixOf(counts, matrices[0]![0]!.meanOver))).miou();
    }))
  ).filter(Number.isFinite);
  return mious.length > 0 ? { unseen: mean(mious) } : {};
}

/** Ids of the variants that an entry is compared with. */
function rivalsOf({ variant, stepZero }: StudyEntry): string[] {
  return [BASELINE, stepZero].filter((id) => id !== null && id !== variant.id) as string[];
}

function sceneDifference(series: Series, rival: Series): SceneDifference {
  const { difference, resampled } = paired(series, rival);
  const [own, other] = [series.matrices[0]!, rival.matrices[0]!];
  return {
    mean: difference,
    ci95: interval95(resampled),
    scenes: own.length,
    scenesWon: own.filter((matrix, i) => matrix.miou() > other[i]!.miou()).length,
  };
}

/** The difference of pooled mIoU and that of each resample, both means over the training seeds that both have. */
function paired(
  series: Series,
  rival: Series,
): { difference: number; resampled: Float64Array } {
  const seeds = Math.min(series.entry.seeds, rival.entry.seeds);
  const indices = Array.from({ length: seeds }, (_, seed) => seed);
  return {
    difference: mean(
      indices.map((seed) =>
        pooled(series.matrices[seed]!).miou() - pooled(rival.matrices[seed]!).miou()
      ),
    ),
    resampled: meanSeries(
      indices.map((seed) => differenceSeries(series.resampled[seed]!, rival.resampled[seed]!)),
    ),
  };
}

/** mIoU by number of steps, over the scenes that reached it. */
function stepsCurve(cells: readonly Cell[], { stream, matrices: own }: Series): CurvePoint[] {
  const meanOver = own[0]?.[0]?.meanOver;
  const steps = [...new Set(cells.flatMap(({ curve }) => curve.map(({ step }) => step)))];
  return steps.sort((a, b) => a - b).map((step) => {
    const matrices = cells.flatMap(({ curve }) =>
      curve.filter((point) => point.step === step).map(({ confusion }) =>
        matrixOf(confusion, meanOver)
      )
    );
    return {
      step,
      miou: pooled(matrices).miou(),
      ci95: interval95(resampledMious(matrices, stream)),
    };
  });
}

/** mIoU of each window of successive scans. */
function runningMious(matrices: readonly Confusion[]): number[] {
  const window = Math.max(1, Math.min(WINDOW, Math.floor(matrices.length / 5)));
  return Array.from(
    { length: matrices.length - window + 1 },
    (_, start) => pooled(matrices.slice(start, start + window)).miou(),
  );
}
