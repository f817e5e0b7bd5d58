/**
 * Computes the targets of a student: for each voxel the mean of the teacher's features at its pixels. The target of a
 * point is the mean of the feature maps at its pixels over the views that see it; the target of a voxel is the mean
 * over its points that have one. The features of single points are never stored: each view adds its share to the
 * voxels.
 *
 * @module
 */
import { convert } from "../../kernels/elementwise/records.ts";
import { pairGather, pairWeigh } from "../../kernels/pairing/records.ts";
import {
  type Binding,
  type BufferSlice,
  CapacityError,
  type Gpu,
  type GpuBuffer,
  groupsOf64,
  inStoredPrecision,
  type Launch,
  launch,
} from "../gpu/mod.ts";
import type { Camera } from "../scan/mod.ts";
import type { Voxels } from "../sparse/mod.ts";
import { fillWords } from "../sparse/words.ts";
import type { FeatureMap } from "../teacher/mod.ts";
import {
  type PairingOptions,
  type Precision,
  type ResolvedPairing,
  resolvePairing,
} from "./options.ts";
import { Targets } from "./targets.ts";
import {
  type PointBuffer,
  visibilityLaunches,
  type VisibilityPass,
} from "./visibility_launches.ts";

/** Groups of four channels that one thread of `pair_gather` adds up. */
const GATHER_BLOCK = 4;
/** Width from which targets are stored in float16; narrower targets are small beside the student's own features. */
const HALF_FROM = 128;
/** Most bytes of float32 sums that are held before they are rounded to float16. */
const MAX_SUMS = 2 ** 26;

