/**
 * How each TFLite operator is written in ONNX. A rule gives the value of each output; one that makes sense at the
 * size of the file alone throws `FixedSizeNeeded` while sizes are free.
 *
 * @module
 */
import type { TfliteOperator } from "./model.ts";
import type { NetworkDraft } from "./network_draft.ts";
import {
  batchMatMul,
  batchToSpace,
  convolution,
  fullyConnected,
  pooling,
  spaceToBatch,
  transposedConvolution,
} from "./layers.ts";
import {
  pad,
  reduction,
  reshape,
  resize,
  sampling,
  slice,
  split,
  stridedSlice,
  tile,
} from "./shapes.ts";
import { axisIn, byte, int, known, reordered, type Rule, type Site } from "./site.ts";

/** Operators that may stand between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND. */
const ACROSS_BLOCKS = /^(CONV_2D|DEPTHWISE_CONV_2D|BATCH_TO_SPACE_ND)$/;

/** Converts one operator: afterwards its outputs have values in the network. */
export function convertOperator(network: NetworkDraft, operator: TfliteOperator): void {
  const rule = Object.hasOwn(RULES, operator.name) ? RULES[operator.name] : undefined;
  if (!rule) throw network.refuse(operator, "is not supported");
  const input = (n: number) => network.tensor(operator.inputs[n] ?? -1);
  const output = network.tensor(operator.outputs[0] ?? -1);
  if (!ACROSS_BLOCKS.test(operator.name) && operator.inputs.some((i) => network.blockOf(i) > 1)) {
    throw network.refuse(operator, "stands between blocks");
  }
  const value = (n: number) => network.value(input(n).index);
  rule({ network, operator, input, value, output })
    ?.forEach((name, i) => network.setValue(operator.outputs[i]!, name));
}

/** An operator on two values, element by element; the first number of its options is the activation. */
function binary(kind: string, hasActivation = true): Rule {
  return (site) => {
    const { network, operator, input, output } = site;
    const rank = output.shape.length;
    const operands = [input(0), input(1)].map((tensor) => {
      // A computed operand of a lower rank would be aligned with other dimensions in ONNX.
      if (tensor.shape.length === rank || network.constant(tensor.index)) {
        return network.value(tensor.index, rank);
      }
      if (rank !== 4) return network.value(tensor.index);
      const shape = [...Array(rank - tensor.shape.length).fill(1), ...tensor.shape];
      const wide = network.onnx.add("Reshape", [
        network.value(tensor.index),
        network.onnx.longs(shape),
      ]);
      return network.fromFileOrder(wide, rank);
    });
    const name = network.onnx.add(kind, operands);
    return [network.activate(name, hasActivation ? byte(site, 0) : 0, output, operator)];
  };
}

/** An operator on one value, element by element. */
function unary(kind: string, attributes: Readonly<Record<string, { float: number }>> = {}): Rule {
  return ({ network, value, output, operator }) => {
    const name = network.onnx.add(kind, [value(0)], attributes);
    return [network.activate(name, 0, output, operator)];
  };
}

function clampTo(low: number, high: number): Rule {
  return ({ network, value, output, operator }) => [
    network.activate(network.clamp(value(0), low, high), 0, output, operator),
  ];
}

/** Values of a quantised or a half-precision tensor are float32 here already. */
function passOn({ network, operator, input, output }: Site): string[] | null {
  const constant = network.constant(input(0).index);
  if (constant) {
    network.setConstant(output.index, constant);
    return null;
  }
  return [network.activate(network.value(input(0).index), 0, output, operator)];
}

