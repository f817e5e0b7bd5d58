/**
 * Points at 0, 0, 0 where nothing came back. Sensors that keep a row for every pulse write zeros there: the drivers of
 * Ouster, SICK and Livox do so, and organised clouds of others. A real point may lie there as well, so that the number of
 * zeros decides, beside the number of points that share any other place.
 *
 * @module
 */

/** How far from zero a coordinate may lie that was stored as zero: a scale and an offset round it. Units of the file. */
const ROUNDING = 1e-6;
/** Share of the points above which zeros are no coincidence. */
const LEAST_SHARE = 0.001;
/** How many times as many as in the fullest other place: coarse coordinates put many points into every place. */
const FULLER = 3;
/** Points that are looked at to find the fullest other place. */
const SAMPLE = 2 ** 14;

/**
 * Finds the points at zero that are no returns.
 *
 * @param xyz [N][3] coordinates as stored
 * @returns their indices in ascending order; none where zero holds no more points than a scan may have there
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const sweep = Float64Array.from({ length: 30 }, (_, i) => i < 15 ? 0 : i);
 * assert.deepEqual(findNoReturns(sweep), [0, 1, 2, 3, 4]);
 * assert.deepEqual(findNoReturns(sweep.subarray(9)), []); // two points
 * ```
 */
export function findNoReturns(xyz: Float64Array): number[] {
  const count = xyz.length / 3;
  const zeros: number[] = [];
  for (let point = 0; point < count; point++) if (isZero(xyz, point)) zeros.push(point);
  const isMany = zeros.length > FULLER && zeros.length > LEAST_SHARE * count;
  return isMany && zeros.length > FULLER * fullestPlace(xyz, zeros.length) ? zeros : [];
}

function isZero(xyz: Float64Array, point: number): boolean {
  return Math.abs(xyz[3 * point]!) < ROUNDING && Math.abs(xyz[3 * point + 1]!) < ROUNDING &&
    Math.abs(xyz[3 * point + 2]!) < ROUNDING;
}

/** How many points share the fullest place that is not zero, as far as every so-many-th of them tells. */
function fullestPlace(xyz: Float64Array, zeros: number): number {
  const count = xyz.length / 3;
  const step = Math.max(1, Math.floor((count - zeros) / SAMPLE));
  const held = new Map<string, number>();
  let [others, fullest] = [0, 0];
  for (let point = 0; point < count; point++) {
    if (isZero(xyz, point) || others++ % step > 0) continue;
    const [x, y, z] = xyz.subarray(3 * point, 3 * point + 3);
    if (!Number.isFinite(x! + y! + z!)) continue;
    const place = `${x} ${y} ${z}`;
    const points = (held.get(place) ?? 0) + 1;
    held.set(place, points);
    fullest = Math.max(fullest, points);
  }
  // One point of a sample tells of no other.
  return fullest > 1 ? step * fullest : fullest;
}