/** A scan, its cameras and the feature maps of their photographs. */
export interface PairingInput {
  /** The scan as voxels. */
  voxels: Pick<Voxels, "points" | "count" | "size" | "order" | "starts">;
  /** f32 [3 * points], metres, minus `origin`. */
  positions: GpuBuffer;
  /** Subtracted from the scan's positions, in the cameras' world coordinates. */
  origin: readonly [number, number, number];
  /** The cameras of the photographs. */
  cameras: readonly Camera[];
  /** `maps[i]` describes the photograph of `cameras[i]`. */
  maps: readonly FeatureMap[];
  /** Settings. */
  options?: PairingOptions;
  /** All points of the scan, in any parts, where `positions` are only some of them: the others occlude, too. */
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

/** The size of targets. */
interface TargetLayout {
  /** Groups of four channels in a row. */
  columns: number;
  /** Whether values are float16. */
  half: boolean;
  /** Bytes of all rows. */
  bytes: number;
}

/**
 * Pairs voxels with the pixels that show them, with one submit and one readback. Targets may be larger than the largest
 * binding of the adapter: they are written in blocks of rows.
 *
 * @throws {TypeError} where the maps do not fit the cameras or each other, or `positions` is too short
 * @throws {RangeError} naming an option that is invalid
 * @throws {CapacityError} where targets are larger than the adapter's largest buffer
 */
export async function pairViews(gpu: Gpu, input: PairingInput): Promise<Targets> {
  const { voxels, positions, origin, cameras, maps, occluders } = input;
  const options = resolvePairing(input.options ?? {}, voxels.size);
  const channels = commonChannels(cameras, maps);
  requirePositions(positions, voxels.points);
  const layout = targetLayout(gpu, voxels.count, channels, options.precision);
  const { columns, half } = layout;

  using owned = new DisposableStack();
  const values = owned.use(gpu.buffer("targets", layout.bytes));
  const weight = owned.use(gpu.buffer("target weights", voxels.count * 4));
  using scratch = new DisposableStack();
  const totals = scratch.use(gpu.buffer("pairing totals", 8));
  const share = scratch.use(gpu.buffer("point shares", voxels.points * 4));
  const { points, order, starts, count: rows } = voxels;
  const visibility = visibilityLaunches(gpu, scratch, {
    positions,
    points,
    occluders,
    cameras,
    origin,
    options,
  });
  const limit = input.maxBindingBytes ?? gpu.limits.maxStorageBufferBindingSize;
  const most = half ? Math.min(limit, MAX_SUMS) : limit;
  const blocks = rowBlocks(rows, starts, columns * 16, most);
  const sums = half
    ? scratch.use(gpu.buffer("sums of targets", (blocks[0]?.rows ?? 0) * columns * 16))
    : null;
  gpu.run([
    ...visibility.launches,
    fillWords(totals, 2, 0),
    launch(pairWeigh, {
      params: { rows, points, words: visibility.words },
      bindings: [visibility.seen, order, starts, share, weight, totals],
      workgroups: groupsOf64(rows),
    }),
    ...blocks.flatMap((block) =>
      targetLaunches(block, { input, options, visibility, share, columns, values, sums })
    ),
  ], "pair views");
  const [pointsSeen = 0, voxelsSeen = 0] = await gpu.read(totals, Uint32Array, 2);
  owned.move();
  return new Targets({ channels, rows, values, half, weight, pointsSeen, voxelsSeen });
}

/** Everything that the launches of a block of targets need. */
interface TargetPass {
  input: PairingInput;
  options: ResolvedPairing;
  visibility: VisibilityPass;
  /** f32 [points]: the weight of each of a point's features in the target of its voxel. */
  share: GpuBuffer;
  columns: number;
  values: GpuBuffer;
  /** Receives float32 sums before they are rounded; null where targets are float32. */
  sums: GpuBuffer | null;
}

/** Adds the features of all views up to the targets of a block of voxels. */
function targetLaunches(block: RowBlock, pass: TargetPass): Launch[] {
  const { input, options, visibility, share, columns, values, sums } = pass;
  const slice = (bytes: number) => ({
    buffer: values,
    offset: block.first * columns * bytes,
    size: block.rows * columns * bytes,
  });
  const to: Binding = sums ?? slice(16);
  const rounded: Binding = slice(8);
  const quads = block.rows * columns;
  return [
    fillWords(to, quads * 4, 0),
    ...input.maps.flatMap((map, view) => [
      visibility.project(view),
      launch(pairGather, {
        constants: { NEAREST: Number(options.sampling === "nearest") },
        params: {
          scale: [map.cols / input.cameras[view]!.width, map.rows / input.cameras[view]!.height],
          mapColumns: map.cols,
          mapRows: map.rows,
          rows: block.rows,
          columns,
          points: input.voxels.points,
          view,
        },
        bindings: [
          visibility.projected,
          visibility.seen,
          share,
          input.voxels.order,
          block.starts,
          map.buffer,
          to,
        ],
        workgroups: groupsOf64(block.rows * Math.ceil(columns / GATHER_BLOCK)),
      }),
    ]),
    ...sums
      ? [inStoredPrecision(
        launch(convert, {
          params: { count: quads },
          bindings: [sums, rounded],
          workgroups: groupsOf64(quads),
        }),
        (binding) => binding === rounded,
      )]
      : [],
  ];
}

/** Cuts the rows into blocks that `limit` bytes hold; 64 rows are a multiple of the 256 bytes that offsets need. */
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

function targetLayout(
  gpu: Gpu,
  voxels: number,
  channels: number,
  precision: Precision,
): TargetLayout {
  const columns = Math.ceil(channels / 4);
  const half = precision === "auto" ? channels >= HALF_FROM : precision === "float16";
  // Whole vec4u: halves are read two quads at a time.
  const bytes = half ? Math.ceil(voxels * columns / 2) * 16 : voxels * columns * 16;
  if (bytes > gpu.limits.maxBufferSize) {
    throw new CapacityError(
      `Cannot pair ${voxels} voxels with ${channels} channels: ${bytes} bytes are more than a ` +
        `buffer of the adapter holds (${gpu.limits.maxBufferSize}); use larger voxels or a narrower teacher`,
    );
  }
  return { columns, half, bytes };
}

function requirePositions(positions: GpuBuffer, points: number): void {
  if (positions.size >= points * 12) return;
  throw new TypeError(
    `Cannot pair ${points} points: "${positions.label}" holds ${positions.size} bytes, not ${
      points * 12
    }`,
  );
}

/** The width that all maps have. */
function commonChannels(cameras: readonly Camera[], maps: readonly FeatureMap[]): number {
  const [first] = maps;
  if (!first || cameras.length !== maps.length) {
    throw new TypeError(
      `Cannot pair ${cameras.length} cameras with ${maps.length} feature maps: each camera needs one, ` +
        "and there has to be a camera",
    );
  }
  maps.forEach((map, i) => {
    if (map.channels !== first.channels) {
      throw new TypeError(
        `Cannot pair: the map of ${
          cameras[i]!.file
        } has ${map.channels} channels, the first one ${first.channels}`,
      );
    }
  });
  return first.channels;
}
