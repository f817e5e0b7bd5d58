/** Height above the ground: against morphology by its definition, and on terrain that is known by a formula. */
import assert from "node:assert/strict";
import { fillGaps } from "../../lib/voxels/ground/fill_gaps.ts";
import { frameOf, heightsAboveGround } from "../../lib/voxels/ground/heights.ts";
import { type Grid, opening } from "../../lib/voxels/ground/sliding_minimum.ts";
import { Random } from "../../lib/random/random.ts";

/** The opening by its definition. */
function plainOpening({ width, values }: Grid, radius: number): number[] {
  const over = (of: number[], best: (...values: number[]) => number) =>
    of.map((_, cell) => {
      const [x, y] = [cell % width, Math.floor(cell / width)];
      const square = of.filter((value, other) =>
        Math.abs(value) !== Infinity && Math.abs(other % width - x) <= radius &&
        Math.abs(Math.floor(other / width) - y) <= radius
      );
      return square.length === 0 ? Infinity : best(...square);
    });
  const opened = over(over([...values], Math.min), Math.max);
  return opened.map((value, cell) => values[cell] === Infinity ? Infinity : value);
}

Deno.test("opening() is the maximum of minima over squares, at edges and around gaps as well", () => {
  const random = new Random(4);
  for (const [width, height] of [[1, 1], [9, 1], [2, 8], [11, 7]] as const) {
    const values = Float32Array.from(
      { length: width * height },
      () => random.chance(0.3) ? Infinity : random.integer(20),
    );
    for (const radius of [1, 2, 3, 5, 12]) {
      const grid = { width, height, values };
      assert.deepEqual([...opening(grid, radius)], plainOpening(grid, radius));
    }
  }
});

Deno.test("fillGaps() keeps what is known, and continues a slope across a gap of any width", () => {
  const [width, height] = [96, 40];
  const plane = (cell: number) => 0.3 * (cell % width) - 0.1 * Math.floor(cell / width);
  const isGap = (cell: number) =>
    Math.abs(cell % width - 48) < 30 && Math.abs(Math.floor(cell / width) - 20) < 14;
  const values = Float32Array.from(
    { length: width * height },
    (_, cell) => isGap(cell) ? Infinity : plane(cell),
  );
  fillGaps({ width, height, values }).forEach((value, cell) => {
    assert.ok(Math.abs(value - plane(cell)) < (isGap(cell) ? 0.3 : 1e-6), `cell ${cell}: ${value}`);
  });
  const nothing = new Float32Array(6).fill(Infinity);
  assert.deepEqual([...fillGaps({ width: 3, height: 2, values: nothing })], [0, 0, 0, 0, 0, 0]);
});

const TERRAINS: Readonly<Record<string, (x: number, y: number) => number>> = {
  "level ground": () => 200,
  "a slope of 25 degrees": (x, y) => 0.45 * x + 0.1 * y,
  "hills": (x, y) => 15 * Math.sin(x / 25) * Math.cos(y / 30),
  "rough ground": (x, y) => 30 * Math.sin(x / 60) + 2 * Math.sin(x / 7) * Math.sin(y / 6),
};

/** A place of 100 m × 100 m with a hall, houses, a wood in which every tenth point is ground, and a share of noise below. */
function place(terrain: (x: number, y: number) => number, noise = 5e-4) {
  const random = new Random(7);
  const count = 40_000;
  const positions = new Float32Array(3 * count);
  const kinds: ("ground" | "house" | "wood" | "noise")[] = [];
  const heights: number[] = [];
  /** How high a level roof lies above a place, over a house that reaches so far in x and y from its middle. */
  const roof = (x: number, y: number, [u, v]: number[], [across, along]: number[]) => {
    const corners = [-1, 0, 1].flatMap((i) =>
      [-1, 0, 1].map((j) => terrain(u! + i * across!, v! + j * along!))
    );
    return Math.max(...corners) + 4 - terrain(x, y);
  };
  for (let p = 0; p < count; p++) {
    const [x, y] = [random.range(0, 100), random.range(0, 100)];
    const inHall = Math.abs(x - 60) < 18 && Math.abs(y - 55) < 12;
    const inHouse = x % 25 < 8 && y % 25 < 8;
    const inWood = Math.hypot(x - 25, y - 75) < 14;
    const [kind, height] = random.chance(noise)
      ? ["noise" as const, -random.range(3, 15)]
      : inHall
      ? ["house" as const, roof(x, y, [60, 55], [18, 12])]
      : inWood && random.chance(0.9)
      ? ["wood" as const, random.range(2, 18)]
      : inHouse && !inWood
      ? ["house" as const, roof(x, y, [x - x % 25 + 4, y - y % 25 + 4], [4, 4])]
      : ["ground" as const, 0];
    positions.set([x, y, terrain(x, y) + height], 3 * p);
    kinds.push(kind);
    heights.push(height);
  }
  return { positions, kinds, heights };
}

for (const [name, terrain] of Object.entries(TERRAINS)) {
  Deno.test(`heightsAboveGround() measures ground, houses, wood and noise on ${name}`, () => {
    // Sensors of single photons have much noise.
    const { positions, kinds, heights } = place(terrain, name === "hills" ? 0.008 : undefined);
    const measured = heightsAboveGround(positions);
    for (const kind of ["ground", "house", "wood", "noise"] as const) {
      const errors = heights.flatMap((height, p) =>
        kinds[p] === kind ? [Math.abs(measured[p]! - height)] : []
      ).sort((a, b) => a - b);
      const at = (share: number) => errors[Math.floor(share * errors.length)]!;
      // Nobody knows how the ground runs under a roof.
      const most = kind === "house" ? [0.3, 2] : [0.1, 0.5];
      const found = [at(0.5), at(0.95)];
      assert.ok(found.every((error, i) => error < most[i]!), `${kind}: ${found}`);
    }
  });
}

Deno.test("heightsAboveGround() survives few points, and points far out", () => {
  assert.deepEqual([...heightsAboveGround(Float32Array.of(3, 4, 5))], [0]);
  const { positions, kinds } = place(() => 0);
  const far = Float32Array.of(...positions.subarray(0, 3000), 4e6, -7e6, 9, 5e8, 2, -80);
  const measured = heightsAboveGround(far);
  kinds.slice(0, 1000).forEach((kind, p) => {
    if (kind === "ground") assert.ok(Math.abs(measured[p]!) < 0.1);
  });
  assert.ok(measured.every(Number.isFinite));
});

Deno.test("frameOf() has few cells for few points, however far they are scattered, and metres for a survey", () => {
  const random = new Random(5);
  const scattered = (points: number, side: number) =>
    Float32Array.from({ length: 3 * points }, () => random.range(0, side));
  const cellsOf = (positions: Float32Array) => {
    const { width, height, edge } = frameOf(positions);
    return { cells: width * height, edge };
  };
  for (const [points, side] of [[1, 1], [1000, 4000], [1000, 1e6], [200_000, 1e6]] as const) {
    const { cells } = cellsOf(scattered(points, side));
    assert.ok(cells <= Math.min(32 * points, 2 ** 22), `${points} points: ${cells} cells`);
  }
  // A survey with one point in ten square metres.
  assert.equal(cellsOf(scattered(10_000, 316)).edge, 1);
});
