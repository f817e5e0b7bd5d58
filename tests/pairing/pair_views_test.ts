/** Targets of voxels, compared with the reference and with geometry worked out by hand; edge cases. */
import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import {
  type HostFeatureMap,
  type PairingOptions,
  pairViews,
  pairViewsReference,
  resolvePairing,
} from "../../lib/pairing/mod.ts";
import type { Camera } from "../../lib/scan/mod.ts";
import { voxelize, voxelizeReference } from "../../lib/sparse/mod.ts";
import { FeatureMap } from "../../lib/teacher/mod.ts";
import { withGpu } from "../gpu.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { lookAt, ROOM_CAMERAS, scanRoom, type Vector } from "./scene.ts";

/** A map of random features, zero in the padding beyond `channels`. */
function randomMap(rows: number, columns: number, channels: number, seed: number): HostFeatureMap {
  const random = mulberry32(seed);
  const width = Math.ceil(channels / 4) * 4;
  const data = Float32Array.from(
    { length: rows * columns * width },
    (_, i) => i % width < channels ? 2 * random() - 1 : 0,
  );
  return { rows, columns, width, data };
}

interface Setup {
  positions: Float32Array;
  cameras: readonly Camera[];
  maps: readonly HostFeatureMap[];
  channels: number;
  voxelSize?: number;
  origin?: Vector;
  options?: PairingOptions;
  maxBindingBytes?: number;
  /** The whole scan in parts, where `positions` are but some of its points. */
  occluders?: readonly Float32Array<ArrayBuffer>[];
}

async function pairOnGpu(gpu: Gpu, setup: Setup) {
  const { positions: points, cameras, channels, voxelSize = 0.25, origin = [0, 0, 0] } = setup;
  using positions = gpu.upload("positions", points);
  using voxels = await voxelize(gpu, positions, points.length / 3, voxelSize);
  using owned = new DisposableStack();
  const maps = setup.maps.map(({ rows, columns, data }) =>
    owned.use(new FeatureMap(rows, columns, channels, gpu.upload("map", data as Float32Array)))
  );
  const occluders = setup.occluders?.map((part) => ({
    positions: owned.use(gpu.upload("occluders", part)),
    points: part.length / 3,
  }));
  using targets = await pairViews(gpu, {
    voxels,
    positions,
    origin,
    cameras,
    maps,
    options: setup.options ?? {},
    ...(occluders ? { occluders } : {}),
    ...(setup.maxBindingBytes === undefined ? {} : { maxBindingBytes: setup.maxBindingBytes }),
  });
  const width = Math.ceil(channels / 4) * 4;
  return {
    values: targets.half
      ? Float32Array.from(
        new Float16Array(
          (await gpu.read(targets.values, Uint32Array, targets.rows * width / 2)).buffer,
        ),
      )
      : await gpu.read(targets.values, Float32Array, targets.rows * width),
    half: targets.half,
    weight: [...await gpu.read(targets.weight, Float32Array, targets.rows)],
    pointsSeen: targets.pointsSeen,
    voxelsSeen: targets.voxelsSeen,
    rows: targets.rows,
  };
}

const room: Setup = {
  positions: scanRoom(3000),
  cameras: ROOM_CAMERAS,
  maps: ROOM_CAMERAS.map((_, i) => randomMap(6, 8, 21, 10 + i)),
  channels: 21,
};

