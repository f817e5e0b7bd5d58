/**
 * What a network is written in: layers by name, over rows of features. The code of a network does not know what becomes of
 * them: launches of a graph (`Layers`), or nodes of an ONNX file (`lib/export`).
 *
 * @module
 */
import type { RowPrecision } from "../gpu/mod.ts";

/** Rows of features, one for each voxel of a level. */
export interface FeatureRows {
  /** Numbers in a row. */
  readonly channels: number;
}

/** What layers are recorded in. */
export interface LayerGraph {
  /** How networks that can store their feature rows in either precision are to store them. */
  readonly precision: RowPrecision;
}

/** Which patches a block attends in. */
export interface PatchPlace {
  /** Level of the voxels. */
  readonly level: number;
  /** Number of the order that they are lined up in. */
  readonly order: number;
  /** Most voxels of a patch. */
  readonly patch: number;
}

/** How queries and keys are rotated by the place of their voxel. */
export interface HeadRotation {
  /** Angles of an axis: a sixth of a head's channels. */
  readonly pairs: number;
  /** What an angle falls by from the first to behind the last. */
  readonly base: number;
}

/** How a block attends. */
export interface AttentionPlace extends PatchPlace {
  /** Heads, side by side in the channels. */
  readonly heads: number;
  /** Whether the scores have a bias by relative position. */
  readonly relativePositions: boolean;
  /** How queries and keys are rotated by the place of their voxel (PointROPE); null where they are not. */
  readonly rotation: HeadRotation | null;
}

/** What follows a batch norm: y = relu(norm + residual). */
export interface NormTail<T> {
  /** Added to the norm; nothing by default. */
  readonly residual?: T;
  /** Whether max(·, 0) is taken of the result; false by default. */
  readonly relu?: boolean;
}

/** The layers of a network. Names are those of the state dict. */
export interface NetworkLayers<G, T> {
  /** A convolution of stride 1, from the voxels of `level` to the same voxels. */
  conv(
    graph: G,
    x: T,
    name: string,
    kernelSize: number,
    level: number,
    precision?: RowPrecision,
  ): T;
  /** A convolution of kernel and stride 2, from `level` to the next coarser level. */
  down(graph: G, x: T, name: string, level: number, precision?: RowPrecision): T;
  /** The transposed convolution of `down`, back to the voxels of `level`. */
  up(graph: G, x: T, name: string, level: number, precision?: RowPrecision): T;
  /** A linear layer, with a bias where the network has one. */
  linear(graph: G, x: T, name: string): T;
  /** A linear layer whose rows are read from outside the network. */
  head(graph: G, x: T, name: string): T;
  /** The batch norm whose entries begin with `name`, and what follows it. */
  norm(graph: G, x: T, name: string, tail?: NormTail<T>): T;
  /** The layer norm whose entries begin with `name`. */
  layerNorm(graph: G, x: T, name: string): T;
  /** GELU. */
  gelu(graph: G, x: T, name: string): T;
  /** The residual sum of two tensors. */
  sum(graph: G, a: T, b: T, name: string): T;
  /** Both tensors side by side, a first. */
  concatenate(graph: G, a: T, b: T): T;
  /** Attention within patches: queries, keys and values side by side -> [voxels][channels]. */
  attention(graph: G, qkv: T, name: string, place: AttentionPlace): T;
  /** The largest value of the voxels of `level` that become one on the next coarser level. */
  pool(graph: G, x: T, level: number): T;
  /** The reverse of `pool`: every voxel of `level` takes the row of the coarser voxel that it is in. */
  unpool(graph: G, x: T, level: number): T;
  /** LayerScale, whose factors are called `name.0.gamma`. */
  scale(graph: G, x: T, name: string): T;
  /** The token that stands in the place of masked voxels; without a mask the voxels stay as they are. */
  masked(graph: G, x: T, name: string): T;
}
