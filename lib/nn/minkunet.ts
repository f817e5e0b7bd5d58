/**
 * The MinkUNet family: a sparse 3D U-Net of residual blocks (Choy, Gwak & Savarese 2019, and
 * MinkowskiEngine's `examples/minkunet.py`), by table. The names are those of its state dict.
 *
 * @module
 */
import type { Graph } from "../graph/graph.ts";
import { relu } from "../graph/ops/activation.ts";
import { add } from "../graph/ops/add.ts";
import { concatenate } from "../graph/ops/concatenation.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { KernelMapSpec } from "../sparse/mod.ts";
import type { Layers } from "./layers.ts";
import type { ParameterSpec } from "./parameters.ts";

/** What tells one member of the family from another. */
export interface MinkUNetShape {
  readonly inChannels: number;
  /** Channels of the stem. */
  readonly stem: number;
  /** Edge of the stem's kernel, odd. */
  readonly stemKernel: number;
  /** Channels of the four encoder and four decoder stages. */
  readonly planes: readonly [number, number, number, number, number, number, number, number];
  /** Residual blocks of each stage. */
  readonly layers: readonly [number, number, number, number, number, number, number, number];
}

type Eight = MinkUNetShape["planes"];

const PLANES = {
  base: [32, 64, 128, 256, 256, 128, 96, 96],
  A: [32, 64, 128, 256, 128, 128, 96, 96],
  B: [32, 64, 128, 256, 128, 128, 128, 128],
  C: [32, 64, 128, 256, 192, 192, 128, 128],
  D: [32, 64, 128, 256, 384, 384, 384, 384],
} as const;
const LAYERS_14 = [1, 1, 1, 1, 1, 1, 1, 1] as const;
const LAYERS_18 = [2, 2, 2, 2, 2, 2, 2, 2] as const;
const LAYERS_34 = [2, 3, 4, 6, 2, 2, 2, 2] as const;

function member(planes: Eight, layers: Eight): Omit<MinkUNetShape, "inChannels"> {
  return { stem: 32, stemKernel: 5, planes, layers };
}

/** Members by MinkowskiEngine's names, and the small one that this project ships a student for. */
export const MINKUNETS: Readonly<Record<string, Omit<MinkUNetShape, "inChannels">>> = {
  MinkUNet14: member(PLANES.base, LAYERS_14),
  MinkUNet14A: member(PLANES.A, LAYERS_14),
  MinkUNet14B: member(PLANES.B, LAYERS_14),
  MinkUNet14C: member(PLANES.C, LAYERS_14),
  MinkUNet14D: member(PLANES.D, LAYERS_14),
  MinkUNet18: member(PLANES.base, LAYERS_18),
  MinkUNet18A: member(PLANES.A, LAYERS_18),
  MinkUNet18B: member(PLANES.B, LAYERS_18),
  MinkUNet18D: member(PLANES.D, LAYERS_18),
  MinkUNet34: member(PLANES.base, LAYERS_34),
  MinkUNet34A: member([32, 64, 128, 256, 256, 128, 64, 64], LAYERS_34),
  MinkUNet34B: member([32, 64, 128, 256, 256, 128, 64, 32], LAYERS_34),
  MinkUNet34C: member(PLANES.base, LAYERS_34),
  MinkUNet14Slim: {
    stem: 16,
    stemKernel: 3,
    planes: [16, 32, 48, 64, 64, 48, 32, 48],
    layers: LAYERS_14,
  },
};

/** Levels of the pyramid that a MinkUNet walks: tensor strides 1 to 16. */
export const MINKUNET_DEPTH = 4;

const UP_NAMES = ["convtr4p16s2", "convtr5p8s2", "convtr6p4s2", "convtr7p2s2"] as const;
const DOWN_NAMES = ["conv1p1s2", "conv2p2s2", "conv3p4s2", "conv4p8s2"] as const;

/** Channels of the feature that the heads read. */
export function featureChannels(shape: MinkUNetShape): number {
  return shape.planes[7];
}

/** The kernel maps that a MinkUNet needs, for one batched build. */
export function minkUNetMaps(shape: MinkUNetShape): KernelMapSpec[] {
  const maps: KernelMapSpec[] = [
    { kernelSize: shape.stemKernel, stride: 1, dilation: 1, from: 0 },
  ];
  for (let level = 0; level <= MINKUNET_DEPTH; level++) {
    maps.push({ kernelSize: 3, stride: 1, dilation: 1, from: level });
    if (level < MINKUNET_DEPTH) maps.push({ kernelSize: 2, stride: 2, dilation: 1, from: level });
  }
  return maps;
}

