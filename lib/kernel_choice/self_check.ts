/**
 * The self-check: runs every matrix kernel of a setting, norms, and what builds the structure of a scan on small problems, and holds
 * them against references. Drivers have faults, and a wrong sum would be a wrong label without a word.
 *
 * @module
 */
import { TILE_ROWS } from "../../kernels/sparse/pair_list.ts";
import {
  type Gpu,
  type GpuBuffer,
  GpuValidationError,
  inStoredPrecision,
  type KernelSetting,
  type Launch,
  type RowPrecision,
  WINDOW_BYTES,
} from "../gpu/mod.ts";
import {
  convolutionBackwardReference,
  convolutionForward,
  convolutionInputGradient,
  type ConvolutionOptions,
  convolutionReference,
  convolutionWeightGradient,
  convolutionWeightGradientScratch,
} from "../graph/ops/convolution.ts";
import {
  linearBackwardReference,
  linearForward,
  linearInputGradient,
  linearReference,
  linearWeightGradient,
  linearWeightGradientScratch,
} from "../graph/ops/linear.ts";
import { matrixKernels } from "../graph/ops/kernel_family.ts";
import type { LinearShape, PairOperand } from "../graph/ops/matrix_kernels.ts";
import { packKernel } from "../nn/packing.ts";
import { mulberry32 } from "../random/mulberry32.ts";
import { checkAttention } from "./check_attention.ts";
import { checkNorm } from "./check_norm.ts";
import { fault, numbers } from "./check_results.ts";
import { checkStructure } from "./check_structure.ts";

/** Channels are whole quads that do not fill the last tile; rows neither, and they take several tiles. */
const ROWS = 150;
const CIN = 44;
const COUT = 68;
const VOLUME = 3;

/** Convolutions. The family software has another kernel for the second. */
const CONVOLUTIONS = [{ cin: CIN, cout: COUT }, { cin: 4, cout: 20 }];

/** Linear layers. The family software needs two windows for the weights of the second, and has another kernel for the third. */
const LINEAR: readonly LinearShape[] = [
  { rows: ROWS, cin: CIN, cout: COUT },
  { rows: 20, cin: 132, cout: 132 },
  { rows: 20, cin: 8, cout: 4100 },
];

/**
 * Runs the matrix kernels of a setting, and the other kernels that it checks.
 *
 * @returns null where all are right, else what is wrong.
 * @throws {GpuLostError} where the device is lost meanwhile.
 */
export async function selfCheck(gpu: Gpu, kernels: KernelSetting): Promise<string | null> {
  try {
    for (const shape of LINEAR) {
      const found = await checkLinear(gpu, kernels, shape);
      if (found) return found;
    }
    for (const sizes of CONVOLUTIONS) {
      const found = await checkConvolution(gpu, { kernels, volume: VOLUME, ...sizes });
      if (found) return found;
    }
    return await checkAttention(gpu, kernels) ?? await checkNorm(gpu, kernels) ??
      await checkStructure(gpu);
  } catch (error) {
    if (error instanceof GpuValidationError) return `the driver refuses it: ${error.message}`;
    throw error;
  }
}

/** Buffers of feature rows, stored in one precision. */
class StoredRows {
  readonly #gpu: Gpu;
  readonly #owned: DisposableStack;
  readonly #half = new Set<GpuBuffer>();

  constructor(gpu: Gpu, owned: DisposableStack) {
    this.#gpu = gpu;
    this.#owned = owned;
  }

  /** Makes a buffer of `count` numbers. */
  buffer(count: number, precision: RowPrecision): GpuBuffer {
    const isHalf = precision === "f16";
    const buffer = this.#owned.use(this.#gpu.buffer("self-check", count * (isHalf ? 2 : 4)));
    if (isHalf) this.#half.add(buffer);
    return buffer;
  }

