import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { buildKernelMaps } from "../../lib/sparse/kernel_map.ts";
import {
  distinctCoordinatesReference,
  type KernelMapSpec,
  kernelOffsets,
  MAX_ROWS,
  type PairList,
  pairListReference,
  Pyramid,
} from "../../lib/sparse/mod.ts";
import { withGpu } from "../gpu.ts";
import { coordsOf, randomCoords } from "./clouds.ts";

/** Kernel sizes, strides, dilations and levels, for a pyramid of depth 2. */
const SPECS: KernelMapSpec[] = [
  ...[1, 2, 3, 5].flatMap((kernelSize) =>
    [1, 2].flatMap((stride) =>
      [1, 2].flatMap((dilation) => [0, 1].map((from) => ({ kernelSize, stride, dilation, from })))
    )
  ),
  { kernelSize: 4, stride: 1, dilation: 1, from: 2 },
  { kernelSize: 4, stride: 4, dilation: 1, from: 0 },
  { kernelSize: 3, stride: 4, dilation: 3, from: 0 },
];

const LOW = -(2 ** 31);
const HIGH = 2 ** 31 - 1;
const CLOUDS: [string, Int32Array][] = [
  ["no row", new Int32Array(0)],
  ["one row", coordsOf([[-3, 5, 7]])],
  ["64 rows", randomCoords(30, 64, 10 ** 6)],
  ["dense", randomCoords(31, 900, 9)],
  ["sparse", randomCoords(32, 400, 16)],
  ["around 2^20", randomCoords(33, 200, 8, 2 ** 20)],
  ["around -2^20", randomCoords(34, 200, 8, -(2 ** 20))],
  // No neighbour is reached around the end of int32.
  ["the ends of int32", coordsOf([[LOW, 0, 0], [HIGH, 0, 0], [0, HIGH, LOW], [0, LOW, LOW]])],
];

async function readList(gpu: Gpu, list: PairList, volume: number) {
  const [entries, offsets, found] = await Promise.all([
    gpu.read(list.entries, Uint32Array, list.pairs),
    gpu.read(list.offsets, Uint32Array, volume * list.tiles + 1),
    gpu.read(list.found, Uint32Array, 2 * volume * list.tiles),
  ]);
  return { entries, offsets, found };
}

Deno.test("kernelOffsets() follows MinkowskiEngine: x fastest, odd centred, even from 0", () => {
  assert.deepEqual(kernelOffsets(1, 4), [[0, 0, 0]]);
  // shared/notes/backbones.md: K=8 is (0,0,0) (1,0,0) (0,1,0) (1,1,0) (0,0,1) (1,0,1) (0,1,1) (1,1,1).
  assert.deepEqual(kernelOffsets(2, 2), [
    [0, 0, 0],
    [2, 0, 0],
    [0, 2, 0],
    [2, 2, 0],
    [0, 0, 2],
    [2, 0, 2],
    [0, 2, 2],
    [2, 2, 2],
  ]);
  const k3 = kernelOffsets(3, 1);
  assert.deepEqual([k3[0], k3[1], k3[2], k3[3], k3[13], k3[26]], [
    [-1, -1, -1],
    [0, -1, -1],
    [1, -1, -1],
    [-1, 0, -1],
    [0, 0, 0],
    [1, 1, 1],
  ]);
  const k5 = kernelOffsets(5, 6);
  assert.deepEqual([k5.length, k5[0], k5[62], k5[124]], [
    125,
    [-12, -12, -12],
    [0, 0, 0],
    [12, 12, 12],
  ]);
});

Deno.test("pairListReference() lists the neighbours that exist, tile by tile", () => {
  const { coords, index } = distinctCoordinatesReference(coordsOf([[0, 0, 0], [1, 0, 0]]), 1);
  assert.deepEqual(pairListReference(coords, index, [[-1, 0, 0], [0, 0, 0], [1, 0, 0]]), {
    entries: Uint32Array.of(0 << 6 | 1, 0 << 6 | 0, 1 << 6 | 1, 1 << 6 | 0),
    offsets: Uint32Array.of(0, 1, 3, 4),
    found: Uint32Array.of(0b10, 0, 0b11, 0, 0b01, 0),
  });
});