/** State-dict entries of the backbone, in MinkowskiEngine's order. */
export function minkUNetParameters(shape: MinkUNetShape): ParameterSpec[] {
  const specs: ParameterSpec[] = [];
  const kernel = (name: string, ...sizes: number[]) =>
    specs.push({ name: `${name}.kernel`, part: "backbone", kind: "kernel", shape: sizes });
  const norm = (name: string, channels: number) => {
    const entry = (key: string, kind: ParameterSpec["kind"]) =>
      specs.push({ name: `${name}.bn.${key}`, part: "backbone", kind, shape: [channels] });
    entry("weight", "scale");
    entry("bias", "shift");
    entry("running_mean", "statistic");
    entry("running_var", "statistic");
  };
  const stage = (index: number, cin: number, cout: number) => {
    for (let i = 0; i < shape.layers[index]!; i++) {
      const name = `block${index + 1}.${i}`;
      const first = i === 0 ? cin : cout;
      kernel(`${name}.conv1`, 27, first, cout);
      norm(`${name}.norm1`, cout);
      kernel(`${name}.conv2`, 27, cout, cout);
      norm(`${name}.norm2`, cout);
      if (first !== cout) {
        kernel(`${name}.downsample.0`, first, cout);
        norm(`${name}.downsample.1`, cout);
      }
    }
  };
  const { planes, stem } = shape;
  kernel("conv0p1s1", shape.stemKernel ** 3, shape.inChannels, stem);
  norm("bn0", stem);
  let channels = stem;
  for (let level = 0; level < 4; level++) {
    kernel(DOWN_NAMES[level]!, 8, channels, channels);
    norm(`bn${level + 1}`, channels);
    stage(level, channels, planes[level]!);
    channels = planes[level]!;
  }
  for (let i = 0; i < 4; i++) {
    const up = planes[4 + i]!;
    kernel(UP_NAMES[i]!, 8, channels, up);
    norm(`bntr${4 + i}`, up);
    stage(4 + i, up + skipChannels(shape, i), up);
    channels = up;
  }
  return specs;
}

/** Channels that come over the skip connection of decoder stage `i`. */
function skipChannels(shape: MinkUNetShape, i: number): number {
  return i === 3 ? shape.stem : shape.planes[2 - i]!;
}

/** Emits the backbone: x [voxels][inChannels] -> features [voxels][planes[7]]. */
export function minkUNet(
  graph: Graph,
  shape: MinkUNetShape,
  layers: Layers,
  x: Tensor,
): Tensor {
  const normRelu = (input: Tensor, name: string) =>
    relu(graph, layers.norm(graph, input, `${name}.bn`));
  const block = (input: Tensor, name: string, level: number, hasProjection: boolean): Tensor => {
    const inner = normRelu(layers.conv(graph, input, `${name}.conv1`, 3, level), `${name}.norm1`);
    const outer = layers.norm(
      graph,
      layers.conv(graph, inner, `${name}.conv2`, 3, level),
      `${name}.norm2.bn`,
    );
    const residual = hasProjection
      ? layers.norm(
        graph,
        layers.linear(graph, input, `${name}.downsample.0`),
        `${name}.downsample.1.bn`,
      )
      : input;
    return relu(graph, add(graph, outer, residual));
  };
  const stage = (input: Tensor, index: number, level: number): Tensor => {
    let y = input;
    for (let i = 0; i < shape.layers[index]!; i++) {
      y = block(y, `block${index + 1}.${i}`, level, y.channels !== shape.planes[index]);
    }
    return y;
  };

  let y = normRelu(layers.conv(graph, x, "conv0p1s1", shape.stemKernel, 0), "bn0");
  const skips: Tensor[] = [];
  for (let level = 0; level < 4; level++) {
    skips.push(y);
    const down = normRelu(layers.down(graph, y, DOWN_NAMES[level]!, level), `bn${level + 1}`);
    y = stage(down, level, level + 1);
  }
  for (let i = 0; i < 4; i++) {
    const level = 3 - i;
    const up = normRelu(layers.up(graph, y, UP_NAMES[i]!, level), `bntr${4 + i}`);
    y = stage(concatenate(graph, up, skips[level]!), 4 + i, level);
  }
  return y;
}
