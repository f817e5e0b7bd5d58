/**
 * The generator's own random numbers. Everything in lib/worlds that looks random comes from here, so
 * that a scene is a function of its seed alone, on every machine and in every version of Deno.
 *
 * sfc32 (Chris Doty-Humphrey, PractRand; public domain): 128 bits of state, 32-bit integer operations
 * only, so exact in JavaScript.
 *
 * @module
 */

/**
 * One stream of random numbers. Two streams of one seed share nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(new Random(7).uniform(), new Random(7).uniform());
 * assert.notEqual(new Random(7).uniform(), new Random(7, 1).uniform());
 * ```
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  #spare: number | undefined;

  /** @param seed any uint32. @param stream which of the seed's independent streams, a uint32. */
  constructor(seed: number, stream = 0) {
    this.#a = seed >>> 0;
    this.#b = stream >>> 0;
    this.#c = 0x9e3779b9;
    for (let i = 0; i < 16; i++) this.uint32();
  }

  /** Uniform over the integers 0 .. 2^32 - 1. */
  uint32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** Uniform in [low, high). */
  range(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform over 0 .. count - 1. */
  integer(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const value = list[this.integer(list.length)];
    if (value === undefined) throw new RangeError("Cannot pick: the list is empty");
    return value;
  }

  /** Standard normal (Box-Muller, both values used). */
  normal(): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /**
   * `count` different integers of 0 .. total - 1, in random order; all of them when `count` reaches
   * `total` (partial Fisher-Yates).
   */
  sample(total: number, count: number): Uint32Array {
    const order = Uint32Array.from({ length: total }, (_, i) => i);
    const taken = Math.min(total, count);
    for (let i = 0; i < taken; i++) {
      const j = i + this.integer(total - i);
      const swap = order[i]!;
      order[i] = order[j]!;
      order[j] = swap;
    }
    return order.subarray(0, taken);
  }
}
