/**
 * LitePT (Yue et al. 2026, arXiv 2512.13689; github.com/prs-eth/LitePT): Point Transformer V3 with convolutions alone in the
 * fine stages and attention alone in the coarse ones, where rotations by place (PointROPE) stand for the convolutions that
 * are left out. The decoder has no blocks. The names are those of its state dicts, with `.kernel` instead of `.weight` where
 * a layer is a matrix.
 *
 * As for Point Transformers, orders are never shuffled; the original shuffles them in every pooling. A block that attends begins with
 * a norm that nothing is added to, as in the original.
 *
 * @module
 */
import type { KernelMapSpec, SerializationOrder } from "../../sparse/mod.ts";
import type { Network } from "../network.ts";
import type { FeatureRows, HeadRotation, LayerGraph, NetworkLayers } from "../network_layers.ts";
import type { ParameterSpec } from "../parameter_spec.ts";

/** A stage of the encoder. */
export interface LitePTStage {
  /** Blocks. */
  readonly depth: number;
  /** Channels. */
  readonly channels: number;
  /** Heads of the attention; null where the blocks are convolutions. */
  readonly heads: number | null;
}

/** How members of the family differ. */
export interface LitePTShape {
  /** Input channels. */
  readonly inChannels: number;
  /** The encoder's stages from the finest one; each after the first halves the resolution. */
  readonly encoder: readonly LitePTStage[];
  /** Channels of the decoder's stages from the finest one, one less. */
  readonly decoder: readonly number[];
  /** The orders of voxels that blocks take one after the other. */
  readonly orders: readonly SerializationOrder[];
  /** Voxels of a patch. */
  readonly patch: number;
  /** Hidden channels of a block's perceptron for each of its channels. */
  readonly mlpRatio: number;
  /** What the angles of an axis fall by. */
  readonly rotationBase: number;
}

/** What batch norm adds to the variance. */
const EPSILON = 1e-3;

/** Members by name: the small one, of 12.7 million parameters. */
export const LITEPTS: Readonly<Record<string, Omit<LitePTShape, "inChannels">>> = {
  "litept-s": {
    encoder: [
      { depth: 2, channels: 36, heads: null },
      { depth: 2, channels: 72, heads: null },
      { depth: 2, channels: 144, heads: null },
      { depth: 6, channels: 252, heads: 14 },
      { depth: 2, channels: 504, heads: 28 },
    ],
    decoder: [72, 72, 144, 252],
    orders: ["z", "z-trans", "hilbert", "hilbert-trans"],
    patch: 1024,
    mlpRatio: 4,
    rotationBase: 100,
  },
};

/** Makes a member of the family. */
export function litePT(shape: LitePTShape): Network {
  const { encoder, decoder, orders, patch, rotationBase } = shape;
  return {
    engine: "pointcept",
    inChannels: shape.inChannels,
    featureChannels: decoder[0]!,
    depth: encoder.length - 1,
    hasBatchNorm: true,
    epsilon: EPSILON,
    serialization: {
      orders,
      parents: "coordinates",
      patches: encoder.map(({ heads }) => heads === null ? [] : [patch]),
      rotations: encoder.map((stage) => rotationOf(stage, rotationBase)),
    },
    maps: () => kernelMaps(shape),
    parameters: () => parameters(shape),
    emit: (graph, layers, x) => emit(shape, graph, layers, x),
  };
}

function rotationOf({ channels, heads }: LitePTStage, base: number): HeadRotation | null {
  return heads === null ? null : { pairs: channels / heads / 6, base };
}

function kernelMaps({ encoder }: LitePTShape): KernelMapSpec[] {
  const maps: KernelMapSpec[] = [{ kernelSize: 5, stride: 1, dilation: 1, from: 0 }];
  encoder.forEach(({ heads }, from) => {
    if (heads === null) maps.push({ kernelSize: 3, stride: 1, dilation: 1, from });
  });
  return maps;
}

