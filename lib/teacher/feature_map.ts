/**
 * The features of one photograph: one row for each cell of a grid, on the GPU, in the layout that all feature rows of
 * this program have.
 *
 * @module
 */
import { teacherRepack } from "../../kernels/pairing/records.ts";
import { type GpuBuffer, groupsOf64, type Launch, launch } from "../gpu/mod.ts";
import type { TeacherCard } from "./card.ts";
import type { TeacherInput } from "./preprocess.ts";

/**
 * Features of a photograph. The map covers exactly the photograph; `lib/pairing/sampling.ts` says which cell shows
 * which pixel. A map owns its buffer.
 */
export class FeatureMap implements Disposable {
  /** Takes over a buffer of feature rows. */
  constructor(
    /** Rows of the grid. */
    readonly rows: number,
    /** Columns of the grid. */
    readonly cols: number,
    /** Width of a feature, D. */
    readonly channels: number,
    /** f32 [rows * cols][D padded to 4], zero in the padding. */
    readonly buffer: GpuBuffer,
  ) {}

  /** Frees the buffer. */
  destroy(): void {
    this.buffer.destroy();
  }

  /** Frees the buffer, for `using`. */
  [Symbol.dispose](): void {
    this.destroy();
  }
}

/**
 * Where the cells that the photograph covers lie in a model's output: element (channel, row, column) is at
 * offset + channel * channelStride + row * rowStride + column * columnStride.
 */
export interface OutputLayout {
  /** Rows of cells that the photograph covers. */
  rows: number;
  /** Columns of cells that the photograph covers. */
  cols: number;
  /** Element at which the first cell begins. */
  offset: number;
  /** Elements from one channel to the next. */
  channelStride: number;
  /** Elements from one row to the next. */
  rowStride: number;
  /** Elements from one column to the next. */
  columnStride: number;
}

/**
 * Checks the shape of a model's output against the card and finds the cells of the photograph in it, without prefix
 * tokens and padding.
 *
 * @param input sizes of the model's input and of the photograph in it, pixels
 * @throws {TypeError} naming the output, its shape and the shape that the card promises
 */
export function outputLayout(
  card: TeacherCard,
  dims: readonly number[],
  input: Pick<TeacherInput, "width" | "height" | "photo">,
): OutputLayout {
  const { width: channels, outputForm, prefixTokens, patch } = card;
  const wrong = (expected: string) =>
    new TypeError(
      `Cannot use output "${card.outputName}" of teacher ${card.id}: its shape is [${
        dims.join(", ")
      }], the card says [${expected}]`,
    );
  let rows: number, cols: number, offset = 0, channelStride = 1, columnStride = channels;
  if (outputForm === "tokens") {
    rows = input.height / patch;
    cols = input.width / patch;
    offset = prefixTokens * channels;
    const tokens = prefixTokens + rows * cols;
    if (dims.length !== 3 || dims[0] !== 1 || dims[1] !== tokens || dims[2] !== channels) {
      throw wrong(`1, ${tokens}, ${channels}`);
    }
  } else {
    const isMap = outputForm === "map";
    const [batch, depth, ...grid] = isMap ? dims : [dims[0], dims[3], dims[1], dims[2]];
    [rows, cols] = [grid[0] ?? 0, grid[1] ?? 0];
    if (dims.length !== 4 || batch !== 1 || depth !== channels || rows < 1 || cols < 1) {
      throw wrong(isMap ? `1, ${channels}, rows, columns` : `1, rows, columns, ${channels}`);
    }
    if (isMap) [channelStride, columnStride] = [rows * cols, 1];
  }
  const rowStride = cols * columnStride;
  const seen = {
    rows: rows * input.photo.height / input.height,
    cols: cols * input.photo.width / input.width,
  };
  if (!Number.isInteger(seen.rows) || !Number.isInteger(seen.cols)) {
    throw wrong(`a cell every ${patch} pixels or less`);
  }
  return { ...seen, offset, channelStride, rowStride, columnStride };
}

/** Makes the launch that copies a model's output `x` into feature rows `y`. */
export function repack<B>(x: B, y: B, layout: OutputLayout, channels: number): Launch<B> {
  const cells = layout.rows * layout.cols;
  const columns = Math.ceil(channels / 4);
  const { offset, channelStride, cols: mapColumns, rowStride, columnStride } = layout;
  return launch(teacherRepack, {
    params: {
      cells,
      channels,
      columns,
      offset,
      channelStride,
      mapColumns,
      rowStride,
      columnStride,
    },
    bindings: [x, y],
    workgroups: groupsOf64(cells * columns),
  });
}

/** Does what {@link repack} does, in plain TypeScript. */
export function repackReference(
  x: ArrayLike<number>,
  layout: OutputLayout,
  channels: number,
): Float32Array {
  const cells = layout.rows * layout.cols;
  const width = Math.ceil(channels / 4) * 4;
  const y = new Float32Array(cells * width);
  for (let cell = 0; cell < cells; cell++) {
    const at = layout.offset + Math.floor(cell / layout.cols) * layout.rowStride +
      cell % layout.cols * layout.columnStride;
    for (let k = 0; k < channels; k++) y[cell * width + k] = x[at + k * layout.channelStride]!;
  }
  return y;
}