for (
  const options of [
    {},
    { sampling: "nearest" },
    { views: "best" },
    { depthAbsolute: 0.01, depthRelative: 0.05 },
  ] as const
) {
  withGpu(`pairViews() agrees with its reference: ${JSON.stringify(options)}`, async (gpu) => {
    const actual = await pairOnGpu(gpu, { ...room, options });
    const { order, starts } = voxelizeReference(room.positions, 0.25);
    const expected = pairViewsReference({
      ...room,
      order,
      starts,
      origin: [0, 0, 0],
      options: resolvePairing(options, 0.25),
    });
    // Float32 may put a point on the border of two pixels, map cells or depths to the other side.
    const wrongRows = expected.weight.filter((_, row) =>
      Array.from({ length: 8 }, (_, k) =>
        8 * row + k)
        .some((i) => Math.abs(actual.values[i]! - expected.values[i]!) > 1e-4)
    ).length;
    assert.equal(actual.rows, expected.weight.length);
    assert.ok(wrongRows <= 0.003 * actual.rows, `${wrongRows} of ${actual.rows} rows differ`);
    assert.ok(Math.abs(actual.pointsSeen - expected.pointsSeen) <= 2);
    assert.ok(Math.abs(actual.voxelsSeen - expected.voxelsSeen) <= 2);
    assert.equal(actual.weight.filter((w) => w === 1).length, actual.voxelsSeen);
    assert.equal(actual.weight.filter((w) => w === 0).length, actual.rows - actual.voxelsSeen);
    assert.ok(actual.voxelsSeen < actual.rows, "every voxel is seen: nothing is tested");
  });
}

withGpu("pairViews() gives the same bits in blocks of rows", async (gpu) => {
  const whole = await pairOnGpu(gpu, room);
  // A row of 21 channels has 96 bytes: blocks have 192 rows, and the last one fewer.
  const maxBindingBytes = 3 * 64 * 96 + 95;
  assert.ok(whole.rows > 2 * 192 && whole.rows % 192 !== 0);
  assert.deepEqual(await pairOnGpu(gpu, { ...room, maxBindingBytes }), whole);
});

withGpu("pairViews() of a part of a scan gives the same bits if the rest occludes", async (gpu) => {
  const whole = await pairOnGpu(gpu, room);
  const { order, starts } = voxelizeReference(room.positions, 0.25);
  const middle = Math.floor(whole.rows / 2) + 5;
  const { length } = room.positions;
  const occluders = [room.positions.slice(0, 900), room.positions.slice(900, length)];
  const parts = [];
  for (const [first, last] of [[0, middle], [middle, whole.rows]] as const) {
    // Sorted, so that voxels keep their order.
    const points = order.slice(starts[first], starts[last]).sort();
    const some = new Float32Array(3 * points.length);
    points.forEach((point, i) =>
      some.set(room.positions.subarray(3 * point, 3 * point + 3), 3 * i)
    );
    parts.push(await pairOnGpu(gpu, { ...room, positions: some, occluders }));
  }
  assert.deepEqual(parts.flatMap(({ weight }) => weight), whole.weight);
  assert.deepEqual(parts.flatMap(({ values }) => [...values]), [...whole.values]);
  assert.equal(parts[0]!.pointsSeen + parts[1]!.pointsSeen, whole.pointsSeen);
  const { weight } = await pairOnGpu(gpu, {
    ...room,
    positions: room.positions.slice(0, 900),
  });
  const hidden = await pairOnGpu(gpu, {
    ...room,
    positions: room.positions.slice(0, 900),
    occluders,
  });
  assert.notDeepEqual(hidden.weight, weight, "nothing is occluded: nothing is tested");
});

withGpu("pairViews() rounds wide targets to float16, in blocks too", async (gpu) => {
  const exact = await pairOnGpu(gpu, room);
  assert.equal(exact.half, false);
  const options = { precision: "float16" } as const;
  const rounded = await pairOnGpu(gpu, { ...room, options });
  assert.equal(rounded.half, true);
  assert.deepEqual(rounded.weight, exact.weight);
  assert.deepEqual(rounded.values, exact.values.map((value) => Math.f16round(value)));
  const maxBindingBytes = 3 * 64 * 96 + 95;
  assert.deepEqual(await pairOnGpu(gpu, { ...room, options, maxBindingBytes }), rounded);
  const wide = {
    ...room,
    maps: room.cameras.map((_, i) => randomMap(3, 4, 130, 10 + i)),
    channels: 130,
  };
  assert.equal((await pairOnGpu(gpu, wide)).half, true);
});

