/**
 * Eigenvalues and eigenvectors of small symmetric matrices.
 *
 * @module
 */

/** Sweeps of Jacobi rotations: a matrix of three rows is diagonal to the last bit after about five. */
const SWEEPS = 10;
const PAIRS = [[0, 1, 2], [0, 2, 1], [1, 2, 0]] as const;

/**
 * Computes the eigenvalues of a symmetric matrix of three rows and, in columns, its eigenvectors, by cyclic Jacobi
 * rotations (Golub & Van Loan, Matrix Computations, 8.5). They are slower than a closed form, but also exact for points
 * that lie in a plane.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { values, vectors } = eigen([[2, 1, 0], [1, 2, 0], [0, 0, 5]]);
 * assert.deepEqual(values.map(Math.round).sort(), [1, 3, 5]);
 * // The vector of the last value is the z axis.
 * assert.deepEqual(vectors.map((row) => row[2]), [0, 0, 1]);
 * ```
 */
export function eigen(
  symmetric: readonly (readonly number[])[],
): { values: number[]; vectors: number[][] } {
  const a = symmetric.map((row) => [...row]);
  const vectors = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    if (a[0]![1] === 0 && a[0]![2] === 0 && a[1]![2] === 0) break;
    for (const [p, q, r] of PAIRS) {
      const off = a[p]![q]!;
      if (off === 0) continue;
      const tau = (a[q]![q]! - a[p]![p]!) / (2 * off);
      const t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
      const c = 1 / Math.sqrt(1 + t * t);
      const s = t * c;
      a[p]![p]! -= t * off;
      a[q]![q]! += t * off;
      a[p]![q] = a[q]![p] = 0;
      const [rp, rq] = [a[r]![p]!, a[r]![q]!];
      a[r]![p] = a[p]![r] = c * rp - s * rq;
      a[r]![q] = a[q]![r] = s * rp + c * rq;
      for (const row of vectors) {
        const [vp, vq] = [row[p]!, row[q]!];
        row[p] = c * vp - s * vq;
        row[q] = s * vp + c * vq;
      }
    }
  }
  return { values: [a[0]![0]!, a[1]![1]!, a[2]![2]!], vectors };
}