const RULES: Readonly<Record<string, Rule>> = {
  ABS: unary("Abs"),
  ADD: binary("Add"),
  AVERAGE_POOL_2D: pooling("AveragePool"),
  BATCH_MATMUL: batchMatMul,
  BATCH_TO_SPACE_ND: batchToSpace,
  BROADCAST_TO: tile,
  CAST: passOn,
  CONCATENATION: (site) => {
    const { network, operator, output } = site;
    const rank = output.shape.length;
    const names = operator.inputs.map((index) => network.value(index));
    const name = network.onnx.add("Concat", names, { axis: axisIn(rank, int(site, 0, 0)) });
    return [network.activate(name, byte(site, 1), output, operator)];
  },
  CONV_2D: convolution(false),
  DEPTHWISE_CONV_2D: convolution(true),
  DEPTH_TO_SPACE: (site) => [
    site.network.onnx.add("DepthToSpace", [site.value(0)], {
      blocksize: int(site, 0, 2),
      mode: "DCR",
    }),
  ],
  DEQUANTIZE: passOn,
  DIV: binary("Div"),
  ELU: unary("Elu"),
  EXP: unary("Exp"),
  EXPAND_DIMS: reshape,
  FULLY_CONNECTED: fullyConnected,
  GELU: ({ network, value }) => {
    // x (1 + erf(x / sqrt 2)) / 2; the tanh form differs by less than 1e-3.
    const { onnx } = network;
    const inner = onnx.add("Erf", [onnx.add("Mul", [value(0), onnx.scalar(Math.SQRT1_2)])]);
    const half = onnx.add("Mul", [value(0), onnx.scalar(0.5)]);
    return [onnx.add("Mul", [half, onnx.add("Add", [inner, onnx.scalar(1)])])];
  },
  HARD_SWISH: ({ network, value, output, operator }) => {
    const { onnx } = network;
    const gate = onnx.add("HardSigmoid", [value(0)], {
      alpha: { float: 1 / 6 },
      beta: { float: 0.5 },
    });
    return [network.activate(onnx.add("Mul", [value(0), gate]), 0, output, operator)];
  },
  LEAKY_RELU: (site) =>
    unary("LeakyRelu", { alpha: { float: site.operator.options?.float32(0) ?? 0 } })(site),
  LOGISTIC: unary("Sigmoid"),
  MAXIMUM: binary("Max", false),
  MAX_POOL_2D: pooling("MaxPool"),
  MEAN: reduction("ReduceMean", "GlobalAveragePool"),
  MINIMUM: binary("Min", false),
  MIRROR_PAD: (site) => {
    if (byte(site, 0) !== 0) throw site.network.refuse(site.operator, "repeats the edge");
    return pad(site, "reflect");
  },
  MUL: binary("Mul"),
  NEG: unary("Neg"),
  PAD: (site) => pad(site, "constant"),
  PADV2: (site) => pad(site, "constant", 2),
  POW: binary("Pow", false),
  PRELU: ({ network, input, value, output, operator }) => {
    const slope = network.value(input(1).index, 4);
    return [network.activate(network.onnx.add("PRelu", [value(0), slope]), 0, output, operator)];
  },
  QUANTIZE: passOn,
  REDUCE_MAX: reduction("ReduceMax", "GlobalMaxPool"),
  RELU: clampTo(0, Infinity),
  RELU6: clampTo(0, 6),
  RELU_N1_TO_1: clampTo(-1, 1),
  RESHAPE: reshape,
  RESIZE_BILINEAR: (site) =>
    resize(site, {
      mode: "linear",
      coordinate_transformation_mode: sampling(byte(site, 2), byte(site, 3)),
    }),
  RESIZE_NEAREST_NEIGHBOR: (site) => {
    const [corners, half] = [byte(site, 0), byte(site, 1)];
    return resize(site, {
      mode: "nearest",
      coordinate_transformation_mode: sampling(corners, half),
      nearest_mode: corners || half ? "round_prefer_ceil" : "floor",
    });
  },
  RSQRT: ({ network, value }) => [
    network.onnx.add("Reciprocal", [network.onnx.add("Sqrt", [value(0)])]),
  ],
  SLICE: (site) => {
    const begin = known(site, 1, "a begin");
    const { shape } = site.input(0);
    const end = known(site, 2, "a size").map((size, i) => size < 0 ? shape[i]! : begin[i]! + size);
    return slice(site, begin, end, shape.map(() => 1));
  },
  SOFTMAX: (site) => {
    const { network, input, value } = site;
    const beta = site.operator.options?.float32(0, 1) ?? 1;
    const scaled = beta === 1
      ? value(0)
      : network.onnx.add("Mul", [value(0), network.onnx.scalar(beta)]);
    return [network.onnx.add("Softmax", [scaled], { axis: axisIn(input(0).shape.length, -1) })];
  },
  SPACE_TO_BATCH_ND: spaceToBatch,
  SPACE_TO_DEPTH: (site) => {
    // ONNX and TFLite both put the offset within a block outermost.
    return [site.network.onnx.add("SpaceToDepth", [site.value(0)], { blocksize: int(site, 0, 2) })];
  },
  SPLIT: (site) => split(site, 1),
  SPLIT_V: ({ network, operator, input }) => {
    const [axis] = network.integers(input(2).index) ?? [];
    if (axis === undefined) throw network.refuse(operator, "has an axis that is no constant");
    const sizes = operator.outputs.map((index) => network.tensor(index).shape.at(axis)!);
    return network.onnx.addMany(
      "Split",
      [network.value(input(0).index), network.onnx.longs(sizes)],
      { axis: axisIn(input(0).shape.length, axis) },
      sizes.length,
    );
  },
  SQRT: unary("Sqrt"),
  SQUARE: ({ network, value }) => [network.onnx.add("Mul", [value(0), value(0)])],
  SQUARED_DIFFERENCE: (site) => {
    const [difference] = binary("Sub", false)(site) as [string];
    return [site.network.onnx.add("Mul", [difference, difference])];
  },
  SQUEEZE: reshape,
  STRIDED_SLICE: stridedSlice,
  SUB: binary("Sub"),
  SUM: reduction("ReduceSum", null),
  TANH: unary("Tanh"),
  TILE: tile,
  TRANSPOSE: (site) => {
    const perm = known(site, 1, "an order");
    return reordered(site, (name) => site.network.onnx.add("Transpose", [name], { perm }));
  },
  TRANSPOSE_CONV: transposedConvolution,
};
