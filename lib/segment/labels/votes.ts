/**
 * What corrected voxels say of others: each votes for its class at voxels that lie near it and that the network describes
 * alike. A few gradient steps move a network little; a vote carries a correction over the rest of the thing that was
 * corrected. What that is worth is measured by `fixtures/clicks`.
 *
 * @module
 */
import type { GpuBuffer } from "../../gpu/mod.ts";
import { type RememberedCorrections, UNCORRECTED } from "../../ttt/corrections.ts";
import type { PlanContext } from "../../ttt/plans/context.ts";
import { fuse, type Opinion, type Probabilities } from "../../ttt/probabilities.ts";
import { carriedVotes, joined, remember } from "./carried_votes.ts";
import { compareVoxels, describeVoxels, type Descriptions } from "./descriptions.ts";

/**
 * Voxels over which a vote falls off, by e^(−d² / 2σ²): the distance to the corrected voxel that comes third around, within these
 * bounds. Clicks that lie close mean that things are small there, or that much of what is wrong has been clicked.
 */
const [LEAST_SIGMA, MOST_SIGMA, NEIGHBOUR] = [2, 4, 3];
/** No vote reaches more voxels, less than the margin of a block. */
export const REACH = 3 * MOST_SIGMA;
/** How fast a vote falls off with the difference of features: by e^(−(1 − cosine) / τ). */
const TAU = 0.1;
/** Weight of all votes together, where the prediction that they are fused with weighs 1. */
const STRENGTH = 3;
/** What the votes at a voxel are added to, spread over all classes, so that none is impossible. */
const PRIOR = 0.02;
/** Most corrected voxels of one class that vote in a cell as wide as their reach, taken evenly: more of one thing tell no more. */
const MOST_VOTERS = 16;

/**
 * The votes on a scan: those of its own corrected voxels, and those that are remembered of other scans.
 */
export class Votes {
  readonly #others: RememberedCorrections | null;
  #own: RememberedCorrections | null = null;

  /** @param others what was corrected in other scans; null for nothing. */
  constructor(others: RememberedCorrections | null) {
    this.#others = others;
  }

  /** What is corrected in this scan, as far as it has been labelled; null for nothing. */
  get own(): RememberedCorrections | null {
    return this.#own;
  }

