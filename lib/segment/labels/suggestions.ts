/**
 * Points that a person should correct first. What an answer is worth is not how much is in doubt at its own voxel, but how much is in
 * doubt wherever its vote would be heard: the doubt of the voxels around that look alike. Each suggestion takes the doubt that it reaches
 * away, so that the next one lies elsewhere or on another thing.
 *
 * @module
 */
import type { Descriptions } from "./descriptions.ts";
import { REACH, voteOf } from "./votes.ts";

/** A voxel to ask for, and how much doubt its answer would reach. */
export interface UsefulVoxel {
  readonly row: number;
  readonly use: number;
}

/** Most voxels that are looked at: of more, as many are taken evenly. */
const MOST_VOXELS = 6000;
/** Most of these that are suggested: those with the most doubt. */
const MOST_CANDIDATES = 3000;

/**
 * Chooses voxels, the most useful first.
 *
 * @param coords i32 [voxels][4]: (x, y, z, 0)
 * @param doubt [voxels], 0 to 1
 * @param eligible whether a voxel may be chosen
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // A thing of two voxels, and one that stands alone with more doubt than either.
 * const coords = Int32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 99, 0, 0, 0);
 * const looks = { width: 1, values: Float32Array.of(1, 1, 1) };
 * const useful = usefulVoxels(coords, looks, [0.6, 0.5, 0.7], () => true, 2);
 * assert.deepEqual(useful.map(({ row }) => row), [0, 2]);
 * ```
 */
export function usefulVoxels(
  coords: Int32Array,
  { width, values: looks }: Descriptions,
  doubt: ArrayLike<number>,
  eligible: (row: number) => boolean,
  count: number,
): UsefulVoxel[] {
  const stride = Math.max(1, Math.ceil(doubt.length / MOST_VOXELS));
  const rows = Array.from({ length: Math.ceil(doubt.length / stride) }, (_, i) => i * stride);
  const left = Float32Array.from(doubt);
  const candidates = rows.filter(eligible).sort((a, b) => doubt[b]! - doubt[a]! || a - b)
    .slice(0, MOST_CANDIDATES);
  const heard = candidates.map((row) => heardFrom(row));
  const uses = heard.map(useOf);
  const chosen: UsefulVoxel[] = [];
  while (chosen.length < Math.min(count, candidates.length)) {
    // What a candidate reaches only shrinks, so that the best of old numbers is the best once it is found unchanged.
    const best = indexOfLargest(uses);
    const use = useOf(heard[best]!);
    if (use < uses[best]!) {
      uses[best] = use;
      continue;
    }
    chosen.push({ row: candidates[best]!, use });
    for (const [row, share] of heard[best]!) left[row]! *= 1 - share;
    uses[best] = -1;
    heard[best] = [];
  }
  return chosen;

  /** Where an answer is heard, and how much. */
  function heardFrom(from: number): [number, number][] {
    const found: [number, number][] = [];
    for (const row of rows) {
      let squared = 0;
      for (let axis = 0; axis < 3; axis++) {
        squared += (coords[4 * row + axis]! - coords[4 * from + axis]!) ** 2;
      }
      if (squared > REACH ** 2) continue;
      let alike = 0;
      for (let i = 0; i < width; i++) alike += looks[row * width + i]! * looks[from * width + i]!;
      found.push([row, Math.min(1, voteOf(squared, alike))]);
    }
    return found;
  }

  function useOf(heard: readonly (readonly [number, number])[]): number {
    return heard.reduce((sum, [row, share]) => sum + share * left[row]!, 0);
  }
}

function indexOfLargest(values: readonly number[]): number {
  let best = 0;
  values.forEach((value, i) => {
    if (value > values[best]!) best = i;
  });
  return best;
}
