import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import {
  coordinateKey,
  distinctCoordinates,
  distinctCoordinatesReference,
  EMPTY,
  findRows,
  tableSlots,
} from "../../lib/sparse/mod.ts";
import { withGpu } from "../gpu.ts";
import { coordsOf, randomCoords } from "./clouds.ts";

/** The distinct coordinates of `coords`, and the rows that `queries` find. */
async function hashOnGpu(gpu: Gpu, coords: Int32Array, stride: number, queries: Int32Array) {
  using scratch = new DisposableStack();
  const count = coords.length / 4;
  const input = scratch.use(gpu.upload("coords", coords));
  const total = scratch.use(gpu.buffer("total", 4));
  const place = { buffer: total, index: 0 };
  const { table, launches } = distinctCoordinates(
    gpu,
    scratch,
    scratch,
    input,
    count,
    stride,
    place,
  );
  const asked = scratch.use(gpu.upload("queries", queries));
  const rows = scratch.use(gpu.buffer("rows", queries.length));
  gpu.run([...launches, findRows(table, asked, queries.length / 4, rows)]);
  const [distinct] = await gpu.read(total, Uint32Array, 1);
  return {
    coords: await gpu.read(table.coords, Int32Array, distinct! * 4),
    rows: await gpu.read(rows, Uint32Array, queries.length / 4),
  };
}

const LOW = -(2 ** 31);
const HIGH = 2 ** 31 - 1;
const CLOUDS: [string, Int32Array][] = [
  ["no row", new Int32Array(0)],
  ["one row", coordsOf([[-3, 5, 7]])],
  ["two rows", coordsOf([[-1, -1, -1], [0, 0, 0]])],
  ["many repeats", randomCoords(3, 20_000, 12)],
  ["few repeats", randomCoords(4, 20_000, 200)],
  ["one coordinate 50,000 times", new Int32Array(200_000).map((_, i) => i % 4 < 3 ? -9 : 0)],
  ["around 2^20", randomCoords(5, 5000, 20, 2 ** 20)],
  ["around -2^20", randomCoords(6, 5000, 20, -(2 ** 20))],
  ["the ends of int32", coordsOf([[LOW, HIGH, 0], [HIGH, LOW, -1], [LOW, HIGH, 0], [0, 0, LOW]])],
];

Deno.test("tableSlots() is a power of two that leaves half of the slots empty", () => {
  assert.deepEqual([0, 1, 2, 3, 65_536, 65_537].map(tableSlots), [2, 2, 4, 8, 131_072, 262_144]);
});

withGpu("distinctCoordinates() numbers coordinates by first row, at every stride", async (gpu) => {
  for (const [name, coords] of CLOUDS) {
    for (const stride of [1, 2, 16, 2 ** 30]) {
      const found = await hashOnGpu(gpu, coords, stride, coords);
      const expected = distinctCoordinatesReference(coords, stride);
      assert.deepEqual(found.coords, expected.coords, `${name}, stride ${stride}`);
    }
  }
});

withGpu("findRows() finds the coordinates that are there and no others", async (gpu) => {
  for (const [name, coords] of CLOUDS) {
    const { index } = distinctCoordinatesReference(coords, 1);
    const queries = new Int32Array([...coords, ...coords.map((c) => c ^ 1), 1, 2, 3, 0]);
    const { rows } = await hashOnGpu(gpu, coords, 1, queries);
    const expected = rows.map((_, i) => {
      const [x, y, z] = queries.subarray(4 * i) as unknown as [number, number, number];
      return index.get(coordinateKey(x, y, z)) ?? EMPTY;
    });
    assert.deepEqual(rows, expected, name);
  }
});
