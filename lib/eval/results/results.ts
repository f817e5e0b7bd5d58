/**
 * From the cells of an evaluation to `results.json`. What has no complete series of cells (a run that was
 * stopped) is left out and named, never guessed.
 *
 * @module
 */
import { type Cell, matrixOf } from "../cells/cell.ts";
import type { Confusion } from "../../metrics/confusion.ts";
import type { SceneSequence } from "../studies/scene_sequence.ts";
import { sequenceCells } from "../cells/plan.ts";
import {
  differenceSeries,
  interval95,
  mean,
  meanSeries,
  pooled,
  resampledMious,
  streamOf,
} from "./bootstrap.ts";
import type { Study, StudyEntry } from "../studies/study.ts";

/** A method is said to harm where it lies more than this below source only: half a point of mIoU. */
const HARM = 0.005;
/** Scans of a long sequence that one point of its curve sums up; a short one takes a fifth of its scans. */
const WINDOW = 10;
/** What every method is compared with. */
const BASELINE = "source";

/** How much better a variant is than another on the same scenes, in fractions of mIoU. */
export interface Difference {
  mean: number;
  ci95: [low: number, high: number];
  /** Scenes a domain, at least; of one scene the interval says nothing. */
  scenes: number;
}

/** A difference with the number of scenes on which it is above zero. */
export interface SceneDifference extends Difference {
  scenesWon: number;
}

/** A prediction on the way. */
export interface CurvePoint {
  step: number;
  miou: number;
  ci95: [low: number, high: number];
}

/** One variant on one domain or sequence. All figures are fractions. */
export interface VariantResult {
  /** Mean over training seeds of the mIoU of the points of all scenes together. */
  miou: number;
  perSeed: number[];
  ci95: [low: number, high: number];
  perClass: Record<string, number>;
  /** Of the first training seed, scene by scene. */
  perScene: number[];
  /** Against `source`, and against the variant's own step 0. */
  against: Record<string, SceneDifference>;
  /** Whether it lies more than half a point below `source`. */
  harmed: boolean;
  /** Mean of the fraction of the points that a photograph shows. */
  pointsSeen: number;
  /** Scans on which the method stopped by itself, or did not adapt. */
  decided: number;
  curve?: CurvePoint[];
  /** mIoU of the last scans up to each, from the first full window on: `perScene.length` - window + 1. */
  running?: number[];
}

/** One variant over all shifted domains. */
export interface MeanResult {
  miou: number;
  /** mIoU against `source`, less 1; null where it was not run. */
  relative: number | null;
  against: Record<string, Difference>;
  /** Domains in which the interval of the difference to `source` lies above zero. */
  domainsAbove: number;
  domainsHarmed: number;
  domains: number;
}

/** One study. */
export interface StudyResult {
  name: string;
  title: string;
  about: string;
  /** Variants in the order of tables. */
  variants: {
    id: string;
    label: string;
    method: string;
    stepZero: string | null;
    position: number | null;
    seeds: number;
  }[];
  /** By sequence (a domain, mostly) and variant. */
  domains: Record<string, Record<string, VariantResult>>;
  /** Over the shifted domains, where there is more than one. */
  mean: Record<string, MeanResult>;
  /** Numbers of the scans at which the domain of a sequence changes. */
  changes: Record<string, number[]>;
}

/** What one scan costs. */
export interface ScanCost {
  secondsPerScan: number;
  gradientSteps: number;
}

/** Where and with what an evaluation ran. */
export interface RunDescription {
  benchmark: string;
  split: string;
  seeds: number;
  student: string;
  teacher: string;
  adapter: string;
  /** The command that makes these results. */
  command: string;
  classes: readonly string[];
  domains: Record<string, { about: string; isSource: boolean }>;
  /** What cells depend on, by name. */
  settings: Record<string, string>;
  /** What was left out because no student is there for it, `study: variant`. */
  withoutStudent: readonly string[];
}

/** `results.json`. */
export interface Results extends Omit<RunDescription, "domains" | "classes"> {
  classes: readonly string[];
  about: RunDescription["domains"];
  /** The main study, by domain and method. */
  domains: Record<string, Record<string, VariantResult>>;
  cost: Record<string, ScanCost>;
  studies: StudyResult[];
  /** What could not be summed up: cells that are not there yet. */
  missing: string[];
}

