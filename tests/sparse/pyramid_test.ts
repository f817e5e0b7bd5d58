import assert from "node:assert/strict";
import { distinctCoordinatesReference, Pyramid } from "../../lib/sparse/mod.ts";
import { withGpu } from "../gpu.ts";
import { coordsOf, randomCoords } from "./clouds.ts";

const K3 = { kernelSize: 3, stride: 1, dilation: 1, from: 0 };
const DOWN = { kernelSize: 2, stride: 2, dilation: 1, from: 0 };

withGpu("Pyramid.build() agrees with its reference at every level", async (gpu) => {
  const clouds: Int32Array[] = [
    new Int32Array(0),
    coordsOf([[-1, 0, 5]]),
    randomCoords(20, 3000, 40),
    randomCoords(21, 3000, 40, 2 ** 20),
    randomCoords(22, 3000, 40, -(2 ** 20)),
    coordsOf([[2 ** 31 - 1, -(2 ** 31), 0], [-(2 ** 31), 2 ** 31 - 1, -1]]),
  ].map((coords) => distinctCoordinatesReference(coords, 1).coords);
  for (const coords of clouds) {
    using input = gpu.upload("coords", coords);
    using pyramid = await Pyramid.build(gpu, input, coords.length / 4, 4);
    assert.deepEqual(pyramid.levels.map(({ stride }) => stride), [1, 2, 4, 8, 16]);
    let finer = coords;
    for (const level of pyramid.levels) {
      const expected = distinctCoordinatesReference(finer, level.stride).coords;
      assert.equal(level.count, expected.length / 4);
      assert.deepEqual(await gpu.read(level.coords, Int32Array, level.count * 4), expected);
      finer = expected;
    }
  }
});

withGpu("Pyramid.build() takes one submit and one readback", async (gpu) => {
  const { coords } = distinctCoordinatesReference(randomCoords(23, 500, 20), 1);
  using input = gpu.upload("coords", coords);
  const before = { ...gpu.stats };
  using _pyramid = await Pyramid.build(gpu, input, coords.length / 4, 4);
  assert.equal(gpu.stats.submits, before.submits + 1);
  assert.equal(gpu.stats.readbacks, before.readbacks + 1);
});

withGpu("Pyramid.build() refuses repeated coordinates, bad depths, short buffers", async (gpu) => {
  using input = gpu.upload("coords", coordsOf([[1, 2, 3], [4, 5, 6], [1, 2, 3]]));
  await assert.rejects(Pyramid.build(gpu, input, 3, 2), {
    name: "RangeError",
    message: /of 3 coordinates only 2/,
  });
  for (const depth of [-1, 1.5, 31, NaN]) {
    await assert.rejects(Pyramid.build(gpu, input, 2, depth), { name: "RangeError" });
  }
  await assert.rejects(Pyramid.build(gpu, input, 100, 2), { name: "TypeError", message: /1600/ });
});

withGpu("kernelMaps() builds each map once, two submits and one readback for all", async (gpu) => {
  const { coords } = distinctCoordinatesReference(randomCoords(24, 500, 12), 1);
  using input = gpu.upload("coords", coords);
  using pyramid = await Pyramid.build(gpu, input, coords.length / 4, 1);
  const before = { ...gpu.stats };
  const first = await pyramid.kernelMaps([K3, DOWN, K3, { ...K3, dilation: 2 }]);
  assert.equal(gpu.stats.submits, before.submits + 2);
  assert.equal(gpu.stats.readbacks, before.readbacks + 1);
  assert.equal(first[2], first[0]);
  assert.notEqual(first[3], first[0]);
  const again = await Promise.all([pyramid.kernelMaps([DOWN]), pyramid.kernelMaps([K3])]);
  assert.equal(again[0][0], first[1]);
  assert.equal(again[1][0], first[0]);
  assert.equal(gpu.stats.readbacks, before.readbacks + 1);
});

withGpu("kernelMaps() shares a map that is being built, and forgets a failure", async (gpu) => {
  using input = gpu.upload("coords", coordsOf([[0, 0, 0], [1, 0, 0]]));
  using pyramid = await Pyramid.build(gpu, input, 2, 1);
  const before = gpu.stats.readbacks;
  const [[a], [b]] = await Promise.all([pyramid.kernelMaps([K3]), pyramid.kernelMaps([K3])]);
  assert.equal(a, b);
  assert.equal(gpu.stats.readbacks, before + 1);
  const live = gpu.ledger.live;
  const refused = [
    { ...K3, from: 2 },
    { ...DOWN, from: 1 },
    { ...DOWN, stride: 3 },
    { ...DOWN, stride: 0.5, from: 1 },
    { ...K3, kernelSize: 0 },
    { ...K3, dilation: 1.5 },
    { ...K3, dilation: 2 ** 30 },
  ];
  for (const spec of refused) {
    // The good map in the same call is not lost for later calls.
    await assert.rejects(pyramid.kernelMaps([spec, DOWN]), { name: "RangeError" });
    assert.equal(gpu.ledger.live, live);
  }
  const [down] = await pyramid.kernelMaps([DOWN]);
  assert.equal(down!.outRows, 1);
});

withGpu("destroy() frees the maps, also while one is being built", async (gpu) => {
  using input = gpu.upload("coords", coordsOf([[0, 0, 0], [1, 0, 0]]));
  const live = gpu.ledger.live;
  const pyramid = await Pyramid.build(gpu, input, 2, 1);
  await pyramid.kernelMaps([K3]);
  const building = pyramid.kernelMaps([DOWN]);
  pyramid.destroy();
  await assert.rejects(building, { name: "TypeError", message: /destroyed/ });
  await assert.rejects(pyramid.kernelMaps([K3]), { name: "TypeError", message: /destroyed/ });
  assert.equal(gpu.ledger.live, live);
});
