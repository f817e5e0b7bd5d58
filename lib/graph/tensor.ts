/**
 * Tensors of a graph: feature rows of one scan. They are float32 rows padded to whole vec4f, zero in the
 * padding, so that kernels load and store 16 bytes at a time.
 *
 * @module
 */
import type { Binding } from "../gpu/mod.ts";

/** Channels rounded up to a multiple of four: the width of a stored row. */
export function paddedChannels(channels: number): number {
  return Math.ceil(channels / 4) * 4;
}

/** A [rows][channels] tensor, either placed by the planner or standing in a buffer of somebody else's. */
export class Tensor {
  readonly label: string;
  readonly rows: number;
  readonly channels: number;
  /** Set for tensors whose storage is not the plan's: inputs, parameters, index lists. */
  readonly binding: Binding | null;
  /** True where a gradient with respect to this tensor is wanted. */
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

  /** vec4f of a stored row. */
  get quads(): number {
    return this.width / 4;
  }

  /** Bytes of all rows. */
  get bytes(): number {
    return this.rows * this.width * 4;
  }
}
