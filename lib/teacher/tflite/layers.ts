/**
 * Rules of the operators with weights, and of pooling.
 *
 * @module
 */
import { FixedSizeNeeded, transpose } from "./network_draft.ts";
import { byte, int, known, reordered, type Rule, type Site } from "./site.ts";

/** [down, across] of a convolution or a pooling. */
type Pair = readonly [number, number];

/**
 * Padding in ONNX's order (above, left, below, right). SAME pads as the file's size asks, or where sizes are free as
 * any multiple of the stride does.
 */
function paddings(
  { network, input }: Site,
  isSame: boolean,
  kernel: Pair,
  strides: Pair,
  dilations: Pair,
  source = 0,
): number[] {
  const before: number[] = [];
  const after: number[] = [];
  for (const axis of [0, 1] as const) {
    const stride = strides[axis];
    const size = network.fixedSize ? input(source).shape[1 + axis]! : stride;
    const reach = (Math.ceil(size / stride) - 1) * stride + (kernel[axis] - 1) * dilations[axis] +
      1;
    const total = isSame ? Math.max(reach - size, 0) : 0;
    before.push(Math.floor(total / 2));
    after.push(total - Math.floor(total / 2));
  }
  return [...before, ...after];
}

/** Padding SAME is 0 in the schema, VALID is 1. */
const isSame = (site: Site) => byte(site, 0) === 0;

/**
 * CONV_2D or DEPTHWISE_CONV_2D. Between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND, where older files put their dilated
 * convolutions, its dilation is multiplied by the block.
 */
export function convolution(isDepthwise: boolean): Rule {
  return (site) => {
    const { network, operator, input, value, output } = site;
    const [outer, rows, columns, inner] = input(1).shape as [number, number, number, number];
    const [channels, block] = [input(0).shape[3]!, network.blockOf(input(0).index)];
    const [outputs, inputs] = isDepthwise ? [inner, 1] : [outer, inner];
    const kernel = transpose(
      network.weights(operator.inputs[1]!, rows * columns * inputs, operator),
      isDepthwise ? [3, 0, 1, 2] : [0, 3, 1, 2],
    );
    const strides: Pair = [int(site, 2, 1), int(site, 1, 1)];
    if (block > 1 && (isSame(site) || strides.some((stride) => stride > 1))) {
      throw network.refuse(operator, "pads or strides within blocks");
    }
    // The multiplier of depthwise convolutions stands before their activation and dilations.
    const field = isDepthwise ? 4 : 3;
    const dilations: Pair = [
      block * int(site, field + 2, 1),
      block * int(site, field + 1, 1),
    ];
    const name = network.onnx.add("Conv", [
      value(0),
      network.onnx.floats([outputs, inputs, rows, columns], kernel.values),
      ...network.bias(operator.inputs[2]),
    ], {
      kernel_shape: [rows, columns],
      strides,
      dilations,
      group: channels / inputs,
      pads: paddings(site, isSame(site), [rows, columns], strides, dilations),
    });
    network.setBlock(output.index, block);
    return [network.activate(name, byte(site, field), output, operator)];
  };
}

/** Inputs: the size of the output, weights, the map, and a bias in later versions. */
export function transposedConvolution(site: Site): string[] {
  const { network, operator, value, output } = site;
  const [outputs, rows, columns, inputs] = site.input(1).shape as [number, number, number, number];
  const kernel = transpose(
    network.weights(operator.inputs[1]!, rows * columns * inputs, operator),
    [3, 0, 1, 2],
  );
  const strides: Pair = [int(site, 2, 1), int(site, 1, 1)];
  const before: number[] = [];
  const after: number[] = [];
  const missing: number[] = [];
  for (const axis of [0, 1] as const) {
    const side = [rows, columns][axis]!;
    const full = (site.input(2).shape[1 + axis]! - 1) * strides[axis] + side;
    const total = full - output.shape[1 + axis]!;
    before.push(Math.max(0, Math.floor(total / 2)));
    after.push(Math.max(0, total - Math.floor(total / 2)));
    missing.push(Math.max(0, -total));
  }
  const name = network.onnx.add("ConvTranspose", [
    value(2),
    network.onnx.floats([inputs, outputs, rows, columns], kernel.values),
    ...network.bias(operator.inputs[3]),
  ], {
    kernel_shape: [rows, columns],
    strides,
    pads: [...before, ...after],
    output_padding: missing,
  });
  return [network.activate(name, byte(site, 3), output, operator)];
}