/** Sums up studies by the cells that are there. */
export function summarise(
  setting: RunDescription,
  studies: readonly Study[],
  cells: ReadonlyMap<string, Cell>,
): Results {
  const missing: string[] = [];
  const summed = studies.map((study) => summariseStudy(study, setting, cells, missing));
  const { domains, classes, ...rest } = setting;
  return {
    ...rest,
    classes,
    about: domains,
    domains: summed.find(({ name }) => name === "main")?.domains ?? {},
    cost: costs(studies, cells),
    studies: summed,
    missing,
  };
}

/** A variant's cells on a sequence, from every seed. */
interface Series {
  entry: StudyEntry;
  /** `[seed][scene]`. */
  cells: Cell[][];
  matrices: Confusion[][];
  /** `[seed]`: resampled mIoU. */
  resampled: Float64Array[];
  /** Of the resamples. */
  stream: number;
}

function summariseStudy(
  study: Study,
  setting: RunDescription,
  cells: ReadonlyMap<string, Cell>,
  missing: string[],
): StudyResult {
  const bySequence = new Map<string, Map<string, Series>>();
  for (const sequence of study.sequences) {
    const series = new Map<string, Series>();
    for (const entry of study.entries) {
      const found = seriesOf(entry, sequence, cells);
      if (found) series.set(entry.variant.id, found);
      else missing.push(`${study.name}: ${entry.variant.id} on ${sequence.name}`);
    }
    bySequence.set(sequence.name, series);
  }
  const shifted = study.sequences
    .filter(({ parts }) => !parts.some(({ domain }) => setting.domains[domain]?.isSource))
    .map(({ name }) => name);
  return {
    name: study.name,
    title: study.title,
    about: study.about,
    variants: study.entries.map(({ variant, stepZero, position, seeds }) => ({
      id: variant.id,
      label: variant.label,
      method: variant.method,
      stepZero,
      position,
      seeds,
    })),
    domains: Object.fromEntries(
      [...bySequence].map(([name, all]) => [
        name,
        Object.fromEntries([...all].map(([id, series]) => [
          id,
          variantResult(series, all, setting.classes, study.name === "online"),
        ])),
      ]),
    ),
    mean: shifted.length < 2 ? {} : Object.fromEntries(
      study.entries.flatMap((entry) => {
        const result = meanResult(entry, shifted.map((name) => bySequence.get(name)!));
        return result ? [[entry.variant.id, result]] : [];
      }),
    ),
    changes: Object.fromEntries(
      study.sequences.map((sequence) => [sequence.name, changesOf(sequence)]),
    ),
  };
}

/** Null where a cell is missing. */
function seriesOf(
  entry: StudyEntry,
  sequence: SceneSequence,
  cells: ReadonlyMap<string, Cell>,
): Series | null {
  const bySeed: Cell[][] = [];
  for (let seed = 0; seed < entry.seeds; seed++) {
    const own = sequenceCells(entry.variant, sequence, seed).map(({ key }) => cells.get(key));
    if (!own.every((cell) => cell !== undefined)) return null;
    bySeed.push(own);
  }
  const matrices = bySeed.map((own) => own.map(({ confusion }) => matrixOf(confusion)));
  const stream = streamOf(sequence.name);
  return {
    entry,
    stream,
    cells: bySeed,
    matrices,
    resampled: matrices.map((own) => resampledMious(own, stream)),
  };
}

function variantResult(
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
      return rival ? [[id, differenceOf(series, rival)]] : [];
    }),
  );
  const flat = cells.flat();
  return {
    miou: mean(perSeed),
    perSeed,
    ci95: interval95(meanSeries(resampled)),
    perClass: pooled(matrices.flat()).metrics(classes).perClass,
    perScene: matrices[0]!.map((matrix) => matrix.miou()),
    against,
    harmed: (against[BASELINE]?.mean ?? 0) < -HARM,
    pointsSeen: mean(flat.map(({ pointsSeen }) => pointsSeen)),
    decided: flat.filter(({ note }) => note !== null).length,
    ...(entry.variant.curve.length > 0 ? { curve: curveOf(flat, series.stream) } : {}),
    ...(online ? { running: running(matrices[0]!) } : {}),
  };
}

function rivalsOf({ variant, stepZero }: StudyEntry): string[] {
  return [BASELINE, stepZero].filter((id) => id !== null && id !== variant.id) as string[];
}

