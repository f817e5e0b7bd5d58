/**
 * Poses of cameras as 4x4 matrices: the test whether one is rigid, inverse and product.
 *
 * @module
 */

/** Largest deviation of a rotation from orthonormal; the numbers in files are rounded. */
const TOLERANCE = 1e-3;

/** Says why a row-major 4x4 matrix is no rigid motion, and what to do; null if it is one. */
export function poseProblem(pose: Float64Array): { problem: string; mend: string } | null {
  const lastRow = pose.subarray(12);
  if (![0, 0, 0, 1].every((wanted, i) => Math.abs(lastRow[i]! - wanted) <= TOLERANCE)) {
    return {
      problem: `the last row is ${lastRow.join(" ")}`,
      mend: "write 0 0 0 1 there, and the matrix row by row",
    };
  }
  const problem = rotationProblem(pose);
  if (problem === null) return null;
  return {
    problem: `the pose is not rigid: ${problem}`,
    mend: "send a rotation and a translation without scale",
  };
}

/** Inverts a rigid row-major 4x4 matrix: camera to world from world to camera, and back. */
export function inverseRigid(pose: Float64Array): Float64Array {
  const out = new Float64Array(16);
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      out[4 * row + column] = pose[4 * column + row]!;
      out[4 * row + 3]! -= pose[4 * column + row]! * pose[4 * column + 3]!;
    }
  }
  out[15] = 1;
  return out;
}

/**
 * The motion that rotates by a quaternion (w, x, y, z), which is scaled to length 1, and then shifts, as a row-major
 * 4x4 matrix.
 */
export function quaternionPose(
  quaternion: readonly [number, number, number, number],
  [tx, ty, tz]: readonly [number, number, number],
): Float64Array {
  const length = Math.hypot(...quaternion);
  const [w, x, y, z] = quaternion.map((value) => value / length) as [
    number,
    number,
    number,
    number,
  ];
  // deno-fmt-ignore
  return Float64Array.of(
    1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y), tx,
    2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x), ty,
    2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y), tz,
    0, 0, 0, 1,
  );
}

/** Multiplies two row-major 4x4 matrices. */
export function multiply(a: Float64Array, b: Float64Array): Float64Array {
  return Float64Array.from({ length: 16 }, (_, i) => {
    const [row, column] = [4 * Math.floor(i / 4), i % 4];
    return a[row]! * b[column]! + a[row + 1]! * b[column + 4]! + a[row + 2]! * b[column + 8]! +
      a[row + 3]! * b[column + 12]!;
  });
}

/** Why the upper left 3x3 is no rotation; null if it is one. */
function rotationProblem(pose: Float64Array): string | null {
  const row = (i: number) => [pose[4 * i]!, pose[4 * i + 1]!, pose[4 * i + 2]!] as const;
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  for (let i = 0; i < 3; i++) {
    for (let j = i; j < 3; j++) {
      const product = dot(row(i), row(j));
      if (!(Math.abs(product - (i === j ? 1 : 0)) <= TOLERANCE)) {
        return i === j
          ? `row ${i} has the squared length ${product.toPrecision(6)}`
          : `rows ${i} and ${j} are not at right angles (${product.toPrecision(6)})`;
      }
    }
  }
  const [a, b, c] = [row(0), row(1), row(2)];
  const cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  return dot(cross, c) > 0 ? null : "it is a reflection (determinant -1)";
}