withGpu("kernelMaps() agrees with its reference, forward and transposed", async (gpu) => {
  for (const [name, cloud] of CLOUDS) {
    const { coords } = distinctCoordinatesReference(cloud, 1);
    using input = gpu.upload("coords", coords);
    using pyramid = await Pyramid.build(gpu, input, coords.length / 4, 2);
    const levels = [1, 2, 4].map((stride) => distinctCoordinatesReference(coords, stride));
    const maps = await pyramid.kernelMaps(SPECS);
    const lists = await Promise.all(
      maps.map(({ forward, transposed, volume }) =>
        Promise.all([readList(gpu, forward, volume), readList(gpu, transposed, volume)])
      ),
    );
    for (const [i, spec] of SPECS.entries()) {
      const message = `${name} ${JSON.stringify(spec)}`;
      const map = maps[i]!;
      const from = levels[spec.from]!;
      const to = levels[spec.from + Math.log2(spec.stride)]!;
      const offsets = kernelOffsets(spec.kernelSize, spec.dilation * 2 ** spec.from);
      assert.equal(map.volume, offsets.length);
      assert.equal(map.inRows, from.index.size);
      assert.equal(map.outRows, to.index.size);
      assert.equal(map.forward.rows, map.outRows);
      assert.equal(map.transposed.rows, map.inRows);
      assert.equal(map.forward.mirrored, false);
      assert.equal(map.transposed.mirrored, spec.stride === 1 && spec.kernelSize % 2 === 1);
      const [forward, transposed] = lists[i]!;
      assert.deepEqual(forward, pairListReference(to.coords, from.index, offsets), message);
      const back = offsets.map(([x, y, z]): [number, number, number] => [-x, -y, -z]);
      // A mirrored list keeps offset k at volume - 1 - k.
      if (map.transposed.mirrored) back.reverse();
      assert.deepEqual(
        transposed,
        pairListReference(from.coords, to.index, back),
        `${message} transposed`,
      );
    }
  }
});

withGpu(
  "kernelMaps() gives the same bits twice and compiles nothing for a second scan",
  async (gpu) => {
    const read = async (seed: number, rows: number) => {
      const { coords } = distinctCoordinatesReference(randomCoords(seed, rows, 30), 1);
      using input = gpu.upload("coords", coords);
      using pyramid = await Pyramid.build(gpu, input, coords.length / 4, 1);
      const [k3, down] = await pyramid.kernelMaps([
        { kernelSize: 3, stride: 1, dilation: 1, from: 0 },
        { kernelSize: 2, stride: 2, dilation: 1, from: 0 },
      ]);
      return [
        await readList(gpu, k3!.forward, 27),
        await readList(gpu, down!.forward, 8),
        await readList(gpu, down!.transposed, 8),
      ];
    };
    const first = await read(35, 5000);
    const before = gpu.stats.pipelines;
    assert.deepEqual(await read(35, 5000), first);
    await read(36, 9000);
    assert.equal(gpu.stats.pipelines, before);
  },
);

withGpu("kernelMaps() of a 5x5x5 stem on 125,000 voxels stays below 128 MiB", async (gpu) => {
  const side = 50;
  const coords = Int32Array.from(
    { length: side ** 3 * 4 },
    (_, i) => i % 4 === 3 ? 0 : Math.floor((i >> 2) / side ** (i % 4)) % side,
  );
  using input = gpu.upload("coords", coords);
  gpu.ledger.resetPeak();
  using pyramid = await Pyramid.build(gpu, input, side ** 3, 4);
  const [stem] = await pyramid.kernelMaps([{ kernelSize: 5, stride: 1, dilation: 1, from: 0 }]);
  // Along an axis of a solid block, offsets -2..2 have 48 + 49 + 50 + 49 + 48 pairs.
  assert.equal(stem!.forward.pairs, 244 ** 3);
  assert.ok(gpu.ledger.peak < 128 * 2 ** 20, `${gpu.ledger.peak} bytes`);
});

withGpu("buildKernelMaps() refuses what an entry or the adapter cannot hold", async (gpu) => {
  using buffer = gpu.buffer("level", 16);
  const table = { coords: buffer, slots: buffer, mask: 1 };
  using owner = new DisposableStack();
  const build = (kernelSize: number, count: number) => {
    const level = { stride: 1, count, table };
    return buildKernelMaps(gpu, owner, [{ kernelSize, dilation: 1, from: level, to: level }]);
  };
  await assert.rejects(build(1, MAX_ROWS + 1), { name: "CapacityError", message: /67108864/ });
  await assert.rejects(build(5, MAX_ROWS), { name: "CapacityError", message: /2\^32 pairs/ });
  // The first pass keeps 8 bytes for each offset and tile of 64 rows.
  const rows = Math.ceil(gpu.limits.maxStorageBufferBindingSize * 8 / 125) + 64;
  await assert.rejects(build(5, rows), {
    name: "CapacityError",
    message: 125 * rows < 2 ** 32 ? /maxStorageBufferBindingSize is \d+/ : /2\^32 pairs/,
  });
});
