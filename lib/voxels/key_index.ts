/**
 * Numbers keys from 0 in the order in which they come. A `Map` does the same, but holds at most 2^24 keys, and several
 * times more memory on a heap whose end ends the process.
 *
 * @module
 */

/** The keys that an index has room for at first. */
const FIRST = 1024;

/**
 * Whole numbers from 0 below 2^53 with the numbers that they got.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const index = new KeyIndex();
 * assert.deepEqual([70, 2 ** 50, 70, 3].map((key) => index.numberOf(key)), [0, 1, 0, 2]);
 * assert.deepEqual([...index.keys()], [70, 2 ** 50, 3]);
 * assert.deepEqual([index.find(3), index.find(4)], [2, null]);
 * ```
 */
export class KeyIndex {
  #keys = new Float64Array(FIRST);
  /** Open addressing: the number of a key plus one, or 0 for an empty slot. */
  #slots = new Uint32Array(2 * FIRST);
  #count = 0;

  /** Number of keys. */
  get count(): number {
    return this.#count;
  }

  /** Gives the number of a key, the next one if the key is new. */
  numberOf(key: number): number {
    const slot = this.#slotOf(key);
    const found = this.#slots[slot]!;
    return found === 0 ? this.#add(key, slot) : found - 1;
  }

  /** Gives the number of a key; null where it has none. */
  find(key: number): number | null {
    const found = this.#slots[this.#slotOf(key)]!;
    return found === 0 ? null : found - 1;
  }

  /** The keys by their numbers. */
  keys(): Float64Array {
    return this.#keys.subarray(0, this.#count);
  }

  /** The slot of a key, or the empty one where it belongs. */
  #slotOf(key: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(key) & mask;
    while (this.#slots[slot] !== 0 && this.#keys[this.#slots[slot]! - 1] !== key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #add(key: number, slot: number): number {
    if (this.#count === this.#keys.length) {
      this.#grow();
      return this.numberOf(key);
    }
    this.#keys[this.#count] = key;
    this.#slots[slot] = ++this.#count;
    return this.#count - 1;
  }

  #grow(): void {
    const keys = this.#keys;
    this.#keys = new Float64Array(2 * keys.length);
    this.#keys.set(keys);
    this.#slots = new Uint32Array(4 * keys.length);
    const mask = this.#slots.length - 1;
    keys.forEach((key, number) => {
      let slot = hash(key) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    });
  }
}

/** Mixes both halves of a key. */
function hash(key: number): number {
  let mixed = Math.imul(key >>> 0, 0x9e3779b1) ^ Math.imul((key / 2 ** 32) >>> 0, 0x85ebca77);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae3d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
