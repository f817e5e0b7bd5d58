/** Estimated normals against surfaces that are known, and against a plain reference over all points. */
import assert from "node:assert/strict";
import { estimateNormals, type Viewpoint } from "../../lib/voxels/normals.ts";
import { CapacityError } from "../../lib/gpu/mod.ts";
import { Random } from "../../lib/random/random.ts";

function cloud(count: number, point: (p: number) => readonly number[]): Float32Array {
  return Float32Array.from(Array.from({ length: count }, (_, p) => point(p)).flat());
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>, at = 0): number {
  return a[at]! * b[0]! + a[at + 1]! * b[1]! + a[at + 2]! * b[2]!;
}

/** A unit vector. */
function direction(random: Random): number[] {
  const vector = [random.normal(), random.normal(), random.normal()];
  return vector.map((value) => value / Math.hypot(...vector));
}

Deno.test("estimateNormals() finds a tilted plane exactly, on the side of the viewpoint", () => {
  const random = new Random(1);
  const [nx, ny, nz] = [0.36, 0.48, 0.8];
  const positions = cloud(2000, () => {
    const [x, y] = [random.range(-1, 1), random.range(-1, 1)];
    return [x, y, -(nx * x + ny * y) / nz];
  });
  for (const side of [1, -1]) {
    const viewpoint = [3 * side * nx, 3 * side * ny, 3 * side * nz] as const;
    const normals = estimateNormals(positions, 0.1, [viewpoint, [90, 0, -90 * side]]);
    for (let i = 0; i < normals.length; i += 3) {
      assert.ok(dot(normals, [nx, ny, nz], i) * side > 1 - 1e-6);
    }
  }
});

Deno.test("estimateNormals() without viewpoints looks into the middle: a sphere from within", () => {
  const random = new Random(2);
  const directions = Array.from({ length: 20_000 }, () => direction(random));
  const positions = cloud(20_000, (p) => directions[p]!.map((value) => 5 + 2 * value));
  const normals = estimateNormals(positions, 0.1, []);
  let sum = 0;
  directions.forEach((outward, p) => {
    const cosine = -dot(normals, outward, 3 * p);
    assert.ok(cosine > 0.97, `point ${p}: ${cosine}`);
    sum += cosine;
  });
  assert.ok(sum / directions.length > 0.998);
});

Deno.test("estimateNormals() does not care where the scan lies, nor for the order of its points", () => {
  const random = new Random(3);
  // Sixteenths of a metre, so that moving loses no bit.
  const positions = cloud(
    600,
    () => [0, 1, 2].map((axis) => random.integer(axis === 2 ? 3 : 40) / 16),
  );
  const normals = estimateNormals(positions, 0.25, [[1, 1, 9]]);
  const moved = estimateNormals(positions.map((value) => value + 512), 0.25, [[513, 513, 521]]);
  assert.deepEqual(moved, normals);
  const backwards = (values: Float32Array) =>
    values.map((_, i) => values[values.length - 3 - 3 * Math.floor(i / 3) + i % 3]!);
  const turned = backwards(estimateNormals(backwards(positions), 0.25, [[1, 1, 9]]));
  for (let i = 0; i < normals.length; i += 3) {
    const own = normals.subarray(i, i + 3);
    assert.ok(Math.abs(dot(turned, own, i) - dot(own, own)) < 1e-6);
  }
});

/** Direction along which the points within a cell and its neighbours spread least, by searching directions. */
function reference(positions: Float32Array, p: number, edge: number): number[] {
  const low = [0, 1, 2].map((axis) =>
    positions.filter((_, i) => i % 3 === axis).reduce((a, b) => Math.min(a, b))
  );
  const cell = (q: number, axis: number) =>
    Math.floor((positions[3 * q + axis]! - low[axis]!) / edge);
  const near: number[][] = [];
  for (let q = 0; q < positions.length / 3; q++) {
    const isNear = [0, 1, 2].every((axis) => Math.abs(cell(q, axis) - cell(p, axis)) <= 1);
    if (isNear) near.push([...positions.subarray(3 * q, 3 * q + 3)]);
  }
  const mean = [0, 1, 2].map((axis) => near.reduce((sum, q) => sum + q[axis]!, 0) / near.length);
  const spread = (normal: number[]) =>
    near.reduce(
      (sum, q) => sum + q.reduce((s, v, axis) => s + normal[axis]! * (v - mean[axis]!), 0) ** 2,
      0,
    );
  let best = [0, 0, 1];
  const random = new Random(9);
  for (let reach = 1; reach > 1e-4; reach *= 0.93) {
    for (let trial = 0; trial < 12; trial++) {
      const step = direction(random).map((value, axis) => best[axis]! + reach * value);
      const candidate = step.map((value) => value / Math.hypot(...step));
      if (spread(candidate) < spread(best)) best = candidate;
    }
  }
  return best;
}

Deno.test("estimateNormals() fits what the plain reference fits, on a rough surface", () => {
  const random = new Random(4);
  const positions = cloud(3000, () => {
    const [x, y] = [random.range(0, 3), random.range(0, 3)];
    return [x, y, 0.4 * Math.sin(2 * x) + 0.2 * y * y + 0.02 * random.normal()];
  });
  const above: Viewpoint = [1.5, 1.5, 50];
  const normals = estimateNormals(positions, 0.2, [above]);
  for (let p = 0; p < 3000; p += 150) {
    const want = reference(positions, p, 0.2);
    const cosine = dot(normals, want, 3 * p) * Math.sign(want[2]!);
    assert.ok(cosine > 1 - 1e-5, `point ${p}: ${cosine}`);
  }
});

Deno.test("estimateNormals() asks larger cells where points are few, and gives up in the void", () => {
  const random = new Random(5);
  const dense = Array.from({ length: 900 }, (_, p) => [p % 30 / 100, Math.floor(p / 30) / 100, 0]);
  const sparse = Array.from({ length: 49 }, (_, p) => [10 + p % 7 / 4, 0, Math.floor(p / 7) / 4]);
  const line = Array.from({ length: 40 }, (_, p) => [20 + p / 100, 0, 0]);
  const alone = [[30, 30, 30]];
  const all = [...dense, ...sparse, ...line, ...alone];
  const order = random.sample(all.length, all.length);
  const normals = estimateNormals(cloud(all.length, (p) => all[order[p]!]!), 0.05, [[5, -9, 9]]);
  order.forEach((from, p) => {
    const normal = [...normals.subarray(3 * p, 3 * p + 3)];
    const want = from < 900 ? [0, 0, 1] : from < 949 ? [0, -1, 0] : [0, 0, 0];
    assert.ok(
      normal.every((value, axis) => Math.abs(value - want[axis]!) < 1e-6),
      `${from}: ${normal}`,
    );
  });
});

Deno.test("estimateNormals() refuses a scan whose cells cannot be counted", () => {
  const positions = Float32Array.of(0, 0, 0, 1e9, 1e9, 1e9);
  assert.throws(() => estimateNormals(positions, 0.01, []), CapacityError);
});
