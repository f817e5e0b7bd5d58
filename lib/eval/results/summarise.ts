/**
 * Summarises the cells of an evaluation. A variant whose cells are incomplete, as after a run that was stopped,
 * is left out and named.
 *
 * @module
 */
import type { Cell } from "../cells/cell.ts";
import type { SceneSequence } from "../studies/scene_sequence.ts";
import type { Study } from "../studies/study.ts";
import { mean } from "./bootstrap.ts";
import type { Results, RunDescription, ScanCost, StudyResult } from "./results.ts";
import { meanResult, type Series, seriesOf, variantResult } from "./series.ts";

/** Summarises studies by the cells that exist. */
export function summarise(
  run: RunDescription,
  studies: readonly Study[],
  cells: ReadonlyMap<string, Cell>,
): Results {
  const missing: string[] = [];
  const summaries = studies.map((study) => summariseStudy(study, run, cells, missing));
  const { domains, ...rest } = run;
  return {
    ...rest,
    about: domains,
    domains: summaries.find(({ name }) => name === "main")?.domains ?? {},
    cost: costs(studies, cells),
    studies: summaries,
    missing,
  };
}

/** @param missing receives the name of every variant that is left out. */
function summariseStudy(
  study: Study,
  { domains, classes, meanOver }: RunDescription,
  cells: ReadonlyMap<string, Cell>,
  missing: string[],
): StudyResult {
  const bySequence = new Map<string, Map<string, Series>>();
  for (const sequence of study.sequences) {
    const series = new Map<string, Series>();
    for (const entry of study.entries) {
      const found = seriesOf(entry, sequence, cells, meanOver);
      if (found) series.set(entry.variant.id, found);
      else missing.push(`${study.name}: ${entry.variant.id} on ${sequence.name}`);
    }
    bySequence.set(sequence.name, series);
  }
  const shifted = study.sequences
    .filter(({ parts }) => !parts.some(({ domain }) => domains[domain]?.isSource))
    .map(({ name }) => bySequence.get(name)!);
  const results = [...bySequence].map(([name, all]) => {
    const entries = [...all].map(([id, series]) =>
      [id, variantResult(series, all, classes, study.name === "online")] as const
    );
    return [name, Object.fromEntries(entries)] as const;
  });
  const means = shifted.length < 2 ? [] : study.entries.flatMap((entry) => {
    const result = meanResult(entry, shifted);
    return result ? [[entry.variant.id, result] as const] : [];
  });
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
    domains: Object.fromEntries(results),
    mean: Object.fromEntries(means),
    changes: Object.fromEntries(
      study.sequences.map((sequence) => [sequence.name, domainChanges(sequence)]),
    ),
  };
}

/** Numbers of scans after which the domain of a sequence changes. */
function domainChanges({ parts }: SceneSequence): number[] {
  let end = 0;
  return parts.slice(0, -1).map(({ scenes }) => end += scenes);
}

/** The cost of each variant, over all its cells. */
function costs(
  studies: readonly Study[],
  cells: ReadonlyMap<string, Cell>,
): Record<string, ScanCost> {
  const ids = new Set(studies.flatMap(({ entries }) => entries.map(({ variant }) => variant.id)));
  const byVariant = new Map<string, Cell[]>([...ids].map((id) => [id, []]));
  for (const cell of cells.values()) byVariant.get(cell.variant)?.push(cell);
  return Object.fromEntries(
    [...byVariant].filter(([, own]) => own.length > 0).map(([id, own]) => [id, {
      secondsPerScan: mean(own.map(({ seconds }) => seconds)),
      gradientSteps: mean(own.map(({ steps }) => steps)),
    }]),
  );
}
