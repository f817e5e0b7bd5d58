/**
 * What a teacher says of one photograph: one feature a map cell, as rows on the GPU in the layout that all
 * feature rows of this program have.
 *
 * @module
 */
import { teacherRepack } from "../../kernels/pairing.ts";
import type { GpuBuffer, Launch } from "../gpu/mod.ts";
import { workgroups } from "../sparse/words.ts";
import type { TeacherCard } from "./card.ts";

/** Features of a photograph. The whole map covers the whole photograph; `lib/pairing/sampling.ts` says how. Owns its buffer. */
export class FeatureMap implements Disposable {
  constructor(
    readonly rows: number,
    readonly cols: number,
    /** Width of a feature, D. */
    readonly channels: number,
    /** f32 [rows * cols][D padded to 4], zero in the padding. */
    readonly buffer: GpuBuffer,
  ) {}

  destroy(): void {
    this.buffer.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** How a model's output lies in memory: element (channel, cell) at offset + channel * channelStride + cell * cellStride. */
export interface OutputLayout {
  rows: number;
  cols: number;
  offset: number;
  channelStride: number;
  cellStride: number;
}

/**
 * Checks an output's shape against the card.
 *
 * @param input size of the resized photograph, pixels.
 * @throws {TypeError} naming the output, its shape and the one that the card promises.
 */
export function outputLayout(
  card: TeacherCard,
  dims: readonly number[],
  input: { width: number; height: number },
): OutputLayout {
  const wrong = (expected: string) =>
    new TypeError(
      `Cannot use output "${card.outputName}" of teacher ${card.id}: its shape is [${
        dims.join(", ")
      }], the card says [${expected}]`,
    );
  if (card.outputForm === "map") {
    const [batch, channels, rows, cols] = dims;
    if (dims.length !== 4 || batch !== 1 || channels !== card.width || rows! < 1 || cols! < 1) {
      throw wrong(`1, ${card.width}, rows, columns`);
    }
    return { rows: rows!, cols: cols!, offset: 0, channelStride: rows! * cols!, cellStride: 1 };
  }
  const rows = input.height / card.patch;
  const cols = input.width / card.patch;
  const tokens = card.prefixTokens + rows * cols;
  if (dims.length !== 3 || dims[0] !== 1 || dims[1] !== tokens || dims[2] !== card.width) {
    throw wrong(`1, ${tokens}, ${card.width}`);
  }
  return {
    rows,
    cols,
    offset: card.prefixTokens * card.width,
    channelStride: 1,
    cellStride: card.width,
  };
}

/** Launch that brings a model's output `x` into feature rows `y`. */
export function repack<B>(x: B, y: B, layout: OutputLayout, channels: number): Launch<B> {
  const cells = layout.rows * layout.cols;
  const columns = Math.ceil(channels / 4);
  return {
    kernel: teacherRepack,
    params: [cells, channels, columns, layout.offset, layout.channelStride, layout.cellStride],
    bindings: [x, y],
    workgroups: workgroups(cells * columns),
  };
}

/** {@link repack} in plain TypeScript. */
export function repackReference(
  x: ArrayLike<number>,
  layout: OutputLayout,
  channels: number,
): Float32Array {
  const cells = layout.rows * layout.cols;
  const width = Math.ceil(channels / 4) * 4;
  const y = new Float32Array(cells * width);
  for (let cell = 0; cell < cells; cell++) {
    for (let k = 0; k < channels; k++) {
      y[cell * width + k] = x[layout.offset + k * layout.channelStride + cell * layout.cellStride]!;
    }
  }
  return y;
}
