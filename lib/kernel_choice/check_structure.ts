/**
 * The self-check of what a scan's places are made of: voxels by a coordinate hash and a sort, kernel maps, and voxels lined up
 * along curves. All of it is whole numbers, so results are right or wrong.
 *
 * @module
 */
import { CapacityError, type Gpu, type GpuBuffer } from "../gpu/mod.ts";
import { mulberry32 } from "../random/mulberry32.ts";
import {
  distinctCoordinatesReference,
  kernelOffsets,
  type PairList,
  pairListReference,
  Pyramid,
  Serialization,
  SERIALIZATION_ORDERS,
  serializationCode,
  serializationDepth,
  type SerializedStage,
  voxelize,
  voxelizeReference,
  type Voxels,
} from "../sparse/mod.ts";

/** Points of two boxes so far apart that codes have several digits to sort by; about 150 voxels, some with several points. */
const POINTS = 200;
const EDGE = 6;
const DISTANCE = 900;

/** A convolution between neighbours, and one that halves the resolution. */
const MAPS = [
  { kernelSize: 3, stride: 1, dilation: 1, from: 0 },
  { kernelSize: 2, stride: 2, dilation: 1, from: 0 },
];

/** Builds the structure of a small scan; null where all of it is right, else what is wrong. */
export async function checkStructure(gpu: Gpu): Promise<string | null> {
  const next = mulberry32(16);
  const cell = () => Math.floor(next() * EDGE) + 0.5;
  const points = Array.from({ length: POINTS }, () => {
    const box = next() < 0.5 ? 0 : DISTANCE;
    return [box + cell(), cell(), cell()];
  });
  const positions = Float32Array.from(points.flat());
  using owned = new DisposableStack();
  try {
    const buffer = owned.use(gpu.upload("self-check", positions));
    const voxels = owned.use(await voxelize(gpu, buffer, POINTS, 1));
    const expected = voxelizeReference(positions, 1);
    return await checkVoxels(gpu, voxels, expected) ??
      await checkMaps(gpu, voxels, expected.coords) ??
      await checkStages(gpu, voxels, expected.coords);
  } catch (error) {
    // Counts that are wrong are refused where they are used.
    if (!(error instanceof RangeError || error instanceof CapacityError)) throw error;
    return `the voxels of a scan cannot be lined up: ${error.message}`;
  }
}

async function checkVoxels(
  gpu: Gpu,
  voxels: Voxels,
  expected: ReturnType<typeof voxelizeReference>,
): Promise<string | null> {
  const { coords, pointRow, order, starts } = expected;
  return await differing(gpu, [
    ["voxels", voxels.coords, Uint32Array.from(coords)],
    ["their points", voxels.pointRow, pointRow],
    ["sorted points", voxels.order, order],
    ["their sums", voxels.starts, starts],
  ]);
}

async function checkMaps(
  gpu: Gpu,
  { coords: buffer, count }: Voxels,
  coords: Int32Array,
): Promise<string | null> {
  using pyramid = await Pyramid.build(gpu, buffer, count, 1);
  const maps = await pyramid.kernelMaps(MAPS);
  const levels = [1, 2].map((stride) => distinctCoordinatesReference(coords, stride));
  const lists: [PairList, ReturnType<typeof pairListReference>][] = maps.flatMap((map, i) => {
    const offsets = kernelOffsets(MAPS[i]!.kernelSize, 1);
    const [from, to] = [levels[0]!, levels[Math.log2(MAPS[i]!.stride)]!];
    const forward = pairListReference(to.coords, from.index, offsets);
    if (map.transposed.mirrored) return [[map.forward, forward]];
    const back = offsets.map((offset) => offset.map((d) => -d) as [number, number, number]);
    return [
      [map.forward, forward],
      [map.transposed, pairListReference(from.coords, to.index, back)],
    ];
  });
  return await differing(
    gpu,
    lists.flatMap(([list, { entries, offsets, found }]): Compared[] => [
      ["kernel maps", list.entries, entries],
      ["their lists", list.offsets, offsets],
      ["their voxels", list.found, found],
    ]),
  );
}

async function checkStages(
  gpu: Gpu,
  { coords: buffer, count }: Voxels,
  coords: Int32Array,
): Promise<string | null> {
  using serialization = await Serialization.build(gpu, buffer, count, {
    orders: SERIALIZATION_ORDERS,
    halvings: [1],
    parents: "code",
  });
  const [fine, coarse] = serialization.stages as [SerializedStage, SerializedStage];
  const depth = serializationDepth(Math.max(...coords));
  const places = Array.from({ length: count }, (_, row) => coords.subarray(4 * row, 4 * row + 3));
  const codes = SERIALIZATION_ORDERS.map((order) =>
    places.map(([x, y, z]) => serializationCode(order, depth, x!, y!, z!))
  );
  // Voxels that become one have the same code without the last digit of each axis.
  const merged = codes[0]!.map((code) => code >> 3n);
  const parents = sorted(merged).filter((code, i, all) => code !== all[i - 1]);
  return await differing(gpu, [
    ...codes.flatMap((all, order): Compared[] => {
      const rows = fine.orders[order]!;
      return [
        ["places on curves", rows.low, Uint32Array.from(all, (code) => Number(code & 0xffffffffn))],
        ["places on curves", rows.high, Uint32Array.from(all, (code) => Number(code >> 32n))],
        ["sorted voxels", rows.order, Uint32Array.from(sorted(all), (code) => all.indexOf(code))],
      ];
    }),
    [
      "merged voxels",
      coarse.children!.pointRow,
      Uint32Array.from(merged, (code) => parents.indexOf(code)),
    ],
  ]);
}

function sorted(codes: readonly bigint[]): bigint[] {
  return codes.toSorted((a, b) => a < b ? -1 : Number(a > b));
}

/** What is compared, where it lies, and what it should be. */
type Compared = readonly [what: string, buffer: GpuBuffer, expected: Uint32Array];

/** The first result that is not what is expected, in words. */
async function differing(gpu: Gpu, results: readonly Compared[]): Promise<string | null> {
  const read = await Promise.all(
    results.map(([, buffer, { length }]) =>
      4 * length <= buffer.size ? gpu.read(buffer, Uint32Array, length) : null
    ),
  );
  for (const [i, [what, , expected]] of results.entries()) {
    const wrong = expected.filter((word, at) => word !== read[i]?.[at]).length;
    if (wrong > 0) return `${what} are wrong in ${wrong} of ${expected.length} places`;
  }
  return null;
}
