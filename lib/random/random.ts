/**
 * Random numbers from a seed, the same on every machine and in every version of Deno, so that scenes, first weights and
 * augmentations are functions of their seeds alone.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand; public domain). It has 128 bits of state and uses 32-bit
 * integer operations alone, which are exact in JavaScript.
 *
 * @module
 */

/** Where a stream of random numbers is: its 128 bits as four int32, and a normal number that was drawn but not yet given. */
export type RandomState = readonly [
  a: number,
  b: number,
  c: number,
  counter: number,
  spare: number | null,
];

/**
 * A stream of random numbers. Streams of one seed are independent of each other.
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

  /**
   * @param seed any uint32.
   * @param stream which of the seed's streams, a uint32.
   */
  constructor(seed: number, stream = 0) {
    this.#a = seed >>> 0;
    this.#b = stream >>> 0;
    this.#c = 0x9e3779b9;
    for (let i = 0; i < 16; i++) this.uint32();
  }

  /** Where the stream is: {@link Random.at} goes on from there. */
  state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#counter, this.#spare ?? null];
  }

  /** A stream that goes on where another one was. */
  static at([a, b, c, counter, spare]: RandomState): Random {
    const random = new Random(0);
    [random.#a, random.#b, random.#c, random.#counter] = [a, b, c, counter];
    random.#spare = spare ?? undefined;
    return random;
  }

  /** Draws an integer from 0 to 2^32 - 1. */
  uint32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** Draws a number in [0, 1). */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** Draws a number in [low, high). */
  range(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Draws an integer from 0 to count - 1. */
  integer(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Gives true with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /**
   * Draws an element of a list.
   *
   * @throws {RangeError} where the list is empty.
   */
  pick<T>(list: readonly T[]): T {
    const value = list[this.integer(list.length)];
    if (value === undefined) throw new RangeError("Cannot pick an element: the list is empty");
    return value;
  }

  /** Draws from the standard normal distribution (Box-Muller; both values are used). */
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
   * Draws `count` different integers from 0 to total - 1, in random order (partial Fisher-Yates); all of them where
   * `count` is `total` or more.
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
