/**
 * The plan of an evaluation: the cells that its studies need, each once, in an order that does not depend on
 * what is done already.
 *
 * @module
 */
import type { CheckpointKind } from "../../ttt/method.ts";
import type { SceneSequence } from "../studies/scene_sequence.ts";
import type { Study } from "../studies/study.ts";
import type { Variant } from "../studies/variant.ts";

/** A cell that is to be computed. */
export interface PlannedCell {
  /** Unique in the plan; see {@link cellKey}. */
  key: string;
  variant: Variant;
  /** Seed of the student's training. */
  seed: number;
  domain: string;
  /** Number of the scene in its domain and split. */
  scene: number;
}

/** Cells that share a student and a teacher. */
export interface CellBatch {
  checkpoint: CheckpointKind;
  teacher: string;
  seed: number;
  /** The domain on whose labels the student was trained; null for every kind but `oracle`. */
  target: string | null;
  /** Cells of methods that keep nothing from scan to scan. */
  single: PlannedCell[];
  /** Cells of online methods, one list per sequence, in its order. */
  sequences: PlannedCell[][];
}

/**
 * The key of a cell. That of an online variant names the sequence, since the scans before it matter.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { cellKey } from "./plan.ts";
 *
 * assert.equal(
 *   cellKey({ id: "ttt-kd", online: false }, "noisy", 0, "noisy", 7),
 *   "ttt-kd | seed 0 | noisy | 7",
 * );
 * ```
 */
export function cellKey(
  variant: Pick<Variant, "id" | "online">,
  sequence: string,
  seed: number,
  domain: string,
  scene: number,
): string {
  const where = variant.online ? [sequence] : [];
  return [variant.id, ...where, `seed ${seed}`, domain, scene].join(" | ");
}

/** The cells of a variant on a sequence from one training seed, in order. */
export function sequenceCells(
  variant: Variant,
  sequence: SceneSequence,
  seed: number,
): PlannedCell[] {
  return sequence.parts.flatMap(({ domain, scenes }) =>
    Array.from({ length: scenes }, (_, scene) => ({
      key: cellKey(variant, sequence.name, seed, domain, scene),
      variant,
      seed,
      domain,
      scene,
    }))
  );
}

/** Plans the cells of studies, seed by seed. */
export function planCells(studies: readonly Study[]): CellBatch[] {
  const batches = new Map<string, CellBatch>();
  const seen = new Set<string>();
  const seeds = Math.max(0, ...studies.flatMap(({ entries }) => entries.map((e) => e.seeds)));
  for (let seed = 0; seed < seeds; seed++) {
    for (const { entries, sequences } of studies) {
      for (const { variant } of entries.filter((entry) => seed < entry.seeds)) {
        for (const sequence of sequences) {
          const cells = sequenceCells(variant, sequence, seed);
          const fresh = cells.filter(({ key }) => !seen.has(key));
          for (const { key } of fresh) seen.add(key);
          if (!variant.online) { for (const cell of fresh) batchOf(cell).single.push(cell); }
          else if (fresh.length > 0) addSequence(batchOf(cells[0]!), cells, fresh);
        }
      }
    }
  }
  const all = [...batches.values()];
  for (const { single } of all) {
    // All cells of a scene in a row: it is generated, described and voxelized once.
    single.sort((a, b) => compare(a.domain, b.domain) || a.scene - b.scene);
  }
  return all;

  function batchOf({ variant: { checkpoint, teacher }, seed, domain }: PlannedCell): CellBatch {
    const target = checkpoint === "oracle" ? domain : null;
    const name = JSON.stringify([seed, checkpoint, teacher, target]);
    const batch = batches.get(name) ??
      { checkpoint, teacher, seed, target, single: [], sequences: [] };
    batches.set(name, batch);
    return batch;
  }
}

/** Adds a sequence; one that continues a shorter one becomes one with it. */
function addSequence(
  { sequences }: CellBatch,
  cells: readonly PlannedCell[],
  fresh: readonly PlannedCell[],
): void {
  const shorter = sequences.find(([first]) => first!.key === cells[0]!.key);
  if (shorter) shorter.push(...fresh);
  else sequences.push([...cells]);
}

/** Number of cells in a plan. */
export function countCells(plan: readonly CellBatch[]): number {
  return plan.reduce(
    (sum, { single, sequences }) => sum + single.length + sequences.flat().length,
    0,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
