/**
 * Disjoint sets of the numbers 0 to N - 1, by union and find.
 *
 * @module
 */

/**
 * Sets that are joined; each has its least member as its name, whatever the order in which they were joined.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const sets = new DisjointSets(4);
 * sets.join(3, 2);
 * sets.join(1, 3);
 * assert.deepEqual([0, 1, 2, 3].map((member) => sets.find(member)), [0, 1, 1, 1]);
 * ```
 */
export class DisjointSets {
  readonly #parents: Uint32Array;

  /** @param count N: every number is a set of its own. */
  constructor(count: number) {
    this.#parents = Uint32Array.from({ length: count }, (_, i) => i);
  }

  /** Gives the least member of the set of a number. */
  find(member: number): number {
    const parents = this.#parents;
    let root = member;
    while (parents[root] !== root) {
      // Every second step is skipped from now on, which keeps paths short.
      parents[root] = parents[parents[root]!]!;
      root = parents[root]!;
    }
    return root;
  }

  /** Makes one set of those of two numbers. */
  join(one: number, other: number): void {
    const [a, b] = [this.find(one), this.find(other)];
    if (a < b) this.#parents[b] = a;
    else this.#parents[a] = b;
  }
}
