/**
 * The plan of an evaluation: which cells its studies need, each once, in an order that does not depend on
 * what is already done.
 *
 * @module
 */
import type { CheckpointKind } from "../../ttt/method.ts";
import type { SceneSequence } from "../studies/scene_sequence.ts";
import type { Study } from "../studies/study.ts";
import type { Variant } from "../studies/variant.ts";

/** A cell that is to be worked out. */
export interface PlannedCell {
  key: string;
  variant: Variant;
  seed: number;
  domain: string;
  scene: number;
}

/** Cells that share a student and a teacher. */
export interface CellBatch {
  checkpoint: CheckpointKind;
  teacher: string;
  seed: number;
  /** The domain that the student knows labels of; null for every kind but `oracle`. */
  target: string | null;
  /** Cells in any order: nothing is kept from scan to scan. */
  single: PlannedCell[];
  /** Cells whose order counts, one list a sequence. */
  sequences: PlannedCell[][];
}

/** Which cell a variant has on a scene; online, what came before on the sequence is part of it. */
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

/** The plan of some studies, seed by seed. */
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
    // A scene is made, described and voxelized for all its methods in a row.
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

/** Online, a sequence that goes on where a shorter one ends is one with it. */
function addSequence(
  { sequences }: CellBatch,
  cells: readonly PlannedCell[],
  fresh: readonly PlannedCell[],
): void {
  const shorter = sequences.find(([first]) => first!.key === cells[0]!.key);
  if (shorter) shorter.push(...fresh);
  else sequences.push([...cells]);
}

/** Number of the cells of a plan. */
export function countCells(plan: readonly CellBatch[]): number {
  return plan.reduce(
    (sum, { single, sequences }) => sum + single.length + sequences.flat().length,
    0,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
