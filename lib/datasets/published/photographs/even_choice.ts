/**
 * Which photographs of an indoor scene are used: such data sets hold hundreds to thousands a scene, most of them hardly
 * different from their neighbours.
 *
 * @module
 */

/**
 * Photographs of a scene at most. The paper finds little gain beyond ten (TTT-KD, arXiv 2403.11691, its study of the
 * number of images).
 */
export const PHOTOGRAPHS = 20;

/**
 * Takes items at even distances; the same list gives the same choice.
 *
 * @param count items to take; all are taken where there are no more
 */
export function evenly<T>(items: readonly T[], count: number = PHOTOGRAPHS): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.floor(i * items.length / count)]!);
}

/** Sorts names so that frame 2 comes before frame 10. */
export function inNumberOrder(names: readonly string[]): string[] {
  return names.toSorted(new Intl.Collator("en", { numeric: true }).compare);
}