export function pooling(kind: "AveragePool" | "MaxPool"): Rule {
  return (site) => {
    const { network, operator, input, value, output } = site;
    const kernel: Pair = [int(site, 4, 1), int(site, 3, 1)];
    const strides: Pair = [int(site, 2, 1), int(site, 1, 1)];
    const [, rows, columns] = input(0).shape;
    const isGlobal = output.shape[1] === 1 && output.shape[2] === 1 && kernel[0] >= rows! &&
      kernel[1] >= columns!;
    const name = isGlobal
      ? network.onnx.add(`Global${kind}`, [value(0)])
      : network.onnx.add(kind, [value(0)], {
        kernel_shape: kernel,
        strides,
        pads: paddings(site, isSame(site), kernel, strides, [1, 1]),
        ...(kind === "AveragePool" ? { count_include_pad: 0 } : {}),
      });
    return [network.activate(name, byte(site, 5), output, operator)];
  };
}

/** y = x W^T + b over the last dimension; weights are [outputs, inputs]. */
export function fullyConnected(site: Site): string[] {
  const { network, operator, input, output } = site;
  const [outputs, inputs] = input(1).shape as [number, number];
  const weights = transpose(network.weights(operator.inputs[1]!, inputs, operator), [1, 0]);
  const { onnx } = network;
  const lines = (name: string) => {
    const flat = onnx.add("Reshape", [name, onnx.longs([-1, inputs])]);
    const product = onnx.add("MatMul", [flat, onnx.floats([inputs, outputs], weights.values)]);
    const [bias] = network.bias(operator.inputs[2]);
    const sum = bias ? onnx.add("Add", [product, bias]) : product;
    return onnx.add("Reshape", [sum, onnx.longs(output.shape)]);
  };
  const [name] = reordered(site, lines) as [string];
  return [network.activate(name, byte(site, 0), output, operator)];
}

export function batchMatMul(site: Site): string[] {
  const { network, input, value } = site;
  const operand = (n: number, isTransposed: number) => {
    const rank = input(n).shape.length;
    const name = network.inFileOrder(value(n), rank);
    if (!isTransposed) return name;
    const perm = [...Array(rank).keys()];
    [perm[rank - 1], perm[rank - 2]] = [rank - 2, rank - 1];
    return network.onnx.add("Transpose", [name], { perm });
  };
  if (!network.fixedSize) throw new FixedSizeNeeded(site.operator.name);
  const product = network.onnx.add("MatMul", [
    operand(0, byte(site, 0)),
    operand(1, byte(site, 1)),
  ]);
  return [network.fromFileOrder(product, site.output.shape.length)];
}

/** The map is padded and stays whole: what follows up to BATCH_TO_SPACE_ND is dilated instead. */
export function spaceToBatch(site: Site): string[] {
  const { network, operator, input, output } = site;
  const [block, other] = known(site, 1, "a block");
  if (block !== other || input(0).shape.length !== 4) {
    throw network.refuse(operator, "has a block that is no square");
  }
  const pads = known(site, 2, "a padding");
  network.setBlock(output.index, block!);
  return [
    network.onnx.add("Pad", [
      site.value(0),
      network.onnx.longs([0, 0, pads[0]!, pads[2]!, 0, 0, pads[1]!, pads[3]!]),
    ], { mode: "constant" }),
  ];
}

export function batchToSpace(site: Site): string[] {
  const { network, value } = site;
  const [above, below, left, right] = known(site, 2, "a crop") as [number, number, number, number];
  const { onnx } = network;
  const far = (crop: number) => crop === 0 ? 2 ** 31 - 1 : -crop;
  return [
    onnx.add("Slice", [
      value(0),
      onnx.longs([above, left]),
      onnx.longs([far(below), far(right)]),
      onnx.longs([2, 3]),
    ]),
  ];
}