withGpu("pairViews() gives the same bits twice", async (gpu) => {
  const [first, second] = [await pairOnGpu(gpu, room), await pairOnGpu(gpu, room)];
  assert.deepEqual(first, second);
});

withGpu(
  "pairViews() makes one submit and one readback, and compiles nothing for a second scan",
  async (gpu) => {
    await pairOnGpu(gpu, room);
    using positions = gpu.upload("positions", scanRoom(1000, 9));
    using voxels = await voxelize(gpu, positions, 900, 0.2);
    const map = room.maps[0]!;
    using features = new FeatureMap(
      map.rows,
      map.columns,
      6,
      gpu.upload("map", map.data as Float32Array),
    );
    const before = { ...gpu.stats };
    using _targets = await pairViews(gpu, {
      voxels,
      positions,
      origin: [0, 0, 0],
      cameras: ROOM_CAMERAS.slice(0, 1),
      maps: [features],
    });
    assert.deepEqual({ ...gpu.stats, writes: 0 }, {
      ...before,
      writes: 0,
      submits: before.submits + 1,
      readbacks: before.readbacks + 1,
    });
  },
);

/** A camera at the origin that looks along z: focal 10, 16 x 8 pixels, principal point (7.5, 3.5). */
const front: Camera = {
  ...lookAt([0, 0, 0], [1, 0, 0], 16, 8, 10),
  worldToCamera: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1),
};
/** The point at depth z on the ray of pixel (u, v) of {@link front}. */
const behind = (u: number, v: number, z: number) => [(u - 7.5) * z / 10, (v - 3.5) * z / 10, z];
/** A map of 4 x 2 cells of 4 x 4 pixels whose channels are the column and row of the cell. */
const coordinateMap: HostFeatureMap = {
  rows: 2,
  columns: 4,
  width: 4,
  data: Float32Array.from(
    { length: 32 },
    (_, i) => [Math.floor(i / 4) % 4, Math.floor(i / 16), 0, 0][i % 4]!,
  ),
};

withGpu("pairViews() samples a map at (u + 0.5) * columns / width - 0.5", async (gpu) => {
  const pixels = [[1.5, 1.5], [5.5, 1.5], [3.5, 3.5], [12, 5], [0, 0], [15, 7], [4, 2]];
  const setup: Setup = {
    positions: Float32Array.from(pixels.flatMap(([u, v]) => behind(u!, v!, 2))),
    cameras: [front],
    maps: [coordinateMap],
    channels: 2,
    voxelSize: 0.01,
  };
  const at = async (sampling: "bilinear" | "nearest") => {
    const { values } = await pairOnGpu(gpu, { ...setup, options: { sampling } });
    return pixels.map((_, i) =>
      [...values.subarray(4 * i, 4 * i + 2)].map((x) => Math.round(x * 1e4) / 1e4)
    );
  };
  assert.deepEqual(await at("bilinear"), [
    [0, 0],
    [1, 0],
    [0.5, 0.5],
    [2.625, 0.875],
    [0, 0],
    [3, 1],
    [0.625, 0.125],
  ]);
  assert.deepEqual(await at("nearest"), [[0, 0], [1, 0], [1, 1], [3, 1], [0, 0], [3, 1], [1, 0]]);
});

/** A map with one cell, whose feature is `value`. */
const constantMap = (value: number): HostFeatureMap => ({
  rows: 1,
  columns: 1,
  width: 4,
  data: Float32Array.of(value, 0, 0, 0),
});
/** {@link front}, moved along its axis so that points are nearer. */
const nearer = (by: number): Camera => ({
  ...front,
  worldToCamera: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -by, 0, 0, 0, 1),
});

