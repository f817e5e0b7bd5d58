/**
 * The guard of adaptation: photographs of another place, or with wrong poses, are told by the loss that they
 * start with.
 *
 * @module
 */

/**
 * What to say of a scan that is not to be adapted to; undefined where it may be.
 *
 * @param loss the distillation loss before the first step.
 * @param guard how many times the loss on source scenes it may be; 0 trusts always.
 * @param sourceKdLoss the loss on source scenes, where the student's card knows it.
 */
export function mistrusted(
  loss: number,
  guard: number,
  sourceKdLoss: number | undefined,
): string | undefined {
  if (guard === 0 || sourceKdLoss === undefined || loss <= guard * sourceKdLoss) return undefined;
  return `not adapted: the loss ${loss.toFixed(3)} is more than ${guard} times ` +
    `that of source scenes (${sourceKdLoss.toFixed(3)})`;
}
