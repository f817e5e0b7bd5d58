import assert from "node:assert/strict";
import { MEASURE_NAMES, profileOf } from "../../lib/domain/mod.ts";
import { Random } from "../../lib/random/random.ts";

/** Points on floor and walls of a hall, drawn at random: 20 x 12 metres, 4 metres high. */
function hall(count: number, seed = 1): Float32Array {
  const random = new Random(seed);
  const points: number[] = [];
  for (let p = 0; p < count; p++) {
    const [u, v] = [random.uniform(), random.uniform()];
    if (random.chance(0.5)) points.push(20 * u, 12 * v, 0);
    else if (random.chance(0.6)) points.push(20 * u, random.chance(0.5) ? 0 : 12, 4 * v);
    else points.push(random.chance(0.5) ? 0 : 20, 12 * u, 4 * v);
  }
  return Float32Array.from(points);
}

function assertNear(actual: number, expected: number, share: number, what: string) {
  assert.ok(Math.abs(actual / expected - 1) < share, `${what}: ${actual} is not near ${expected}`);
}

Deno.test("profileOf() measures a hall", () => {
  const { width, height, level, upright } = profileOf(hall(50_000));
  // Nine tenths of the floor's area lie in a circle that reaches almost into its corners.
  assert.ok(width > 17 && width < Math.hypot(20, 12), `${width}`);
  assertNear(height, 4, 0.05, "height");
  assert.ok(level < 0.1, `${level}`);
  // 128 of 24 x 40 columns stand along walls; those on the far sides have columns of their own.
  assert.ok(upright > 0.1 && upright < 0.2, `${upright}`);
});

Deno.test("profileOf() tells places with a floor from things without one", () => {
  assert.equal(profileOf(hall(50_000)).horizontal, 0.15);
  const onlyWalls = hall(50_000).map((value, i) => i % 3 === 2 && value === 0 ? NaN : value);
  assert.equal(profileOf(onlyWalls).horizontal, 0.01);
  // Rings of a scanner show no surface, whichever way they lie.
  const ring = Float32Array.from({ length: 3000 }, (_, i) => {
    const angle = Math.floor(i / 3) * 2 * Math.PI / 1000;
    return [8 * Math.cos(angle), 8 * Math.sin(angle), 0][i % 3]!;
  });
  assert.equal(profileOf(ring).horizontal, 0.01);
});

Deno.test("profileOf() gives the distance of neighbours, at any density and size", () => {
  for (const [side, step] of [[300, 0.004], [100, 0.5], [100, 20]] as const) {
    const grid = Float32Array.from({ length: side * side * 3 }, (_, i) => {
      const point = Math.floor(i / 3);
      return [(point % side) * step, Math.floor(point / side) * step, 1][i % 3]!;
    });
    assertNear(profileOf(grid).spacing, step, 0.001, "spacing");
  }
});

Deno.test("profileOf() depends little on density, outliers, place and direction", () => {
  const expected = profileOf(hall(50_000));
  const scan = hall(150_000, 2);
  const [sin, cos] = [Math.sin(0.5), Math.cos(0.5)];
  for (let at = 0; at < scan.length; at += 3) {
    const [x, y] = [scan[at]!, scan[at + 1]!];
    scan[at] = x * cos - y * sin + 300;
    scan[at + 1] = x * sin + y * cos - 90;
    scan[at + 2]! += 55;
  }
  // One point in a hundred is not there, or somewhere else.
  for (let at = 0; at < scan.length; at += 300) scan.fill(at % 600 ? NaN : 1e6 + at, at, at + 3);
  const actual = profileOf(scan);
  for (const name of ["width", "height", "upright"] as const) {
    // A slanting wall crosses up to 1.4 times as many columns.
    assertNear(actual[name], expected[name], name === "upright" ? 0.4 : 0.1, name);
  }
  assert.deepEqual(profileOf(scan), actual);
});

Deno.test("profileOf() is finite and above 0 whatever the points are", () => {
  for (
    const positions of [
      [],
      [1, 2, 3],
      [NaN, 0, 0],
      [0, 0, 0, 0, 0, 0],
      [0, 0, 0, 1e30, 0, 0],
      [0, 0, Infinity, 1, 1, 1, 2, 2, 2],
    ]
  ) {
    const profile = profileOf(Float32Array.from(positions));
    for (const name of MEASURE_NAMES) {
      assert.ok(profile[name] > 0 && profile[name] < Infinity, `${name} of ${positions}`);
    }
  }
});
