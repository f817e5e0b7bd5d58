/**
 * Tensors of a graph: feature rows of one scan. Rows are padded to whole quads of channels with zeros, so that kernels
 * load and store a quad at a time: 16 bytes in float32, 8 in float16.
 *
 * @module
 */
import type { Binding, RowPrecision } from "../gpu/mod.ts";

/**
 * Channels rounded up to a multiple of four: the width of a stored row.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([1, 3, 4, 13].map(paddedChannels), [4, 4, 4, 16]);
 * ```
 */
export function paddedChannels(channels: number): number {
  return Math.ceil(channels / 4) * 4;
}

/** A [rows][channels] tensor. The planner places it, unless it is bound to a buffer that somebody else owns. */
export class Tensor {
  /** Its name in messages. */
  readonly label: string;
  /** Number of rows. */
  readonly rows: number;
  /** Channels without padding. */
  readonly channels: number;
  /** Set for tensors that the plan does not store: inputs, parameters, index lists. */
  readonly binding: Binding | null;
  /** How its numbers are stored. */
  readonly precision: RowPrecision;
  /** True where the gradient with respect to this tensor is needed. */
  readonly requiresGradient: boolean;

  /** Describes a tensor; it has no memory before a plan is made. */
  constructor(
    label: string,
    rows: number,
    channels: number,
    options: { binding?: Binding; precision?: RowPrecision; requiresGradient?: boolean } = {},
  ) {
    this.label = label;
    this.rows = rows;
    this.channels = channels;
    this.binding = options.binding ?? null;
    this.precision = options.precision ?? "f32";
    this.requiresGradient = options.requiresGradient ?? false;
  }

  /** Channels of a stored row. */
  get width(): number {
    return paddedChannels(this.channels);
  }

  /** Number of quads in a stored row. */
  get quads(): number {
    return this.width / 4;
  }

  /** Number of quads in all rows. */
  get allQuads(): number {
    return this.rows * this.quads;
  }

  /** Bytes of all rows. */
  get bytes(): number {
    return this.allQuads * (this.precision === "f16" ? 8 : 16);
  }
}