/** On the training seeds that both have. */
function differenceOf(series: Series, rival: Series): SceneDifference {
  const { means, resampled } = pairedSeries(series, rival);
  const [own, other] = [series.matrices[0]!, rival.matrices[0]!];
  return {
    mean: means,
    ci95: interval95(resampled),
    scenes: own.length,
    scenesWon: own.filter((matrix, i) => matrix.miou() > other[i]!.miou()).length,
  };
}

function pairedSeries(
  series: Series,
  rival: Series,
): { means: number; resampled: Float64Array } {
  const seeds = Math.min(series.entry.seeds, rival.entry.seeds);
  const indices = Array.from({ length: seeds }, (_, seed) => seed);
  return {
    means: mean(
      indices.map((seed) =>
        pooled(series.matrices[seed]!).miou() - pooled(rival.matrices[seed]!).miou()
      ),
    ),
    resampled: meanSeries(
      indices.map((seed) => differenceSeries(series.resampled[seed]!, rival.resampled[seed]!)),
    ),
  };
}

function meanResult(
  entry: StudyEntry,
  domains: readonly ReadonlyMap<string, Series>[],
): MeanResult | null {
  const own = domains.map((all) => all.get(entry.variant.id));
  if (!own.every((series) => series !== undefined)) return null;
  const miou = mean(own.map(({ matrices }) => mean(matrices.map((m) => pooled(m).miou()))));
  const against: Record<string, Difference> = {};
  let [domainsAbove, domainsHarmed] = [0, 0];
  for (const id of rivalsOf(entry)) {
    const rivals = domains.map((all) => all.get(id));
    if (!rivals.every((series) => series !== undefined)) continue;
    const pairs = own.map((series, i) => pairedSeries(series, rivals[i]!));
    against[id] = {
      mean: mean(pairs.map(({ means }) => means)),
      ci95: interval95(meanSeries(pairs.map(({ resampled }) => resampled))),
      scenes: Math.min(...own.map(({ matrices }) => matrices[0]!.length)),
    };
    if (id !== BASELINE) continue;
    domainsAbove = pairs.filter(({ resampled }, i) =>
      own[i]!.matrices[0]!.length > 1 && interval95(resampled)[0] > 0
    ).length;
    domainsHarmed = pairs.filter(({ means }) =>
      means < -HARM
    ).length;
  }
  const gain = against[BASELINE]?.mean;
  return {
    miou,
    relative: gain === undefined ? null : gain / (miou - gain),
    against,
    domainsAbove,
    domainsHarmed,
    domains: domains.length,
  };
}

/** By step, over the scenes that reached it. */
function curveOf(cells: readonly Cell[], stream: number): CurvePoint[] {
  const steps = [...new Set(cells.flatMap(({ curve }) => curve.map(({ step }) => step)))];
  return steps.sort((a, b) => a - b).map((step) => {
    const matrices = cells.flatMap(({ curve }) =>
      curve.filter((point) => point.step === step).map(({ confusion }) => matrixOf(confusion))
    );
    return {
      step,
      miou: pooled(matrices).miou(),
      ci95: interval95(resampledMious(matrices, stream)),
    };
  });
}

function running(matrices: readonly Confusion[]): number[] {
  const window = Math.max(1, Math.min(WINDOW, Math.floor(matrices.length / 5)));
  return Array.from(
    { length: matrices.length - window + 1 },
    (_, start) => pooled(matrices.slice(start, start + window)).miou(),
  );
}

function changesOf({ parts }: SceneSequence): number[] {
  let end = 0;
  return parts.slice(0, -1).map(({ scenes }) => end += scenes);
}

/** What each variant costs a scan, over all its cells. */
function costs(
  studies: readonly Study[],
  cells: ReadonlyMap<string, Cell>,
): Record<string, ScanCost> {
  const wanted = new Set(studies.flatMap(({ entries }) => entries.map((e) => e.variant.id)));
  const byVariant = new Map<string, Cell[]>([...wanted].map((id) => [id, []]));
  for (const cell of cells.values()) byVariant.get(cell.variant)?.push(cell);
  return Object.fromEntries(
    [...byVariant].filter(([, own]) => own.length > 0).map(([id, own]) => [id, {
      secondsPerScan: mean(own.map(({ seconds }) => seconds)),
      gradientSteps: mean(own.map(({ steps }) => steps)),
    }]),
  );
}