  /** The same, and what was corrected in other scans. */
  get all(): RememberedCorrections | null {
    return joined([this.#others, this.#own]);
  }

  /** How many corrected voxels of other scans vote. */
  get carried(): number {
    return this.#others?.classes.length ?? 0;
  }

  /** Forgets what was corrected in this scan, which is labelled again from the start. */
  restart(): void {
    this.#own = null;
  }

  /**
   * Fuses a prediction with the votes.
   *
   * @param context with the source weights: what they see alike is not moved by the steps
   * @param corrections class of every voxel, or `UNCORRECTED`; null for none
   * @param isOwn whether a corrected voxel is remembered; blocks share those of their margins
   */
  async on(
    context: PlanContext,
    corrections: Uint32Array | null,
    prediction: Probabilities,
    isOwn: (row: number) => boolean = () => true,
  ): Promise<Probabilities> {
    const corrected = corrections?.some((label) => label !== UNCORRECTED) ? corrections : null;
    if (!corrected && this.carried === 0) return prediction;
    const { gpu, scan: { voxels } } = context;
    const opinions: Opinion[] = [];
    if (corrected) {
      const looks = await describeVoxels(context);
      const coords = await gpu.read(voxels.coords as GpuBuffer, Int32Array, 4 * voxels.count);
      opinions.push(countVotes(coords, looks, corrected, prediction.classes));
      const own = corrected.map((label, row) => isOwn(row) ? label : UNCORRECTED);
      this.#own = joined([this.#own, remember(looks, own)]);
    }
    if (this.carried > 0) {
      opinions.push(carriedVotes(await compareVoxels(context, this.#others!)));
    }
    return withOpinions(prediction, opinions);
  }
}

/** Fuses a prediction with the votes of corrected voxels, by coordinates and descriptions that are at hand. */
export function fuseVotes(
  prediction: Probabilities,
  coords: Int32Array,
  looks: Descriptions,
  corrections: Uint32Array,
): Probabilities {
  return withOpinions(prediction, [countVotes(coords, looks, corrections, prediction.classes)]);
}

function withOpinions(prediction: Probabilities, votes: readonly Opinion[]): Probabilities {
  const one = new Uint8Array(prediction.rows).fill(1);
  return fuse([{ probabilities: prediction, weight: one }, ...votes]);
}

/**
 * How much a vote counts, 0 to 1.
 *
 * @param squared squared distance in voxels
 * @param alike cosine of the descriptions
 * @param sigma voxels over which it falls off
 */
export function voteOf(squared: number, alike: number, sigma = MOST_SIGMA): number {
  return Math.exp(-squared / (2 * sigma ** 2) - (1 - alike) / TAU);
}

/**
 * Counts the votes at every voxel.
 *
 * @param coords i32 [voxels][4]: (x, y, z, 0)
 * @returns the share of each class, and how much all of them weigh: 0 where nobody votes
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // Three voxels in a row, the first of which is corrected; the last looks otherwise.
 * const coords = Int32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0);
 * const looks = { width: 2, values: Float32Array.of(1, 0, 1, 0, 0, 1) };
 * const { probabilities, weight } = countVotes(coords, looks, Uint32Array.of(1, 255, 255), 2);
 * assert.ok(probabilities.values[3]! > 0.95 && weight[1]! > 1);
 * assert.ok(weight[2]! < 0.01);
 * ```
 */
export function countVotes(
  coords: Int32Array,
  { width, values: looks }: Descriptions,
  corrections: Uint32Array,
  classes: number,
): { probabilities: Probabilities; weight: Float32Array } {
  const rows = corrections.length;
  const voters = new Voters(coords, corrections);
  const sigmas = new Map(voters.rows.map((row) => [row, voters.sigmaOf(row)]));
  const values = new Float32Array(rows * classes);
  const weight = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const own = looks.subarray(row * width, (row + 1) * width);
    let total = 0;
    for (const voter of voters.around(row)) {
      const squared = voters.squaredDistance(row, voter);
      const sigma = sigmas.get(voter)!;
      if (squared > (3 * sigma) ** 2) continue;
      let alike = 0;
      for (let i = 0; i < width; i++) alike += own[i]! * looks[voter * width + i]!;
      const vote = voteOf(squared, alike, sigma);
      values[row * classes + corrections[voter]!]! += vote;
      total += vote;
    }
    weight[row] = STRENGTH * total / (1 + total);
    for (let at = row * classes; at < (row + 1) * classes; at++) {
      values[at] = (values[at]! + PRIOR / classes) / (total + PRIOR);
    }
  }
  return { probabilities: { rows, classes, values }, weight };
}

/** The corrected voxels by the cell that they lie in. */
class Voters {
  /** All of them. */
  readonly rows: readonly number[];
  readonly #coords: Int32Array;
  readonly #cells: ReadonlyMap<string, readonly number[]>;
  /** The voters in and around each cell that was asked for. */
  readonly #near = new Map<string, readonly number[]>();

  constructor(coords: Int32Array, corrections: Uint32Array) {
    this.#coords = coords;
    const corrected = [...corrections.keys()].filter((row) => corrections[row] !== UNCORRECTED);
    const alike = Map.groupBy(
      corrected,
      (row) => `${this.#cellOf(row).join()} ${corrections[row]}`,
    );
    this.rows = [...alike.values()].flatMap((rows) => {
      const stride = Math.max(1, rows.length / MOST_VOTERS);
      return rows.filter((_, i) => Math.floor(i / stride) !== Math.floor((i - 1) / stride));
    });
    this.#cells = Map.groupBy(this.rows, (row) => this.#cellOf(row).join());
  }

  /** Voxels over which the vote of a corrected voxel falls off. */
  sigmaOf(row: number): number {
    const others = this.around(row).filter((other) => other !== row);
    const squared = others.map((other) => this.squaredDistance(row, other)).sort((a, b) => a - b);
    const distance = Math.sqrt(squared[NEIGHBOUR - 1] ?? Infinity);
    return Math.min(Math.max(distance, LEAST_SIGMA), MOST_SIGMA);
  }

  /** The corrected voxels in the cell of a voxel and in those around it. */
  around(row: number): readonly number[] {
    const [x, y, z] = this.#cellOf(row);
    const key = `${x},${y},${z}`;
    const known = this.#near.get(key);
    if (known) return known;
    const found = Array.from({ length: 27 }, (_, i) =>
      this.#cells.get(
        [x! + i % 3 - 1, y! + Math.floor(i / 3) % 3 - 1, z! + Math.floor(i / 9) - 1].join(),
      ) ?? []).flat();
    this.#near.set(key, found);
    return found;
  }

  squaredDistance(a: number, b: number): number {
    let sum = 0;
    for (let axis = 0; axis < 3; axis++) {
      sum += (this.#coords[4 * a + axis]! - this.#coords[4 * b + axis]!) ** 2;
    }
    return sum;
  }

  #cellOf(row: number): number[] {
    return [0, 1, 2].map((axis) => Math.floor(this.#coords[4 * row + axis]! / REACH));
  }
}
