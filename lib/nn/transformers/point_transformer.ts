/**
 * Point Transformer V3 (Wu et al. 2024, arXiv 2312.10035): voxels are put in the order of a space-filling curve, which is
 * cut into patches; attention runs within a patch, and each block follows another curve. Two versions are built, by
 * Pointcept's names: PT-v3m1, whose weights are published for ScanNet, S3DIS and nuScenes, and PT-v3m2, the encoder of
 * Sonata (arXiv 2503.16429) and Concerto (arXiv 2510.23607). PT-v3m1 has two data flows (`convolved`), since Pointcept mended
 * its blocks after the published weights were trained. The names are those of Pointcept's state dicts, with `.kernel`
 * instead of `.weight` where a layer is a matrix, since kernels are kept in MinkowskiEngine's layout.
 *
 * @module
 */
import type { KernelMapSpec, SerializationOrder } from "../../sparse/mod.ts";
import type { Network } from "../network.ts";
import type { FeatureRows, LayerGraph, NetworkLayers } from "../network_layers.ts";
import type { ParameterSpec } from "../parameter_spec.ts";

/** Sizes of the encoder or of the decoder, by stage from the finest one. */
export interface PointTransformerStages {
  /** Blocks. */
  readonly depths: readonly number[];
  /** Channels. */
  readonly channels: readonly number[];
  /** Heads of the attention. */
  readonly heads: readonly number[];
  /** Voxels of a patch. */
  readonly patches: readonly number[];
}

/** How the members of the family differ. */
export interface PointTransformerShape {
  /** Which of Pointcept's two versions it is. */
  readonly version: "m1" | "m2";
  /**
   * What the convolution of a block reads where another block stands before it in its stage: `sum`, what that block gives
   * out, or `branch`, what its perceptron adds to that. The latter is what Pointcept did up to v1.5.1: its `Block.forward`
   * dropped the result of `sparse_conv_feat.replace_feature` (issue 161; mended in PointTransformerV3 by commit 13dfa65).
   * Weights that were trained by one are of no use to the other: those of ScanNet fall from 77.6 to 19.8 mIoU (issue 419).
   */
  readonly convolved: "sum" | "branch";
  /** Input channels. */
  readonly inChannels: number;
  /** The encoder's stages; each after the first halves the resolution. */
  readonly encoder: PointTransformerStages;
  /** The decoder's stages, one less; null for the encoder alone, whose features are those of all stages side by side. */
  readonly decoder: PointTransformerStages | null;
  /** The orders of voxels that blocks take one after the other. */
  readonly orders: readonly SerializationOrder[];
  /** Hidden channels of a block's perceptron for each of its channels. */
  readonly mlpRatio: number;
  /** Whether queries, keys and values have a bias. */
  readonly qkvBias: boolean;
  /** Whether the scores have a bias by relative position, from a table. */
  readonly relativePositions: boolean;
  /** Whether the branches of a block are scaled channel by channel (LayerScale, arXiv 2103.17239; PT-v3m2 only). */
  readonly layerScale: boolean;
  /** Whether voxels that are masked in pretraining get a learned token after the stem (PT-v3m2 only). */
  readonly maskToken: boolean;
}

/** What batch norm adds to the variance in PT-v3m1. */
const EPSILON = 1e-3;

/** Makes a member of the family. */
export function pointTransformer(shape: PointTransformerShape): Network {
  const { encoder, decoder } = shape;
  const depth = encoder.depths.length - 1;
  return {
    engine: "pointcept",
    inChannels: shape.inChannels,
    featureChannels: decoder ? decoder.channels[0]! : encoder.channels.reduce((a, b) => a + b),
    depth,
    hasBatchNorm: shape.version === "m1",
    epsilon: EPSILON,
    serialization: {
      orders: shape.orders,
      parents: shape.version === "m1" ? "code" : "coordinates",
      patches: encoder.patches.map((
        patch,
        level,
      ) => [...new Set([patch, decoder?.patches[level] ?? patch])]),
      rotations: encoder.patches.map(() => null),
    },
    maps: () => kernelMaps(shape),
    parameters: () => parameters(shape),
    emit: (graph, layers, x) => emit(shape, graph, layers, x),
  };
}

function kernelMaps({ version, encoder }: PointTransformerShape): KernelMapSpec[] {
  const maps: KernelMapSpec[] = encoder.depths.map((_, level) => (
    { kernelSize: 3, stride: 1, dilation: 1, from: level }
  ));
  if (version === "m1") maps.unshift({ kernelSize: 5, stride: 1, dilation: 1, from: 0 });
  return maps;
}

