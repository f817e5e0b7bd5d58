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
  /** What it is; `statistic` is a running mean or variance, which has no gradient. */
  readonly kind: "kernel" | "bias" | "scale" | "shift" | "statistic";
  /** [K, Cin, Cout] or [Cin, Cout] for kernels, [1, C] for biases, [C] for the rest. */
  readonly shape: readonly number[];
}

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Float32 words that an entry takes on the GPU: kernels are packed, other entries padded to a multiple of four. */
export function storedLength({ kind, shape }: ParameterSpec): number {
  return kind === "kernel" ? packedLength(shape) : paddedChannels(shape.at(-1)!);
}

/** Rows and channels of an entry on the GPU; the rows of a kernel are its 4x4 blocks. */
export function storedShape(spec: ParameterSpec): [rows: number, channels: number] {
  if (spec.kind !== "kernel") return [1, spec.shape.at(-1)!];
  return [storedLength(spec) / 16, 16];
}