  /** Uploads rows, which are rounded first. */
  upload(data: Float32Array, precision: RowPrecision): GpuBuffer {
    const buffer = this.buffer(data.length, precision);
    if (precision === "f16") {
      const rounded = Float16Array.from(data);
      data.set(rounded);
      this.#gpu.write(buffer, new Uint32Array(rounded.buffer));
    } else this.#gpu.write(buffer, data);
    return buffer;
  }

  /** Runs launches by the precision of what they bind. */
  run(launches: readonly Launch<GpuBuffer>[]): void {
    this.#gpu.run(
      launches.map((launch) => inStoredPrecision(launch, (buffer) => this.#half.has(buffer))),
    );
  }

  async read(buffer: GpuBuffer): Promise<Float32Array> {
    if (!this.#half.has(buffer)) return await this.#gpu.read(buffer, Float32Array);
    return Float32Array.from(
      new Float16Array((await this.#gpu.read(buffer, Uint32Array)).buffer),
    );
  }
}

async function checkLinear(
  gpu: Gpu,
  kernels: KernelSetting,
  { rows, cin, cout }: LinearShape,
): Promise<string | null> {
  using owned = new DisposableStack();
  const upload = (data: Float32Array, room = 0) => owned.use(gpu.upload("self-check", data, room));
  const shape = { kernels, rows, cin, cout };
  const [x, dy] = [numbers(1, rows * cin), numbers(2, rows * cout)];
  const [weight, bias] = [numbers(3, cin * cout), numbers(4, cout)];
  const { precision } = kernels;
  const summed = matrixKernels(kernels).sumsInMemory ? "f32" : precision;
  const stored = new StoredRows(gpu, owned);
  const [xRows, dyRows] = [stored.upload(x, precision), stored.upload(dy, precision)];
  const packed = upload(packKernel(weight, [cin, cout]), WINDOW_BYTES);
  const y = stored.buffer(dy.length, summed);
  const dx = stored.buffer(x.length, summed);
  const total = owned.use(gpu.buffer("dW", packed.size - WINDOW_BYTES));
  const scratch = owned.use(gpu.buffer("scratch", linearWeightGradientScratch(shape)));
  stored.run([
    ...linearForward({ ...shape, x: xRows, weight: packed, bias: upload(bias), y }),
    ...linearInputGradient({ ...shape, dy: dyRows, weight: packed, dx }),
    ...linearWeightGradient({
      ...shape,
      x: xRows,
      dy: dyRows,
      total,
      scratch,
      accumulate: false,
    }),
  ]);
  const expected = linearBackwardReference(x, weight, dy, shape);
  return fault([
    ["linear layers", await stored.read(y), linearReference(x, weight, bias, shape)],
    ["their input gradients", await stored.read(dx), expected.dx],
    [
      "their weight gradients",
      await gpu.read(total, Float32Array),
      packKernel(expected.dweight, [cin, cout]),
    ],
  ], precision);
}

async function checkConvolution(gpu: Gpu, sizes: ConvolutionOptions): Promise<string | null> {
  using owned = new DisposableStack();
  const upload = (data: Float32Array | Uint32Array, room = 0) =>
    owned.use(gpu.upload("self-check", data, room));
  const { kernels, volume, cin, cout } = sizes;
  const { precision } = kernels;
  const stored = new StoredRows(gpu, owned);
  const shape = [volume, cin, cout];
  const sources = neighbours();
  const list = pairList(sources);
  const onGpu = (host: PairOperand<Uint32Array>) => ({
    ...host,
    entries: upload(host.entries),
    offsets: upload(host.offsets),
    found: upload(host.found),
  });
  const forward = onGpu(list);
  const [x, dy] = [numbers(5, ROWS * cin), numbers(6, ROWS * cout)];
  const weight = numbers(7, volume * cin * cout);
  const [xRows, dyRows] = [stored.upload(x, precision), stored.upload(dy, precision)];
  const packed = upload(packKernel(weight, shape), WINDOW_BYTES);
  const summed = matrixKernels(kernels).sumsInMemory ? "f32" : precision;
  const y = stored.buffer(dy.length, summed);
  const dx = stored.buffer(x.length, summed);
  const total = owned.use(gpu.buffer("dW", packed.size - WINDOW_BYTES));
  const scratch = owned.use(
    gpu.buffer("scratch", convolutionWeightGradientScratch({ ...sizes, list })),
  );
  const statistics = owned.use(gpu.buffer("statistics", list.tiles * 2 * cout * 4));
  stored.run([
    ...convolutionForward({ ...sizes, list: forward, x: xRows, weight: packed, y, statistics }),
    ...convolutionInputGradient({
      ...sizes,
      list: onGpu(pairList(inverse(sources))),
      dy: dyRows,
      weight: packed,
      dx,
    }),
    ...convolutionWeightGradient({
      ...sizes,
      list: forward,
      x: xRows,
      dy: dyRows,
      total,
      scratch,
      accumulate: false,
    }),
  ]);
  const expected = convolutionBackwardReference(x, weight, dy, list, sizes);
  const expectedRows = convolutionReference(x, weight, null, list, sizes);
  return fault([
    ["convolutions", await stored.read(y), expectedRows],
    [
      "their statistics",
      await gpu.read(statistics, Float32Array),
      statisticsOf(expectedRows, cout),
    ],
    ["their input gradients", await stored.read(dx), expected.dx],
    [
      "their weight gradients",
      await gpu.read(total, Float32Array),
      packKernel(expected.dweight, shape),
    ],
  ], precision);
}

/** Source rows by offset and output row, about a third of them missing; an offset has each at most once. */
function neighbours(): (number | undefined)[][] {
  const next = mulberry32(8);
  return Array.from(
    { length: VOLUME },
    // 7 and the number of rows have no common divisor.
    (_, k) =>
      Array.from({ length: ROWS }, (_, row) => next() < 1 / 3 ? undefined : (row * 7 + k) % ROWS),
  );
}

/** Mean and sum of squared deviations of every tile of rows of y. */
function statisticsOf(y: Float64Array, channels: number): number[] {
  const statistics: number[] = [];
  for (let first = 0; first < ROWS; first += TILE_ROWS) {
    const rows = y.subarray(first * channels, (first + TILE_ROWS) * channels);
    const columns = Array.from(
      { length: channels },
      (_, c) => rows.filter((_, i) => i % channels === c),
    );
    const means = columns.map((column) => column.reduce((a, b) => a + b) / column.length);
    const deviations = columns.map((column, c) =>
      column.reduce((sum, value) => sum + (value - means[c]!) ** 2, 0)
    );
    statistics.push(...means, ...deviations);
  }
  return statistics;
}

function inverse(sources: readonly (number | undefined)[][]): (number | undefined)[][] {
  return sources.map((rows) => {
    const back = new Array<number | undefined>(ROWS).fill(undefined);
    rows.forEach((source, row) => source !== undefined && (back[source] = row));
    return back;
  });
}

function pairList(sources: readonly (number | undefined)[][]): PairOperand<Uint32Array> {
  const tiles = Math.ceil(ROWS / TILE_ROWS);
  const entries: number[] = [];
  const offsets = [0];
  const found: number[] = [];
  for (const rows of sources) {
    for (let tile = 0; tile < tiles; tile++) {
      const bits = [0, 0];
      rows.slice(tile * TILE_ROWS, (tile + 1) * TILE_ROWS).forEach((source, row) => {
        if (source === undefined) return;
        entries.push(source * TILE_ROWS + row);
        bits[row >> 5]! |= 1 << row;
      });
      offsets.push(entries.length);
      found.push(...bits);
    }
  }
  return {
    rows: ROWS,
    tiles,
    mirrored: false,
    entries: Uint32Array.from(entries),
    offsets: Uint32Array.from(offsets),
    found: Uint32Array.from(found),
  };
}
