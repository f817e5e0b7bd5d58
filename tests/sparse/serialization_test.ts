/** Serialization on the GPU: against the curves in bigint, and against stages by plain TypeScript. */
import assert from "node:assert/strict";
import type { Gpu, GpuBuffer } from "../../lib/gpu/mod.ts";
import {
  padPatches,
  patchTiles,
  Serialization,
  SERIALIZATION_ORDERS,
  serializationCode,
  serializationDepth,
  type SerializationOptions,
  type SerializedStage,
} from "../../lib/sparse/mod.ts";
import { withGpu } from "../gpu.ts";
import { coordsOf, randomCoords } from "./clouds.ts";

type Triple = readonly [number, number, number];

/** Distinct voxels of each cloud, one cloud after the other, the largest coordinate of all being `largest`. */
function batch(seed: number, counts: readonly number[], largest: number) {
  const rows: Triple[] = [];
  const offset: number[] = [];
  counts.forEach((count, cloud) => {
    const seen = new Set<string>();
    const drawn = randomCoords(seed + cloud, 4 * count, largest + 1);
    for (let i = 0; seen.size < count && i < drawn.length; i += 4) {
      const voxel = [0, 1, 2].map((axis) =>
        Math.min(largest, Math.max(0, drawn[i + axis]! + Math.ceil(largest / 2)))
      ) as unknown as Triple;
      if (seen.size === 0 && cloud === 0) {
        rows.push([largest, 0, 0]);
        seen.add(`${[largest, 0, 0]}`);
      } else if (!seen.has(`${voxel}`)) {
        rows.push(voxel);
        seen.add(`${voxel}`);
      }
    }
    offset.push(rows.length);
  });
  return { rows, offset };
}

async function read(gpu: Gpu, stage: SerializedStage) {
  const { children, count } = stage;
  const words = async (buffer: GpuBuffer, length = count) => [
    ...await gpu.read(buffer, Uint32Array, length),
  ];
  return {
    coords: await words(stage.coords, 4 * count),
    orders: await Promise.all(stage.orders.map(async (rows) => {
      const [low, high] = [await words(rows.low), await words(rows.high)];
      return {
        codes: low.map((word, i) => BigInt(high[i]!) << 32n | BigInt(word)),
        order: await words(rows.order),
        inverse: await words(rows.inverse),
        sequence: await words(rows.sequence, 4 * count),
      };
    })),
    children: children && {
      pointRow: await words(children.pointRow, children.points),
      order: await words(children.order, children.points),
      starts: await words(children.starts, count + 1),
    },
  };
}

/** All stages in plain TypeScript. */
function stagesReference(
  rows: readonly Triple[],
  { orders, halvings, parents, offset = [rows.length], permutations }: SerializationOptions,
) {
  let voxels = rows.map((voxel, i) => ({ voxel, cloud: offset.findIndex((end) => i < end) }));
  let depth = serializationDepth(Math.max(...rows.flat()));
  let names = permutations ? permutations[0]!.map((old) => orders[old]!) : orders;
  const codesOf = (name: typeof names[number]) =>
    voxels.map(({ voxel, cloud }) => serializationCode(name, depth, ...voxel, cloud));
  const stages = [];
  let pointRow: number[] | null = null;
  for (let stage = 0;; stage++) {
    stages.push({ voxels, depth, pointRow, codes: names.map(codesOf) });
    const wanted = halvings[stage];
    if (wanted === undefined) return stages;
    const halving = parents === "code" && wanted > depth ? 0 : wanted;
    const halved = voxels.map(({ voxel: [x, y, z], cloud }) => ({
      voxel: [x >> halving, y >> halving, z >> halving] as Triple,
      cloud,
    }));
    const first = names[0]!;
    const coarserDepth = depth - halving;
    const keys = halved.map(({ voxel, cloud }) =>
      parents === "code"
        ? serializationCode(first, coarserDepth, ...voxel, cloud)
        : [cloud, ...voxel].reduce((key, digit) => key << 16n | BigInt(digit), 0n)
    );
    const distinct = [...new Set(keys)].sort((a, b) => a < b ? -1 : 1);
    pointRow = keys.map((key) => distinct.indexOf(key));
    voxels = distinct.map((key) => halved[keys.indexOf(key)]!);
    depth = parents === "code"
      ? coarserDepth
      : serializationDepth(Math.max(...voxels.flatMap(({ voxel }) => voxel)));
    const old = parents === "code" ? names : orders;
    names = permutations ? permutations[stage + 1]!.map((at) => old[at]!) : old;
  }
}

const CASES: readonly [string, readonly number[], number, SerializationOptions][] = [
  ["one voxel", [1], 0, { orders: SERIALIZATION_ORDERS, halvings: [1, 1], parents: "code" }],
  ["one cloud", [150], 14, { orders: SERIALIZATION_ORDERS, halvings: [1, 2], parents: "code" }],
  ["by coordinates", [150], 14, {
    orders: SERIALIZATION_ORDERS,
    halvings: [1, 1],
    parents: "coordinates",
  }],
  ["two words and clouds", [90, 1, 40], 2 ** 16 - 2, {
    orders: SERIALIZATION_ORDERS,
    halvings: [12, 3],
    parents: "code",
    permutations: [[2, 0, 3, 1], [1, 0, 2, 3], [3, 2, 1, 0]],
  }],
  ["two words by coordinates", [70, 30], 5000, {
    orders: ["hilbert", "z-trans"],
    halvings: [10],
    parents: "coordinates",
    permutations: [[1, 0], [1, 0]],
  }],
];

