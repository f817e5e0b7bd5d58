/**
 * Targets for a student: for each voxel the teacher's feature of its pixels. A point's target is the mean
 * over the views that see it of the feature map at its pixel; a voxel's is the mean over its points that
 * have one. The features of single points are never stored: each view adds its share to the voxels.
 *
 * @module
 */
import { packHalf, pairGather, pairWeigh } from "../../kernels/pairing/records.ts";
import {
  type BufferSlice,
  CapacityError,
  type Gpu,
  type GpuBuffer,
  groupsOf64,
  type Launch,
  launch,
} from "../gpu/mod.ts";
import type { Camera } from "../scan/mod.ts";
import type { Voxels } from "../sparse/mod.ts";
import { fillWords } from "../sparse/words.ts";
import type { FeatureMap } from "../teacher/mod.ts";
import { type PairingOptions, type ResolvedPairing, resolvePairing } from "./options.ts";
import { localPose, projectReference } from "./projection.ts";
import { type HostMap, sampleReference } from "./sampling.ts";
import { type PointBuffer, seePoints } from "./see.ts";
import { meanFocal, visibilityReference } from "./visibility.ts";

/** Groups of four channels that one thread of `pair_gather` adds up. */
const GATHER_BLOCK = 4;
/** Width from which targets are stored in float16; narrower ones are small beside the student's own features. */
const HALF_FROM = 128;
/** Most bytes of float32 sums that wait to be rounded. */
const MAX_SUMS = 2 ** 26;

/** What the student's features are pulled towards. Owns its buffers. */
export class Targets implements Disposable {
  /** Width of the teacher's features, D. */
  readonly channels: number;
  /** Number of voxels. */
  readonly rows: number;
  /** f32 or, where `half`, f16 [rows][D padded to 4], zero in the padding and in rows without a target. */
  readonly values: GpuBuffer;
  /** Whether values are float16, two in a word, the first one in the low bits. */
  readonly half: boolean;
  /** f32 [rows]: 1 where the voxel has a target, else 0. */
  readonly weight: GpuBuffer;
  /** Points that at least one view sees. */
  readonly pointsSeen: number;
  /** Voxels that have a target. */
  readonly voxelsSeen: number;

  constructor(fields: Omit<Targets, "destroy" | typeof Symbol.dispose>) {
    this.channels = fields.channels;
    this.rows = fields.rows;
    this.values = fields.values;
    this.half = fields.half;
    this.weight = fields.weight;
    this.pointsSeen = fields.pointsSeen;
    this.voxelsSeen = fields.voxelsSeen;
  }