function parameters({ inChannels, encoder, decoder, mlpRatio }: LitePTShape): ParameterSpec[] {
  const specs: ParameterSpec[] = [];
  const entry = (name: string, kind: ParameterSpec["kind"], ...sizes: number[]) =>
    specs.push({ name, part: "backbone", kind, shape: sizes });
  const linear = (name: string, cin: number, cout: number) => {
    entry(`${name}.kernel`, "kernel", cin, cout);
    entry(`${name}.bias`, "bias", 1, cout);
  };
  const layerNorm = (name: string, channels: number) => {
    entry(`${name}.weight`, "scale", channels);
    entry(`${name}.bias`, "shift", channels);
  };
  const batchNorm = (name: string, channels: number) => {
    layerNorm(name, channels);
    entry(`${name}.running_mean`, "statistic", channels);
    entry(`${name}.running_var`, "statistic", channels);
  };
  const first = encoder[0]!.channels;
  entry("embedding.stem.conv.kernel", "kernel", 125, inChannels, first);
  batchNorm("embedding.stem.norm", first);
  encoder.forEach(({ depth, channels, heads }, s) => {
    if (s > 0) {
      linear(`enc.enc${s}.down.proj`, encoder[s - 1]!.channels, channels);
      batchNorm(`enc.enc${s}.down.norm.0`, channels);
    }
    for (let i = 0; i < depth; i++) {
      const name = `enc.enc${s}.block${i}`;
      if (heads === null) {
        entry(`${name}.conv.0.kernel`, "kernel", 27, channels, channels);
        entry(`${name}.conv.0.bias`, "bias", 1, channels);
        linear(`${name}.conv.1`, channels, channels);
        layerNorm(`${name}.conv.2`, channels);
        continue;
      }
      layerNorm(`${name}.norm0.0`, channels);
      layerNorm(`${name}.norm1.0`, channels);
      linear(`${name}.attn.qkv`, channels, 3 * channels);
      linear(`${name}.attn.proj`, channels, channels);
      layerNorm(`${name}.norm2.0`, channels);
      linear(`${name}.mlp.0.fc1`, channels, Math.trunc(channels * mlpRatio));
      linear(`${name}.mlp.0.fc2`, Math.trunc(channels * mlpRatio), channels);
    }
  });
  for (let s = decoder.length - 1; s >= 0; s--) {
    const coarse = decoder[s + 1] ?? encoder[s + 1]!.channels;
    for (const [name, cin] of [["proj", coarse], ["proj_skip", encoder[s]!.channels]] as const) {
      linear(`dec.dec${s}.up.${name}.0`, cin, decoder[s]!);
      batchNorm(`dec.dec${s}.up.${name}.1`, decoder[s]!);
    }
  }
  return specs;
}

function emit<G extends LayerGraph, T extends FeatureRows>(
  { encoder, decoder, orders, patch, rotationBase }: LitePTShape,
  graph: G,
  layers: NetworkLayers<G, T>,
  x: T,
): T {
  const activated = (y: T, name: string) => layers.gelu(graph, layers.norm(graph, y, name), name);
  const convolution = (y: T, name: string, level: number) => {
    const convolved = layers.conv(graph, y, `${name}.conv.0`, 3, level);
    const mixed = layers.linear(graph, convolved, `${name}.conv.1`);
    return layers.sum(graph, y, layers.layerNorm(graph, mixed, `${name}.conv.2`), name);
  };
  const attention = (input: T, name: string, level: number, heads: number, order: number) => {
    let y = layers.layerNorm(graph, input, `${name}.norm0.0`);
    const normed = layers.layerNorm(graph, y, `${name}.norm1.0`);
    const qkv = layers.linear(graph, normed, `${name}.attn.qkv`);
    const rotation = rotationOf(encoder[level]!, rotationBase);
    const place = { heads, patch, level, order, relativePositions: false, rotation };
    const attended = layers.attention(graph, qkv, `${name}.attn`, place);
    y = layers.sum(graph, y, layers.linear(graph, attended, `${name}.attn.proj`), name);
    const wide = layers.layerNorm(graph, y, `${name}.norm2.0`);
    const hidden = layers.gelu(graph, layers.linear(graph, wide, `${name}.mlp.0.fc1`), name);
    return layers.sum(graph, y, layers.linear(graph, hidden, `${name}.mlp.0.fc2`), name);
  };

  let y = activated(layers.conv(graph, x, "embedding.stem.conv", 5, 0), "embedding.stem.norm");
  const skips: T[] = [];
  encoder.forEach(({ depth, heads }, level) => {
    const stage = `enc.enc${level}`;
    if (level > 0) {
      skips.push(y);
      y = layers.pool(graph, layers.linear(graph, y, `${stage}.down.proj`), level - 1);
      y = activated(y, `${stage}.down.norm.0`);
    }
    for (let i = 0; i < depth; i++) {
      const name = `${stage}.block${i}`;
      y = heads === null
        ? convolution(y, name, level)
        : attention(y, name, level, heads, i % orders.length);
    }
  });
  for (let level = decoder.length - 1; level >= 0; level--) {
    const up = `dec.dec${level}.up`;
    const coarse = activated(layers.linear(graph, y, `${up}.proj.0`), `${up}.proj.1`);
    const skip = layers.linear(graph, skips[level]!, `${up}.proj_skip.0`);
    const fine = activated(skip, `${up}.proj_skip.1`);
    y = layers.sum(graph, fine, layers.unpool(graph, coarse, level), up);
  }
  return y;
}
