/**
 * Tensors of a graph: feature rows of one scan. They are float32 rows padded to whole vec4f with zeros, so that kernels
 * load and store 16 bytes at a time.
 *
 * @module
 */
import type { Binding } from "../gpu/mod.ts";

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
  readonly rows: number;
  /** Channels without padding. */
  readonly channels: number;
  /** Set for tensors that the plan does not store: inputs, parameters, index lists. */
  readonly binding: Binding | null;
  /** True where the gradient with respect to this tensor is needed. */
  readonly requiresGradient: boolean;

  constructor(
    label: string,
    rows: number,
    channels: number,
    options: { binding?: Binding; requiresGradient?: boolean } = {},
  ) {
    this.label = label;
    this.rows = rows;
    this.channels = channels;
    this.binding = options.binding ?? null;
    this.requiresGradient = options.requiresGradient ?? false;
  }

  /** Channels of a stored row. */
  get width(): number {
    return paddedChannels(this.channels);
  }

  /** Number of vec4f in a stored row. */
  get quads(): number {
    return this.width / 4;
  }

  /** Bytes of all rows. */
  get bytes(): number {
    return this.rows * this.width * 4;
  }
}