  destroy(): void {
    this.values.destroy();
    this.weight.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** A scan, its cameras and what the teacher says of their photographs. */
export interface Views {
  voxels: Pick<Voxels, "points" | "count" | "size" | "order" | "starts">;
  /** f32 [3 * points], metres, less `origin`. */
  positions: GpuBuffer;
  /** What was taken off the scan's positions, in the cameras' world. */
  origin: readonly [number, number, number];
  cameras: readonly Camera[];
  /** `maps[i]` describes the photograph of `cameras[i]`. */
  maps: readonly FeatureMap[];
  options?: PairingOptions;
  /** All points of the scan, in any parts, where `positions` are but some of them: the others hide, too. */
  occluders?: readonly PointBuffer[];
  /** Most bytes of targets that one dispatch binds; the adapter's limit by default. */
  maxBindingBytes?: number;
}

/** Rows of targets that one dispatch writes. */
interface RowBlock {
  first: number;
  rows: number;
  starts: BufferSlice;
}

/**
 * Pairs voxels with the pixels that show them. One submit, one readback. Targets may be larger than what the adapter
 * binds: they are written in blocks of rows.
 *
 * @throws {TypeError} where the maps do not fit the cameras or each other, or `positions` is too short.
 * @throws {RangeError} on options that cannot be.
 * @throws {CapacityError} on targets larger than the adapter's largest buffer.
 */
export async function pairViews(gpu: Gpu, views: Views): Promise<Targets> {
  const { voxels, positions, origin, cameras, maps } = views;
  const options = resolvePairing(views.options ?? {}, voxels.size);
  const channels = checkMaps(cameras, maps);
  if (positions.size < voxels.points * 12) {
    throw new TypeError(
      `Cannot pair ${voxels.points} points: "${positions.label}" holds ${positions.size} bytes, not ${
        voxels.points * 12
      }`,
    );
  }
  const columns = Math.ceil(channels / 4);
  const half = options.precision === "auto"
    ? channels >= HALF_FROM
    : options.precision === "float16";
  // Whole vec4u: halves are read two quads at a time.
  const bytes = half ? Math.ceil(voxels.count * columns / 2) * 16 : voxels.count * columns * 16;
  if (bytes > gpu.limits.maxBufferSize) {
    throw new CapacityError(
      `Cannot pair ${voxels.count} voxels with ${channels} channels: ${bytes} bytes are more than a ` +
        `buffer of the adapter holds (${gpu.limits.maxBufferSize}); use larger voxels or a narrower teacher`,
    );
  }

  using owned = new DisposableStack();
  const values = owned.use(gpu.buffer("targets", bytes));
  const weight = owned.use(gpu.buffer("target weights", voxels.count * 4));
  using scratch = new DisposableStack();
  const totals = scratch.use(gpu.buffer("pairing totals", 8));
  const share = scratch.use(gpu.buffer("point shares", voxels.points * 4));
  const { points, order, starts } = voxels;
  const { occluders } = views;
  const seeing = seePoints(gpu, scratch, {
    positions,
    points,
    occluders,
    cameras,
    origin,
    options,
  });
  const { seen, words, projected } = seeing;
  const limit = views.maxBindingBytes ?? gpu.limits.maxStorageBufferBindingSize;
  const most = half ? Math.min(limit, MAX_SUMS) : limit;
  const blocks = rowBlocks(voxels.count, starts, columns * 16, most);
  const sums = half
    ? scratch.use(gpu.buffer("sums of targets", (blocks[0]?.rows ?? 0) * columns * 16))
    : null;
  const fill = (block: RowBlock): Launch[] => {
    const slice = (bytes: number) => ({
      buffer: values,
      offset: block.first * columns * bytes,
      size: block.rows * columns * bytes,
    });
    const to = sums ?? slice(16);
    const quads = block.rows * columns;
    return [
      fillWords(to, quads * 4, 0),
      ...maps.flatMap((map, view) => [
        seeing.project(view),
        launch(pairGather, {
          constants: { NEAREST: Number(options.sampling === "nearest") },
          params: {
            scale: [map.cols / cameras[view]!.width, map.rows / cameras[view]!.height],
            mapColumns: map.cols,
            mapRows: map.rows,
            rows: block.rows,
            columns,
            points,
            view,
          },
          bindings: [projected, seen, share, order, block.starts, map.buffer, to],
          workgroups: groupsOf64(block.rows * Math.ceil(columns / GATHER_BLOCK)),
        }),
      ]),
      ...sums
        ? [launch(packHalf, {
          params: { count: quads },
          bindings: [sums, slice(8)],
          workgroups: groupsOf64(quads),
        })]
        : [],
    ];
  };
  gpu.run([
    ...seeing.launches,
    fillWords(totals, 2, 0),
    launch(pairWeigh, {
      params: { rows: voxels.count, points, words },
      bindings: [seen, order, starts, share, weight, totals],
      workgroups: groupsOf64(voxels.count),
    }),
    ...blocks.flatMap(fill),
  ], "pair views");
  const [pointsSeen, voxelsSeen] = await gpu.read(totals, Uint32Array, 2) as unknown as [
    number,
    number,
  ];
  owned.move();
  const { count: rows } = voxels;
  return new Targets({ channels, rows, values, half, weight, pointsSeen, voxelsSeen });
}

/** Cuts the rows into blocks that `limit` bytes hold; 64 rows are a multiple of the 256 bytes that offsets keep. */
function rowBlocks(
  count: number,
  starts: GpuBuffer,
  rowBytes: number,
  limit: number,
): RowBlock[] {
  const most = Math.floor(limit / rowBytes / 64) * 64;
  return Array.from({ length: Math.ceil(count / most) }, (_, i) => {
    const first = i * most;
    const rows = Math.min(most, count - first);
    return { first, rows, starts: { buffer: starts, offset: first * 4, size: (rows + 1) * 4 } };
  });
}

/** The width that all maps share. */
function checkMaps(cameras: readonly Camera[], maps: readonly FeatureMap[]): number {
  if (maps.length === 0 || cameras.length !== maps.length) {
    throw new TypeError(
      `Cannot pair ${cameras.length} cameras with ${maps.length} feature maps: each camera needs one, ` +
        "and there has to be a camera",
    );
  }
  const channels = maps[0]!.channels;
  maps.forEach((map, i) => {
    if (map.channels !== channels) {
      throw new TypeError(
        `Cannot pair: the map of ${
          cameras[i]!.file
        } has ${map.channels} channels, the first one ${channels}`,
      );
    }
  });
  return channels;
}

/** A scan and its views on the host. */
export interface HostViews {
  /** f32 [3 * points], metres, less `origin`. */
  positions: Float32Array;
  /** u32 [points] and u32 [rows + 1], as in `Voxels`. */
  order: Uint32Array;
  starts: Uint32Array;
  origin: readonly [number, number, number];
  cameras: readonly Camera[];
  maps: readonly HostMap[];
  options: ResolvedPairing;
}

/** {@link pairViews} in plain TypeScript and float64; `values` is [rows][map width]. */
export function pairViewsReference(
  views: HostViews,
): { values: Float64Array; weight: number[]; pointsSeen: number; voxelsSeen: number } {
  const { positions, cameras, maps, options } = views;
  const width = maps[0]!.width;
  const points = positions.length / 3;
  const features = Array.from({ length: points }, () => [] as { scale: number; of: number[] }[]);
  cameras.forEach((camera, view) => {
    const pose = localPose(camera, views.origin);
    const projected = Array.from(
      { length: points },
      (_, i) => projectReference(camera, pose, positions.subarray(3 * i, 3 * i + 3)),
    );
    const visible = visibilityReference(camera, projected, options.depth);
    projected.forEach(({ u, v, z }, i) => {
      if (!visible[i]) return;
      const of = sampleReference(maps[view]!, camera, u, v, options.sampling);
      const seen = { scale: meanFocal(camera) / z, of };
      if (options.views === "mean") features[i]!.push(seen);
      else if (!(features[i]!.length > 0 && features[i]![0]!.scale >= seen.scale)) {
        features[i] = [seen];
      }
    });
  });
  const rows = views.starts.length - 1;
  const values = new Float64Array(rows * width);
  const weight: number[] = [];
  for (let row = 0; row < rows; row++) {
    const seen = [...views.order.subarray(views.starts[row], views.starts[row + 1])]
      .map((point) => features[point]!).filter((of) => of.length > 0);
    weight.push(Math.min(seen.length, 1));
    for (const of of seen) {
      for (const { of: feature } of of) {
        feature.forEach((value, k) => values[row * width + k]! += value / of.length / seen.length);
      }
    }
  }
  const pointsSeen = features.filter((of) => of.length > 0).length;
  return { values, weight, pointsSeen, voxelsSeen: weight.filter((w) => w > 0).length };
}