withGpu("Serialization.build() equals stages by plain TypeScript", async (gpu) => {
  for (const [name, counts, largest, options] of CASES) {
    const { rows, offset } = batch(1, counts, largest);
    using coords = gpu.upload("coords", coordsOf(rows));
    using built = await Serialization.build(gpu, coords, rows.length, { ...options, offset });
    const expected = stagesReference(rows, { ...options, offset });
    assert.equal(built.stages.length, expected.length);
    for (const [s, stage] of built.stages.entries()) {
      const { voxels, depth, codes, pointRow } = expected[s]!;
      const what = `${name}, stage ${s}`;
      assert.equal(stage.count, voxels.length, what);
      assert.equal(stage.depth, depth, what);
      const ends = offset.map((_, cloud) => voxels.filter((row) => row.cloud <= cloud).length);
      assert.deepEqual(stage.offset, ends, what);
      const got = await read(gpu, stage);
      assert.deepEqual(got.coords, voxels.flatMap(({ voxel, cloud }) => [...voxel, cloud]), what);
      codes.forEach((wanted, o) => {
        const { codes, order, inverse, sequence } = got.orders[o]!;
        assert.deepEqual(codes, wanted, what);
        const sorted = [...wanted.keys()].sort((a, b) => wanted[a]! < wanted[b]! ? -1 : 1);
        assert.deepEqual(order, sorted, what);
        assert.deepEqual(order.map((row) => inverse[row]), [...order.keys()], what);
        assert.deepEqual(sequence, sorted.flatMap((row) => [...voxels[row]!.voxel, row]), what);
      });
      if (!pointRow) {
        assert.equal(got.children, null);
        continue;
      }
      const { order, starts } = got.children!;
      assert.deepEqual(got.children!.pointRow, pointRow, what);
      voxels.forEach((_, parent) => {
        const children = order.slice(starts[parent], starts[parent + 1]).sort((a, b) => a - b);
        const wanted = pointRow.flatMap((at, row) => at === parent ? [row] : []);
        assert.deepEqual(children, wanted, what);
      });
    }
  }
});

withGpu(
  "Serialization.build() counts coordinates from a grid, and lays clouds apart",
  async (gpu) => {
    using coords = gpu.upload("coords", coordsOf([[-3, 5, 9], [2, 6, 10], [0, 7, 11]]));
    using built = await Serialization.build(gpu, coords, 3, {
      orders: ["z"],
      halvings: [],
      parents: "code",
      offset: [2, 3],
      originGrid: 4,
    });
    const { coords: placed, apart } = built.stages[0]!;
    assert.deepEqual([...await gpu.read(placed, Int32Array)], [1, 1, 1, 0, 6, 2, 2, 0, 4, 3, 3, 1]);
    const far = 2 ** 17;
    assert.deepEqual([...await gpu.read(apart, Int32Array)], [
      ...[1, 1, 1, 0],
      ...[6, 2, 2, 0],
      ...[far + 4, 3, 3, 0],
    ]);
  },
);

withGpu("Serialization.build() refuses what has no code", async (gpu) => {
  const refuses = async (rows: Triple[], options: Partial<SerializationOptions>, why: RegExp) => {
    using coords = gpu.upload("coords", coordsOf(rows));
    const whole: SerializationOptions = {
      orders: ["z"],
      halvings: [],
      parents: "code",
      ...options,
    };
    await assert.rejects(Serialization.build(gpu, coords, rows.length, whole), why);
  };
  await refuses([[0, -1, 0]], {}, /coordinates from -1: count them from their least/);
  await refuses([[0, 65535, 0]], {}, /voxels up to 65535 .* 65535 along each axis/);
  await refuses([[0, 0, 0]], { offset: [0, 1] }, /a cloud is empty: 0,1/);
  await refuses([[0, 0, 0]], { offset: [2] }, /must end at row 1, got ends at 2/);
  await refuses([[0, 0, 0]], { permutations: [[1]] }, /1 is no permutation of 1 orders/);
});

Deno.test("patchTiles() says what padPatches() does, query by query and key by key", () => {
  for (
    const [offset, rows] of [[[33], 16], [[7], 16], [[32, 200, 201], 16], [[300], 130]] as const
  ) {
    const { pad, unpad, cuSeqlens } = padPatches(offset, rows);
    const count = offset.at(-1)!;
    const expected = Array.from({ length: count }, () => new Set<number>());
    for (let patch = 0; patch + 1 < cuSeqlens.length; patch++) {
      const keys = [...pad.subarray(cuSeqlens[patch], cuSeqlens[patch + 1])];
      assert.ok(keys.length <= rows && (keys.length === rows || patch === 0 || offset.length > 1));
      for (let at = cuSeqlens[patch]!; at < cuSeqlens[patch + 1]!; at++) {
        if (unpad[pad[at]!] === at) expected[pad[at]!] = new Set(keys);
      }
    }
    const { queries, keys } = patchTiles(offset, rows);
    const met = (tiles: Uint32Array) => {
      const pairs: string[] = [];
      for (let i = 0; i < tiles.length; i += 4) {
        const [first, own, other, others] = tiles.subarray(i, i + 4) as unknown as number[];
        assert.ok(own! > 0 && own! <= 64);
        for (let a = first!; a < first! + own!; a++) {
          for (let b = other!; b < other! + others!; b++) pairs.push(`${a} ${b}`);
        }
      }
      return pairs;
    };
    const wanted = expected.flatMap((others, query) => [...others].map((key) => `${query} ${key}`));
    assert.deepEqual(met(queries).sort(), wanted.sort());
    const swapped = met(keys).map((pair) => pair.split(" ").reverse().join(" "));
    assert.deepEqual(swapped.sort(), wanted);
  }
});
