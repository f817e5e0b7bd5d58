/**
 * The entries of a network's state dict: their names, parts, kinds and shapes, and the form in which they are stored on
 * the GPU.
 *
 * @module
 */
import { paddedChannels } from "../graph/tensor.ts";
import { packedLength } from "./packing.ts";

/** The parts of a student, in the order in which they are stored. */
export const PARTS = ["backbone", "classes", "distillation", "probe", "reconstruction"] as const;

/**
 * The part of a student that an entry belongs to: the backbone ψ, the class head ρ_Y, the distillation head ρ_2D, the 2D
 * probe, or the reconstruction head.
 */
export type Part = typeof PARTS[number];

/** One entry of a network's state dict. */
export interface ParameterSpec {
  /** Key in the state dict. */
  readonly name: string;
  /** The part that it belongs to. */
  readonly part: Part;
  /**
   * What it is. `scale` and `shift` belong to norm layers; `statistic` is a running mean or variance, which has no gradient;
   * a Point Transformer may have a `table` of positions, a `layer scale` for each branch, and a `token` for masked voxels.
   */
  readonly kind:
    | "kernel"
    | "bias"
    | "scale"
    | "shift"
    | "statistic"
    | "table"
    | "layer scale"
    | "token";
  /** [K, Cin, Cout] or [Cin, Cout] for kernels, [rows, C] for tables, [1, C] for biases and tokens, [C] for the rest. */
  readonly shape: readonly number[];
}

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Float32 words that an entry takes on the GPU: kernels are packed, the rows of other entries padded to whole vec4f. */
export function storedLength(spec: ParameterSpec): number {
  if (spec.kind === "kernel") return packedLength(spec.shape);
  const [rows, channels] = storedShape(spec);
  return rows * paddedChannels(channels);
}

/** Rows and channels of an entry on the GPU; the rows of a kernel are its 4x4 blocks. */
export function storedShape(spec: ParameterSpec): [rows: number, channels: number] {
  const { kind, shape } = spec;
  if (kind === "kernel") return [packedLength(shape) / 16, 16];
  return [sizeOf(shape) / shape.at(-1)!, shape.at(-1)!];
}
