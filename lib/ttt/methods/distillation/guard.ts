/**
 * What the KD loss says of an adaptation: photographs of another place, or with wrong poses, start with a high
 * one; once it is as low as on source scenes, there is no more to gain.
 *
 * @module
 */
import type { StudentCard } from "../../../nn/card.ts";

/**
 * Returns why a scan is not to be adapted to; undefined where it may be.
 *
 * @param loss the KD loss before the first step.
 * @param guard how many times the source KD loss it may be; 0 always trusts.
 * @param card of the student; without a source KD loss in it, the photographs are trusted.
 */
export function mistrust(
  loss: number,
  guard: number,
  { teacher }: Pick<StudentCard, "teacher">,
): string | undefined {
  const sourceKdLoss = teacher?.sourceKdLoss;
  if (guard === 0 || sourceKdLoss === undefined || loss <= guard * sourceKdLoss) return undefined;
  return `not adapted: the loss ${loss.toFixed(3)} is more than ${guard} times ` +
    `that of source scenes (${sourceKdLoss.toFixed(3)})`;
}

/**
 * Returns why no steps are taken on a scan of which photographs see too little; undefined where they are.
 *
 * @param share of the scan's points that photographs see.
 * @param leastSeen what it has to be; undefined where any will do.
 */
export function seenTooLittle(share: number, leastSeen = 0): string | undefined {
  if (share >= leastSeen) return undefined;
  const [seen, wanted] = [share, leastSeen].map((part) => `${Math.round(100 * part)} %`);
  return `no steps were taken: photographs see ${seen} of the points, and steps pay from ${wanted} (leastSeen)`;
}

/** The note of a method that stopped because its loss came down to the source KD loss. */
export function reachedSourceLoss(steps: number): string {
  return `stopped after ${steps} steps: the loss is that of source scenes`;
}
