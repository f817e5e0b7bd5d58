/**
 * The sparse residual U-Net, of which MinkUNet and SpUNet are families: a stem; four encoder stages, each a convolution
 * that halves the resolution and residual blocks; four decoder stages, each a convolution that doubles it, a skip
 * connection and residual blocks. A {@link UNetDialect} says how the families differ: by the names in the state dict, by
 * where an encoder stage widens, and by batch norm's epsilon.
 *
 * @module
 */
import type { KernelMapSpec } from "../sparse/mod.ts";
import type { Network } from "./network.ts";
import type { FeatureRows, LayerGraph, NetworkLayers } from "./network_layers.ts";
import type { ParameterSpec } from "./parameter_spec.ts";

/** One number for each of the four encoder and four decoder stages, in the order of the forward pass. */
export type Stages = readonly [number, number, number, number, number, number, number, number];

/** How the members of a family differ. */
export interface UNetShape {
  /** Input channels. */
  readonly inChannels: number;
  /** Channels of the stem. */
  readonly stem: number;
  /** Edge of the stem's kernel, odd. */
  readonly stemKernel: number;
  /** Channels of the stages. */
  readonly planes: Stages;
  /** Residual blocks of each stage. */
  readonly layers: Stages;
}

/** State-dict prefixes of a convolution and of the batch norm after it. */
export interface NormedNames {
  readonly conv: string;
  readonly norm: string;
}

/** Names of a residual block's layers. Only a block that changes the number of channels has a projection. */
export interface BlockNames {
  readonly first: NormedNames;
  readonly second: NormedNames;
  readonly projection: NormedNames;
}

/** How the families differ. Stages count from 0, as in {@link Stages}. */
export interface UNetDialect {
  /** The engine whose checkpoints have its original names. */
  readonly engine: Network["engine"];
  /** What batch norm adds to the variance. */
  readonly epsilon: number;
  /** Whether the halving convolution widens to its stage's channels; otherwise the stage's first block does. */
  readonly widensOnTheWayDown: boolean;
  /** Names of the stem. */
  readonly stem: NormedNames;
  /** Names of the convolution that leads into a stage: halving for 0 to 3, doubling for 4 to 7. */
  into(stage: number): NormedNames;
  /** Names of a residual block of a stage. */
  block(stage: number, index: number): BlockNames;
}

/** Number of encoder stages, and of decoder stages. */
const DEPTH = 4;

/** Makes a member of a family. */
export function residualUNet(shape: UNetShape, dialect: UNetDialect): Network {
  return {
    engine: dialect.engine,
    inChannels: shape.inChannels,
    featureChannels: shape.planes[7],
    depth: DEPTH,
    hasBatchNorm: true,
    epsilon: dialect.epsilon,
    serialization: null,
    maps: () => kernelMaps(shape),
    parameters: () => parameters(shape, dialect),
    emit: (graph, layers, x) => emit(shape, dialect, graph, layers, x),
  };
}

function kernelMaps(shape: UNetShape): KernelMapSpec[] {
  const maps: KernelMapSpec[] = [
    { kernelSize: shape.stemKernel, stride: 1, dilation: 1, from: 0 },
  ];
  for (let level = 0; level <= DEPTH; level++) {
    maps.push({ kernelSize: 3, stride: 1, dilation: 1, from: level });
    if (level < DEPTH) maps.push({ kernelSize: 2, stride: 2, dilation: 1, from: level });
  }
  return maps;
}

function parameters(shape: UNetShape, dialect: UNetDialect): ParameterSpec[] {
  const specs: ParameterSpec[] = [];
  const layer = ({ conv, norm }: NormedNames, ...kernel: number[]) => {
    specs.push({ name: `${conv}.kernel`, part: "backbone", kind: "kernel", shape: kernel });
    const entry = (key: string, kind: ParameterSpec["kind"]) =>
      specs.push({ name: `${norm}.${key}`, part: "backbone", kind, shape: [kernel.at(-1)!] });
    entry("weight", "scale");
    entry("bias", "shift");
    entry("running_mean", "statistic");
    entry("running_var", "statistic");
  };
  const blocks = (stage: number, cin: number, cout: number) => {
    for (let i = 0; i < shape.layers[stage]!; i++) {
      const { first, second, projection } = dialect.block(stage, i);
      const inputs = i === 0 ? cin : cout;
      layer(first, 27, inputs, cout);
      layer(second, 27, cout, cout);
      if (inputs !== cout) layer(projection, inputs, cout);
    }
  };
  const { planes, stem } = shape;
  layer(dialect.stem, shape.stemKernel ** 3, shape.inChannels, stem);
  let channels = stem;
  for (let stage = 0; stage < 2 * DEPTH; stage++) {
    const isDown = stage < DEPTH;
    const led = isDown && !dialect.widensOnTheWayDown ? channels : planes[stage]!;
    layer(dialect.into(stage), 8, channels, led);
    blocks(stage, led + (isDown ? 0 : skipChannels(shape, stage)), planes[stage]!);
    channels = planes[stage]!;
  }
  return specs;
}

/** Channels of the skip connection into a decoder stage. */
function skipChannels({ planes, stem }: UNetShape, stage: number): number {
  return stage === 7 ? stem : planes[6 - stage]!;
}

function emit<G extends LayerGraph, T extends FeatureRows>(
  shape: UNetShape,
  dialect: UNetDialect,
  graph: G,
  layers: NetworkLayers<G, T>,
  x: T,
): T {
  const normRelu = (input: T, { norm }: NormedNames) =>
    layers.norm(graph, input, norm, { relu: true });
  const block = (
    input: T,
    { first, second, projection }: BlockNames,
    level: number,
    channels: number,
  ) => {
    const inner = normRelu(layers.conv(graph, input, first.conv, 3, level), first);
    const outer = layers.conv(graph, inner, second.conv, 3, level);
    const residual = input.channels !== channels
      ? layers.norm(graph, layers.linear(graph, input, projection.conv), projection.norm)
      : input;
    return layers.norm(graph, outer, second.norm, { relu: true, residual });
  };
  const blocks = (input: T, stage: number, level: number): T => {
    let y = input;
    for (let i = 0; i < shape.layers[stage]!; i++) {
      y = block(y, dialect.block(stage, i), level, shape.planes[stage]!);
    }
    return y;
  };

  // Only the finest rows are stored in float16. There are few others, and batch statistics over few rows magnify rounding.
  const stored = (level: number) => level === 0 ? graph.precision : "f32";
  const { stem } = dialect;
  let y = normRelu(layers.conv(graph, x, stem.conv, shape.stemKernel, 0, stored(0)), stem);
  const skips: T[] = [];
  for (let level = 0; level < DEPTH; level++) {
    skips.push(y);
    const into = dialect.into(level);
    const halved = layers.down(graph, y, into.conv, level, stored(level + 1));
    y = blocks(normRelu(halved, into), level, level + 1);
  }
  for (let level = DEPTH - 1; level >= 0; level--) {
    const stage = 2 * DEPTH - 1 - level;
    const into = dialect.into(stage);
    const up = normRelu(layers.up(graph, y, into.conv, level, stored(level)), into);
    y = blocks(layers.concatenate(graph, up, skips[level]!), stage, level);
  }
  return y;
}
