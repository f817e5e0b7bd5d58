/**
 * Small TFLite networks, one or two for each operator that the converter knows. What TensorFlow Lite makes of them
 * stands in fixtures/models/tflite_outputs.json; tflite_outputs.ts made that file.
 */
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import type { Table, WrittenNetwork, WrittenOperator, WrittenTensor } from "./tflite_writer.ts";

/** Rows and columns of the pictures that the networks take. */
export const [ROWS, COLUMNS] = [8, 12] as const;

const PICTURE = [1, ROWS, COLUMNS, 3] as const;

/** `count` numbers in [-1, 1) in float32. */
function numbers(count: number, seed: number): Float32Array {
  const next = mulberry32(seed);
  return Float32Array.from({ length: count }, () => 2 * next() - 1);
}

/** The picture: [1, ROWS, COLUMNS, 3], as bytes. */
export function pictureBytes(): Uint8Array {
  return Uint8Array.from(numbers(ROWS * COLUMNS * 3, 1), (value) => (value + 1) * 127.5);
}

/** A byte of the picture as the number that a network of floats gets. */
export function pictureValue(byte: number): number {
  return Math.fround(byte / 127.5 - 1);
}

function constant(shape: readonly number[], seed: number): WrittenTensor {
  return { shape, data: numbers(shape.reduce((a, b) => a * b, 1), seed) };
}

function ints(...values: number[]): WrittenTensor {
  return { shape: [values.length], type: 2, data: Int32Array.from(values) };
}

function scalarInt(value: number): WrittenTensor {
  return { shape: [], type: 2, data: Int32Array.of(value) };
}

/** One operator on the picture and constants; the first input is the picture. */
function single(
  code: number,
  constants: readonly WrittenTensor[],
  output: readonly number[],
  options?: readonly [number, Table],
  inputs: readonly number[] = [0, ...constants.keys().map((i) => i + 1)],
): WrittenNetwork {
  const last = constants.length + 1;
  return {
    tensors: [{ shape: PICTURE }, ...constants, { shape: output }],
    operators: [{ code, inputs, outputs: [last], ...(options ? { options } : {}) }],
  };
}

/** Operators in a row. `steps` give the tensors that each adds, its output last. */
function chain(
  steps: readonly {
    readonly code: number;
    readonly options?: readonly [number, Table];
    /** Tensors of the operator besides what the step before gave. */
    readonly with?: readonly WrittenTensor[];
    readonly gives: WrittenTensor;
    /** Another first input than what the step before gave. */
    readonly also?: number;
  }[],
  first: WrittenTensor = { shape: PICTURE },
): WrittenNetwork {
  const tensors: WrittenTensor[] = [first];
  const operators: WrittenOperator[] = [];
  for (const { code, options, with: constants = [], gives, also } of steps) {
    const before = tensors.length - 1;
    const inputs = [before, ...(also === undefined ? [] : [also])];
    for (const tensor of constants) inputs.push(tensors.push(tensor) - 1);
    operators.push({
      code,
      inputs,
      outputs: [tensors.push(gives) - 1],
      ...(options ? { options } : {}),
    });
  }
  return { tensors, operators };
}

/** Options of CONV_2D: padding (0 SAME, 1 VALID), strides across and down, activation, dilations. */
function conv(padding: number, [down, across]: number[], activation = 0, dilation = 1) {
  const options: Table = {
    0: { int8: padding },
    1: { int32: across! },
    2: { int32: down! },
    3: { int8: activation },
    4: { int32: dilation },
    5: { int32: dilation },
  };
  return [1, options] as const;
}

function depthwise(padding: number, stride: number, multiplier: number, activation: number) {
  const options: Table = {
    0: { int8: padding },
    1: { int32: stride },
    2: { int32: stride },
    3: { int32: multiplier },
    4: { int8: activation },
  };
  return [2, options] as const;
}

function pool(padding: number, stride: number, [rows, columns]: number[]) {
  const options: Table = {
    0: { int8: padding },
    1: { int32: stride },
    2: { int32: stride },
    3: { int32: columns! },
    4: { int32: rows! },
  };
  return [5, options] as const;
}

const bilinear = (corners: number, half: number) =>
  [15, { 2: { int8: corners }, 3: { int8: half } }] as const;
const nearest = (corners: number, half: number) =>
  [74, { 0: { int8: corners }, 1: { int8: half } }] as const;

/** The picture as quantised bytes: the numbers of {@link pictureValue}. */
const QUANTISED_PICTURE: WrittenTensor = {
  shape: PICTURE,
  type: 3,
  scale: [1 / 127.5],
  zero: [127],
};