/**
 * Half the rows of a position table for each axis: the farthest distance that it tells apart. The cube root is computed as
 * Pointcept does, in floating point: (4 · 16)^(1/3) is 3.9999999999999996, so patches of 16 have 7, not 8.
 */
function farthestPosition(patch: number): number {
  return Math.trunc((4 * patch) ** (1 / 3) * 2);
}

/** Rows of the position table of a patch size. */
export function positionRows(patch: number): number {
  return 3 * (2 * farthestPosition(patch) + 1);
}

function parameters(shape: PointTransformerShape): ParameterSpec[] {
  const { version, encoder, decoder } = shape;
  const specs: ParameterSpec[] = [];
  const entry = (name: string, kind: ParameterSpec["kind"], ...sizes: number[]) =>
    specs.push({ name, part: "backbone", kind, shape: sizes });
  const linear = (name: string, cin: number, cout: number, hasBias = true) => {
    entry(`${name}.kernel`, "kernel", cin, cout);
    if (hasBias) entry(`${name}.bias`, "bias", 1, cout);
  };
  const layerNorm = (name: string, channels: number) => {
    entry(`${name}.weight`, "scale", channels);
    entry(`${name}.bias`, "shift", channels);
  };
  /** The norm of stem, pooling and unpooling. */
  const norm = (name: string, channels: number) => {
    layerNorm(name, channels);
    if (version === "m2") return;
    entry(`${name}.running_mean`, "statistic", channels);
    entry(`${name}.running_var`, "statistic", channels);
  };
  const blocks = (
    stage: string,
    { depths, channels, heads, patches }: PointTransformerStages,
    s: number,
  ) => {
    const width = channels[s]!;
    for (let i = 0; i < depths[s]!; i++) {
      const name = `${stage}.block${i}`;
      entry(`${name}.cpe.0.kernel`, "kernel", 27, width, width);
      entry(`${name}.cpe.0.bias`, "bias", 1, width);
      linear(`${name}.cpe.1`, width, width);
      layerNorm(`${name}.cpe.2`, width);
      layerNorm(`${name}.norm1.0`, width);
      if (shape.layerScale) entry(`${name}.ls1.0.gamma`, "layer scale", width);
      linear(`${name}.attn.qkv`, width, 3 * width, shape.qkvBias);
      linear(`${name}.attn.proj`, width, width);
      if (shape.relativePositions) {
        entry(`${name}.attn.rpe.rpe_table`, "table", positionRows(patches[s]!), heads[s]!);
      }
      layerNorm(`${name}.norm2.0`, width);
      if (shape.layerScale) entry(`${name}.ls2.0.gamma`, "layer scale", width);
      const hidden = Math.trunc(width * shape.mlpRatio);
      linear(`${name}.mlp.0.fc1`, width, hidden);
      linear(`${name}.mlp.0.fc2`, hidden, width);
    }
  };
  const [first] = encoder.channels;
  if (version === "m1") {
    entry("embedding.stem.conv.kernel", "kernel", 125, shape.inChannels, first!);
  } else linear("embedding.stem.linear", shape.inChannels, first!);
  norm("embedding.stem.norm", first!);
  if (shape.maskToken) entry("embedding.mask_token", "token", 1, first!);
  encoder.channels.forEach((width, s) => {
    if (s > 0) {
      linear(`enc.enc${s}.down.proj`, encoder.channels[s - 1]!, width);
      norm(`enc.enc${s}.down.norm.0`, width);
    }
    blocks(`enc.enc${s}`, encoder, s);
  });
  for (let s = encoder.channels.length - 2; decoder && s >= 0; s--) {
    const coarse = decoder.channels[s + 1] ?? encoder.channels[s + 1]!;
    linear(`dec.dec${s}.up.proj.0`, coarse, decoder.channels[s]!);
    norm(`dec.dec${s}.up.proj.1`, decoder.channels[s]!);
    linear(`dec.dec${s}.up.proj_skip.0`, encoder.channels[s]!, decoder.channels[s]!);
    norm(`dec.dec${s}.up.proj_skip.1`, decoder.channels[s]!);
    blocks(`dec.dec${s}`, decoder, s);
  }
  return specs;
}

