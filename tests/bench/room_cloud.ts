/**
 * A scan-like cloud of any number of voxels: the surfaces of a room with furniture, rotated so that no wall lies along
 * the grid, with a sensor's noise and gaps.
 */
import { Random } from "../../lib/random/random.ts";

type Triple = [number, number, number];

/** Corners of the room and of four pieces of furniture, in metres. */
const BOXES: readonly (readonly [low: Triple, high: Triple])[] = [
  [[0, 0, 0], [3.0, 2.4, 2.4]],
  [[0.4, 0.4, 0.05], [1.2, 1.05, 0.8]],
  [[2.0, 0.25, 0.05], [2.8, 0.65, 2.05]],
  [[1.25, 1.7, 0.05], [1.6, 2.05, 0.5]],
  [[2.1, 1.5, 0.05], [2.8, 2.25, 0.75]],
];

/** Share of the voxels on the surfaces that the scan hits; the rest are gaps. */
const COVERAGE = 0.85;

/** Voxels that a square metre of a plane crosses, over the square of voxels per metre; the mean over directions. */
const CROSSED = 1.5;

/** Standard deviation of the noise, in voxels. */
const NOISE = 0.25;

/**
 * Draws points on the surfaces, evenly, from a seed, until `voxels` voxels are hit. The room is the same for every
 * number: more voxels are finer ones.
 *
 * @returns int32 [voxels][3], in the order in which they were hit.
 */
export function roomCloud(seed: number, voxels: number): Int32Array {
  const random = new Random(seed);
  const faces = BOXES.flatMap(([low, high]) =>
    [0, 1, 2].flatMap((axis) => {
      const [u, v] = [(axis + 1) % 3, (axis + 2) % 3] as [number, number];
      const area = (high[u]! - low[u]!) * (high[v]! - low[v]!);
      return [low, high].map((side) => ({ low, high, axis, u, v, at: side[axis]!, area }));
    })
  );
  const total = faces.reduce((sum, { area }) => sum + area, 0);
  const perMetre = Math.sqrt(voxels / (COVERAGE * CROSSED * total));
  const axes = rotation(random);
  const hit = new Map<number, Triple>();
  while (hit.size < voxels) {
    let left = random.range(0, total);
    const { low, high, axis, u, v, at } = faces.find(({ area }) => (left -= area) < 0) ?? faces[0]!;
    const point: Triple = [0, 0, 0];
    point[axis] = at;
    point[u] = random.range(low[u]!, high[u]!);
    point[v] = random.range(low[v]!, high[v]!);
    const [x, y, z] = axes.map((row) =>
      Math.floor(
        perMetre * (row[0] * point[0] + row[1] * point[1] + row[2] * point[2]) +
          NOISE * random.normal(),
      )
    ) as Triple;
    const key = ((x + 2 ** 15) * 2 ** 16 + y + 2 ** 15) * 2 ** 16 + z + 2 ** 15;
    if (!hit.has(key)) hit.set(key, [x, y, z]);
  }
  return Int32Array.from([...hit.values()].flat());
}

/** A random rotation, uniform over all rotations, by a unit quaternion. */
function rotation(random: Random): [Triple, Triple, Triple] {
  const draw = Array.from({ length: 4 }, () => random.normal());
  const length = Math.hypot(...draw);
  const [w, x, y, z] = draw.map((value) => value / length) as [number, number, number, number];
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
}

/**
 * The numbers of voxels at strides 1, 2, 4, ...
 *
 * @param coords [voxels][3].
 */
export function levelCounts(coords: Int32Array, depth: number): number[] {
  return Array.from({ length: depth + 1 }, (_, level) => {
    const keys = new Set<number>();
    for (let i = 0; i < coords.length; i += 3) {
      const [x, y, z] = [coords[i]! >> level, coords[i + 1]! >> level, coords[i + 2]! >> level];
      keys.add(((x + 2 ** 15) * 2 ** 16 + y + 2 ** 15) * 2 ** 16 + z + 2 ** 15);
    }
    return keys.size;
  });
}