function bytesConstant(shape: readonly number[], seed: number, type: 3 | 9): WrittenTensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const data = type === 3
    ? Uint8Array.from(numbers(count, seed), (value) => (value + 1) * 127)
    : Int8Array.from(numbers(count, seed), (value) => value * 127);
  return { shape, type, data, scale: [0.01], zero: [type === 3 ? 128 : 0] };
}

/** float16 of 1, -0.5, 0.25 and so on. */
function halves(shape: readonly number[]): WrittenTensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const data = Uint16Array.from(
    { length: count },
    (_, i) => [0x3c00, 0xb800, 0x3400, 0x0001][i % 4]!,
  );
  return { shape, type: 1, data };
}

/** The networks by name. */
export const NETWORKS: Readonly<Record<string, WrittenNetwork>> = {
  "convolution, SAME": single(
    3,
    [constant([5, 3, 3, 3], 2), constant([5], 3)],
    [1, 8, 12, 5],
    conv(0, [1, 1]),
  ),
  "convolution of stride 2, SAME, ReLU6": single(
    3,
    [constant([5, 3, 3, 3], 2), constant([5], 3)],
    [1, 4, 6, 5],
    conv(0, [2, 2], 3),
  ),
  "convolution with a wide kernel, VALID, ReLU": single(
    3,
    [constant([4, 2, 5, 3], 4), constant([4], 3)],
    [1, 7, 4, 4],
    conv(1, [1, 2], 1),
  ),
  "dilated convolution": single(
    3,
    [constant([4, 3, 3, 3], 4), constant([4], 3)],
    [1, 8, 12, 4],
    conv(0, [1, 1], 0, 2),
  ),
  "dilated convolution between batches": chain([
    {
      code: 38,
      with: [ints(2, 2), { shape: [2, 2], type: 2, data: Int32Array.of(2, 2, 2, 2) }],
      gives: { shape: [4, 6, 8, 3] },
    },
    {
      code: 3,
      options: conv(1, [1, 1]),
      with: [constant([4, 3, 3, 3], 4), constant([4], 5)],
      gives: { shape: [4, 4, 6, 4] },
    },
    {
      code: 37,
      with: [ints(2, 2), { shape: [2, 2], type: 2, data: new Int32Array(4) }],
      gives: { shape: [1, 8, 12, 4] },
    },
  ]),
  "depthwise convolution with two outputs a channel": single(
    4,
    [constant([1, 3, 3, 6], 6), constant([6], 7)],
    [1, 4, 6, 6],
    depthwise(0, 2, 2, 1),
  ),
  "weights in half precision": {
    tensors: [
      { shape: PICTURE },
      halves([4, 1, 1, 3]),
      { shape: [4, 1, 1, 3] },
      constant([4], 3),
      { shape: [1, 8, 12, 4] },
    ],
    operators: [
      { code: 6, inputs: [1], outputs: [2] },
      { code: 3, inputs: [0, 2, 3], outputs: [4], options: conv(0, [1, 1]) },
    ],
  },
  "transposed convolution, SAME": single(
    67,
    [ints(1, 16, 24, 5), constant([5, 3, 3, 3], 8)],
    [1, 16, 24, 5],
    [49, { 0: { int8: 0 }, 1: { int32: 2 }, 2: { int32: 2 } }],
    [1, 2, 0],
  ),
  "transposed convolution, VALID": single(
    67,
    [ints(1, 16, 24, 4), constant([4, 2, 2, 3], 8)],
    [1, 16, 24, 4],
    [49, { 0: { int8: 1 }, 1: { int32: 2 }, 2: { int32: 2 } }],
    [1, 2, 0],
  ),
  "average pooling, SAME": single(1, [], [1, 8, 12, 3], pool(0, 1, [3, 3])),
  "average pooling of the whole map": chain([
    { code: 1, options: pool(1, 1, [8, 12]), gives: { shape: [1, 1, 1, 3] } },
    { code: 18, also: 0, options: [21, {}], gives: { shape: PICTURE } },
  ]),
  "maximum pooling": single(17, [], [1, 4, 6, 3], pool(0, 2, [2, 2])),
  "mean over the map, kept": single(40, [ints(1, 2)], [1, 1, 1, 3], [27, { 0: { int8: 1 } }]),
  "mean over channels": single(40, [ints(3)], [1, 8, 12, 1], [27, { 0: { int8: 1 } }]),
  "maximum over columns, dropped": chain([
    { code: 82, options: [27, {}], with: [ints(2)], gives: { shape: [1, 8, 3] } },
    { code: 22, with: [ints(1, 8, 1, 3)], gives: { shape: [1, 8, 1, 3] } },
  ]),
  "sum over channels": single(74, [ints(-1)], [1, 8, 12, 1], [27, { 0: { int8: 1 } }]),
  "sum with a constant by channel, ReLU": single(0, [constant([3], 9)], PICTURE, [11, {
    0: { int8: 1 },
  }]),
  "product with a constant map": single(18, [constant(PICTURE, 9)], PICTURE, [21, {}]),
  "difference from a scalar": single(41, [{ shape: [], data: Float32Array.of(0.3) }], PICTURE, [
    28,
    {},
  ]),
  "quotient": single(42, [{ shape: [3], data: Float32Array.of(2, 4, -0.7) }], PICTURE, [29, {}]),
  "maximum of two": single(55, [constant([3], 9)], PICTURE),
  "minimum of two": single(57, [constant([1, 1, 1, 3], 9)], PICTURE),
  "squared difference": single(99, [constant([3], 9)], PICTURE),
  "ReLU": single(19, [], PICTURE),
  "ReLU from -1 to 1": chain([
    {
      code: 18,
      with: [{ shape: [], data: Float32Array.of(3) }],
      options: [21, {}],
      gives: { shape: PICTURE },
    },
    { code: 20, gives: { shape: PICTURE } },
  ]),
  "logistic": single(14, [], PICTURE),
  "hyperbolic tangent": single(28, [], PICTURE),
  "hard swish": single(117, [], PICTURE),
  "leaky ReLU": single(98, [], PICTURE, [75, { 0: { float32: 0.1 } }]),
  "ReLU with slopes": single(54, [constant([1, 1, 3], 9)], PICTURE),
  "ELU": single(111, [], PICTURE),
  "exponential": single(47, [], PICTURE),
  "absolute value and square root": chain([
    { code: 101, gives: { shape: PICTURE } },
    { code: 75, gives: { shape: PICTURE } },
  ]),
  "softmax over channels": single(25, [], PICTURE, [9, { 0: { float32: 1 } }]),
  "padding of the map": single(
    34,
    [{ shape: [4, 2], type: 2, data: Int32Array.of(0, 0, 1, 2, 3, 0, 0, 0) }],
    [1, 11, 15, 3],
  ),
  "padding of channels": single(
    34,
    [{ shape: [4, 2], type: 2, data: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 2) }],
    [1, 8, 12, 5],
  ),
  "padding by reflection": single(
    100,
    [{ shape: [4, 2], type: 2, data: Int32Array.of(0, 0, 1, 1, 2, 2, 0, 0) }],
    [1, 10, 16, 3],
    [77, {}],
  ),
  "concatenation of channels": chain([
    { code: 19, gives: { shape: PICTURE } },
    { code: 2, also: 0, options: [10, { 0: { int32: 3 } }], gives: { shape: [1, 8, 12, 6] } },
  ]),
  "a split, and its parts in another order": {
    tensors: [
      { shape: PICTURE },
      scalarInt(3),
      { shape: [1, 8, 12, 1] },
      { shape: [1, 8, 12, 1] },
      { shape: [1, 8, 12, 1] },
      { shape: PICTURE },
    ],
    operators: [
      { code: 49, inputs: [1, 0], outputs: [2, 3, 4], options: [35, { 0: { int32: 3 } }] },
      { code: 2, inputs: [4, 2, 3], outputs: [5], options: [10, { 0: { int32: 3 } }] },
    ],
  },
  "a part of the channels": single(
    65,
    [ints(0, 0, 0, 1), ints(1, 8, 12, 2)],
    [1, 8, 12, 2],
    [48, {}],
  ),
  "every second row": single(
    45,
    [ints(0, 1, 0, 0), ints(1, 8, 12, 3), ints(1, 2, 1, 1)],
    [1, 4, 12, 3],
    [32, { 0: { int32: 5 }, 1: { int32: 15 } }],
  ),
  "bilinear resize": single(23, [ints(16, 24)], [1, 16, 24, 3], bilinear(0, 0)),
  "bilinear resize, half pixels": single(23, [ints(16, 24)], [1, 16, 24, 3], bilinear(0, 1)),
  "bilinear resize, corners": single(23, [ints(15, 23)], [1, 15, 23, 3], bilinear(1, 0)),
  "nearest resize": single(97, [ints(16, 24)], [1, 16, 24, 3], nearest(0, 0)),
  "nearest resize, half pixels": single(97, [ints(16, 24)], [1, 16, 24, 3], nearest(0, 1)),
  "depth to space": chain([
    {
      code: 3,
      options: conv(0, [1, 1]),
      with: [constant([8, 1, 1, 3], 2), constant([8], 3)],
      gives: { shape: [1, 8, 12, 8] },
    },
    { code: 5, options: [94, { 0: { int32: 2 } }], gives: { shape: [1, 16, 24, 2] } },
  ]),
  "space to depth": single(26, [], [1, 4, 6, 12], [19, { 0: { int32: 2 } }]),
  "one cell repeated over the map": chain([
    { code: 1, options: pool(1, 1, [8, 12]), gives: { shape: [1, 1, 1, 3] } },
    { code: 69, with: [ints(1, 8, 12, 1)], gives: { shape: PICTURE } },
  ]),
  "a gate of two fully connected layers": chain([
    { code: 40, options: [27, {}], with: [ints(1, 2)], gives: { shape: [1, 3] } },
    {
      code: 9,
      options: [8, { 0: { int8: 1 } }],
      with: [constant([5, 3], 10), constant([5], 11)],
      gives: { shape: [1, 5] },
    },
    {
      code: 9,
      options: [8, {}],
      with: [constant([3, 5], 12), constant([3], 13)],
      gives: { shape: [1, 3] },
    },
    { code: 22, with: [ints(1, 1, 1, 3)], gives: { shape: [1, 1, 1, 3] } },
    { code: 18, also: 0, options: [21, {}], gives: { shape: PICTURE } },
  ]),
  "a map as lines and back": chain([
    { code: 22, with: [ints(1, 96, 3)], gives: { shape: [1, 96, 3] } },
    { code: 39, with: [ints(0, 2, 1)], gives: { shape: [1, 3, 96] } },
    { code: 22, with: [ints(1, 3, 8, 12)], gives: { shape: [1, 3, 8, 12] } },
    { code: 39, with: [ints(0, 2, 3, 1)], gives: { shape: PICTURE } },
  ]),
  "attention over lines": {
    tensors: [
      { shape: PICTURE },
      ints(1, 96, 3),
      { shape: [1, 96, 3] },
      { shape: [1, 96, 96] },
      { shape: [1, 96, 96] },
      { shape: [1, 96, 3] },
      ints(...PICTURE),
      { shape: PICTURE },
    ],
    operators: [
      { code: 22, inputs: [0, 1], outputs: [2] },
      { code: 126, inputs: [2, 2], outputs: [3], options: [101, { 1: { int8: 1 } }] },
      { code: 25, inputs: [3], outputs: [4], options: [9, { 0: { float32: 1 } }] },
      { code: 126, inputs: [4, 2], outputs: [5], options: [101, {}] },
      { code: 22, inputs: [5, 6], outputs: [7] },
    ],
  },
  "quantised convolution, uint8": chain([
    {
      code: 3,
      options: conv(0, [2, 2], 1),
      with: [
        bytesConstant([4, 3, 3, 3], 14, 3),
        {
          shape: [4],
          type: 2,
          data: Int32Array.of(500, -500, 900, 0),
          scale: [0.01 / 127.5],
          zero: [0],
        },
      ],
      gives: { shape: [1, 4, 6, 4], type: 3, scale: [0.02], zero: [0] },
    },
    { code: 6, gives: { shape: [1, 4, 6, 4] } },
  ], QUANTISED_PICTURE),
  "quantised convolution, int8, a scale for each output": chain([
    {
      code: 114,
      gives: { shape: PICTURE, type: 9, scale: [1 / 127.5], zero: [-1] },
    },
    {
      code: 3,
      options: conv(0, [1, 1]),
      with: [
        {
          ...bytesConstant([3, 1, 1, 3], 15, 9),
          scale: [0.01, 0.02, 0.005],
          zero: [0, 0, 0],
          axis: 0,
        },
        {
          shape: [3],
          type: 2,
          data: Int32Array.of(500, -500, 900),
          scale: [0.01, 0.02, 0.005].map((scale) => scale / 127.5),
          zero: [0, 0, 0],
          axis: 0,
        },
      ],
      gives: { shape: PICTURE, type: 9, scale: [0.02], zero: [10] },
    },
    { code: 6, gives: { shape: PICTURE } },
  ], QUANTISED_PICTURE),
};