/** A block's place in the network. */
interface BlockPlace {
  /** Its name in the state dict. */
  readonly name: string;
  /** Level of its voxels. */
  readonly level: number;
  readonly heads: number;
  /** Number of the order that it attends along. */
  readonly order: number;
  /** Most voxels of a patch. */
  readonly patch: number;
}

function emit<G extends LayerGraph, T extends FeatureRows>(
  shape: PointTransformerShape,
  graph: G,
  layers: NetworkLayers<G, T>,
  x: T,
): T {
  const { version, encoder, decoder } = shape;
  /** The norm of stem, pooling and unpooling, and the activation after it. */
  const activated = (y: T, name: string) =>
    layers.gelu(
      graph,
      version === "m1" ? layers.norm(graph, y, name) : layers.layerNorm(graph, y, name),
      name,
    );
  const scaled = (branch: T, name: string) =>
    shape.layerScale ? layers.scale(graph, branch, name) : branch;
  /** @param seen what its convolution reads. */
  const block = (input: T, { name, level, heads, order, patch }: BlockPlace, seen: T) => {
    const convolved = layers.conv(graph, seen, `${name}.cpe.0`, 3, level);
    const position = layers.linear(graph, convolved, `${name}.cpe.1`);
    let y = layers.sum(graph, input, layers.layerNorm(graph, position, `${name}.cpe.2`), name);
    const qkv = layers.linear(
      graph,
      layers.layerNorm(graph, y, `${name}.norm1.0`),
      `${name}.attn.qkv`,
    );
    const attended = layers.attention(graph, qkv, `${name}.attn`, {
      heads,
      patch,
      level,
      order,
      relativePositions: shape.relativePositions,
      rotation: null,
    });
    const projected = layers.linear(graph, attended, `${name}.attn.proj`);
    y = layers.sum(graph, y, scaled(projected, `${name}.ls1`), name);
    const hidden = layers.linear(
      graph,
      layers.layerNorm(graph, y, `${name}.norm2.0`),
      `${name}.mlp.0.fc1`,
    );
    const mixed = layers.linear(graph, layers.gelu(graph, hidden, name), `${name}.mlp.0.fc2`);
    const branch = scaled(mixed, `${name}.ls2`);
    return { branch, sum: layers.sum(graph, y, branch, name) };
  };
  /** @param seen what the first block's convolution reads. */
  const blocks = (
    input: T,
    stage: string,
    { depths, heads, patches }: PointTransformerStages,
    level: number,
    seen = input,
  ) => {
    let y = input;
    let convolved = seen;
    for (let i = 0; i < depths[level]!; i++) {
      const place: BlockPlace = {
        name: `${stage}.block${i}`,
        level,
        heads: heads[level]!,
        order: i % shape.orders.length,
        patch: patches[level]!,
      };
      const result = block(y, place, convolved);
      y = result.sum;
      convolved = result[shape.convolved];
    }
    return y;
  };

  let y = version === "m1"
    ? layers.conv(graph, x, "embedding.stem.conv", 5, 0)
    : layers.linear(graph, x, "embedding.stem.linear");
  y = activated(y, "embedding.stem.norm");
  if (shape.maskToken) y = layers.masked(graph, y, "embedding.mask_token");
  const skips: T[] = [];
  for (let level = 0; level < encoder.depths.length; level++) {
    const stage = `enc.enc${level}`;
    if (level > 0) {
      skips.push(y);
      y = layers.pool(graph, layers.linear(graph, y, `${stage}.down.proj`), level - 1);
      y = activated(y, `${stage}.down.norm.0`);
    }
    y = blocks(y, stage, encoder, level);
  }
  for (let level = skips.length - 1; level >= 0; level--) {
    const skip = skips[level]!;
    if (!decoder) {
      y = layers.concatenate(graph, skip, layers.unpool(graph, y, level));
      continue;
    }
    const up = `dec.dec${level}.up`;
    const coarse = activated(layers.linear(graph, y, `${up}.proj.0`), `${up}.proj.1`);
    const fine = activated(layers.linear(graph, skip, `${up}.proj_skip.0`), `${up}.proj_skip.1`);
    y = layers.sum(graph, fine, layers.unpool(graph, coarse, level), up);
    // The decoder trap of PT-v3m1: the sparse tensor that the first convolution reads was never refreshed after the sum, so
    // it sees the skip connection alone (Pointcept's PointTransformerV3, issues 65 and 149), in every version of Pointcept.
    y = blocks(y, `dec.dec${level}`, decoder, level, version === "m1" ? fine : y);
  }
  return y;
}