withGpu(
  "pairViews() takes the mean over views, then over those points of a voxel that have a target",
  async (gpu) => {
    // Voxel A holds a point that both views see, one that only the far view sees (it is outside the image of the near
    // one), and one outside both images. Voxel B holds a point behind both cameras.
    const positions = Float32Array.from([
      [0, 0, 3],
      [1.9, 0, 3],
      [0, 0, -1],
      [100, 0, 3],
    ].flat());
    const setup: Setup = {
      positions,
      cameras: [front, nearer(1)],
      maps: [constantMap(1), constantMap(5)],
      channels: 1,
      voxelSize: 1000,
      options: { depthAbsolute: 0.1 },
    };
    // Voxels are floor(p / 1000): z = 3 is in (0, 0, 0), z = -1 in (0, 0, -1).
    const mean = await pairOnGpu(gpu, setup);
    assert.deepEqual(mean.weight, [1, 0]);
    assert.deepEqual([mean.pointsSeen, mean.voxelsSeen, mean.rows], [2, 1, 2]);
    assert.ok(Math.abs(mean.values[0]! - ((1 + 5) / 2 + 1) / 2) < 1e-6);
    assert.deepEqual([...mean.values.subarray(1)], [0, 0, 0, 0, 0, 0, 0]);
    const best = await pairOnGpu(gpu, { ...setup, options: { depthAbsolute: 0.1, views: "best" } });
    assert.ok(Math.abs(best.values[0]! - (5 + 1) / 2) < 1e-6);
    const equals = { cameras: [front, front], maps: [constantMap(3), constantMap(4)] };
    const first = await pairOnGpu(gpu, { ...setup, ...equals, options: { views: "best" } });
    assert.equal(first.values[0], 3);
  },
);

withGpu("pairViews() distinguishes more than 32 views", async (gpu) => {
  const cameras = Array.from({ length: 70 }, (_, i) => ({
    ...front,
    // Only views 0, 31, 32 and 69 see the point.
    cx: [0, 31, 32, 69].includes(i) ? 7.5 : 1e6,
  }));
  const { values, pointsSeen } = await pairOnGpu(gpu, {
    positions: Float32Array.of(0, 0, 2),
    cameras,
    maps: cameras.map((_, i) => constantMap(i)),
    channels: 1,
  });
  assert.equal(pointsSeen, 1);
  assert.ok(Math.abs(values[0]! - (0 + 31 + 32 + 69) / 4) < 1e-5);
});

withGpu("pairViews() gives no target where no view sees a voxel", async (gpu) => {
  const { values, weight, pointsSeen, voxelsSeen } = await pairOnGpu(gpu, {
    positions: Float32Array.of(0, 0, -2, 0, 0, -3),
    cameras: [front],
    maps: [constantMap(1)],
    channels: 1,
  });
  assert.deepEqual([pointsSeen, voxelsSeen, weight], [0, 0, [0, 0]]);
  assert.ok(values.every((value) => value === 0));
});

withGpu("pairViews() refuses cameras, maps and options that are invalid", async (gpu) => {
  const base: Setup = {
    positions: Float32Array.of(0, 0, 2),
    cameras: [front],
    maps: [constantMap(1)],
    channels: 1,
  };
  const refuses = (change: Partial<Setup>, name: string, message: RegExp) =>
    assert.rejects(pairOnGpu(gpu, { ...base, ...change }), { name, message });
  await refuses({ cameras: [] }, "TypeError", /Cannot pair 0 cameras with 1 feature maps/);
  await refuses({ cameras: [], maps: [] }, "TypeError", /there has to be a camera/);
  await refuses(
    { options: { depthAbsolute: NaN } },
    "RangeError",
    /depthAbsolute is NaN \(field depthAbsolute\)/,
  );
  await refuses(
    { options: { depthRelative: -1 } },
    "RangeError",
    /depthRelative is -1 .*write a number of 0 or more/,
  );
  const options = { sampling: "cubic" } as unknown as PairingOptions;
  await refuses({ options }, "RangeError", /sampling is "cubic" .*write one of bilinear, nearest/);
});
