/**
 * A network as a TFLite file describes it: operators on tensors with names, shapes and, where they are weights,
 * values. Field numbers are those of TensorFlow's `lite/schema/schema.fbs`.
 *
 * @module
 */
import { TeacherError } from "../errors.ts";
import { FlatBuffer, type FlatTable } from "./flatbuffer.ts";

/** Types of a tensor's elements, by their number in the schema. */
export const ELEMENTS: readonly string[] = [
  "float32",
  "float16",
  "int32",
  "uint8",
  "int64",
  "string",
  "bool",
  "int16",
  "complex64",
  "int8",
];

/** Names of the operators that this program may meet, by their number in the schema. */
const OPERATORS: Readonly<Record<number, string>> = {
  0: "ADD",
  1: "AVERAGE_POOL_2D",
  2: "CONCATENATION",
  3: "CONV_2D",
  4: "DEPTHWISE_CONV_2D",
  5: "DEPTH_TO_SPACE",
  6: "DEQUANTIZE",
  9: "FULLY_CONNECTED",
  14: "LOGISTIC",
  17: "MAX_POOL_2D",
  18: "MUL",
  19: "RELU",
  20: "RELU_N1_TO_1",
  21: "RELU6",
  22: "RESHAPE",
  23: "RESIZE_BILINEAR",
  25: "SOFTMAX",
  26: "SPACE_TO_DEPTH",
  28: "TANH",
  32: "CUSTOM",
  34: "PAD",
  37: "BATCH_TO_SPACE_ND",
  38: "SPACE_TO_BATCH_ND",
  39: "TRANSPOSE",
  40: "MEAN",
  41: "SUB",
  42: "DIV",
  43: "SQUEEZE",
  45: "STRIDED_SLICE",
  47: "EXP",
  49: "SPLIT",
  53: "CAST",
  54: "PRELU",
  55: "MAXIMUM",
  56: "ARG_MAX",
  57: "MINIMUM",
  59: "NEG",
  60: "PADV2",
  65: "SLICE",
  67: "TRANSPOSE_CONV",
  69: "TILE",
  70: "EXPAND_DIMS",
  74: "SUM",
  75: "SQRT",
  76: "RSQRT",
  78: "POW",
  82: "REDUCE_MAX",
  83: "PACK",
  92: "SQUARE",
  97: "RESIZE_NEAREST_NEIGHBOR",
  98: "LEAKY_RELU",
  99: "SQUARED_DIFFERENCE",
  100: "MIRROR_PAD",
  101: "ABS",
  102: "SPLIT_V",
  111: "ELU",
  114: "QUANTIZE",
  117: "HARD_SWISH",
  124: "DENSIFY",
  126: "BATCH_MATMUL",
  130: "BROADCAST_TO",
  150: "GELU",
};

/** How the elements of a tensor stand for real numbers: real = scale * (element - zero). */
export interface Quantisation {
  /** One scale, or one for each index along `axis`; none where elements are the numbers themselves. */
  readonly scale: readonly number[];
  /** The element that stands for zero, as many as there are scales. */
  readonly zero: readonly number[];
  /** The dimension along which scales differ. */
  readonly axis: number;
}

/** A tensor of a TFLite network. */
export interface TfliteTensor {
  /** Its place in the file. */
  readonly index: number;
  /** Its name in the file. */
  readonly name: string;
  /** Its dimensions: those of pictures are [1, rows, columns, channels]. */
  readonly shape: readonly number[];
  /** The type of its elements, one of {@link ELEMENTS}. */
  readonly element: string;
  /** The bytes of its elements where it is constant. */
  readonly data: Uint8Array | null;
  /** How elements stand for numbers. */
  readonly quantisation: Quantisation;
}

/** An operator of a TFLite network. */
export interface TfliteOperator {
  /** Its name in the schema, with the name of a custom one in brackets. */
  readonly name: string;
  /** Indices of tensors; -1 where an optional one is left out. */
  readonly inputs: readonly number[];
  /** Indices of tensors. */
  readonly outputs: readonly number[];
  /** Its options; null where there are none. */
  readonly options: FlatTable | null;
}

/** A TFLite network. */
export interface TfliteModel {
  /** Name of the file, for messages. */
  readonly file: string;
  /** All tensors, by index. */
  readonly tensors: readonly TfliteTensor[];
  /** Operators in the order in which they run. */
  readonly operators: readonly TfliteOperator[];
  /** Index of the picture that goes in. */
  readonly input: number;
}

/**
 * Reads a TFLite file. Of several subgraphs, the first is the network.
 *
 * @param file its name, for messages
 * @throws {TeacherError} where it is no TFLite file, is damaged, or does not take one picture
 */
export function parseTflite(bytes: Uint8Array, file: string): TfliteModel {
  const fail = (problem: string) => new TeacherError(`Cannot read ${file}: ${problem}`, { file });
  if (bytes.length < 8 || new TextDecoder().decode(bytes.subarray(4, 8)) !== "TFL3") {
    throw fail("bytes 4 to 7 are not TFL3; give a TensorFlow Lite file");
  }
  const buffer = new FlatBuffer(bytes, (problem) => fail(`${problem}; it is damaged or cut short`));
  const model = buffer.root();
  const codes = model.tables(1);
  const contents = model.tables(4).map((table) => table.bytes(0));
  const graph = model.tables(2)[0];
  if (!graph) throw fail("it has no subgraph");
  const tensors = graph.tables(0).map((table, index) => readTensor(table, index, contents));
  const operators = graph.tables(3).map((table): TfliteOperator => {
    const code = codes[table.uint32(0)];
    if (!code) throw fail(`an operator has the code ${table.uint32(0)} of ${codes.length}`);
    // Numbers below 127 are in field 0 as well, for readers of the first versions of the schema.
    const number = Math.max(code.uint8(0), code.int32(3));
    const name = OPERATORS[number] ?? `operator ${number}`;
    return {
      name: name === "CUSTOM" ? `CUSTOM (${code.text(1)})` : name,
      inputs: table.int32s(1),
      outputs: table.int32s(2),
      options: table.table(4),
    };
  });
  for (const { name, inputs, outputs } of operators) {
    for (const index of [...inputs, ...outputs]) {
      if (index < -1 || index >= tensors.length) {
        throw fail(`${name} uses tensor ${index} of ${tensors.length}`);
      }
    }
  }
  const inputs = graph.int32s(1);
  const input = tensors[inputs[0] ?? -1];
  if (inputs.length !== 1 || input?.shape.length !== 4 || input.shape[3] !== 3) {
    const found = inputs.map((index) => `[${tensors[index]?.shape ?? "?"}]`).join(", ") || "none";
    throw fail(`its inputs are ${found}; give a network of one picture, [1, rows, columns, 3]`);
  }
  return { file, tensors, operators, input: input.index };
}

function readTensor(
  table: FlatTable,
  index: number,
  contents: readonly Uint8Array[],
): TfliteTensor {
  const quantisation = table.table(4);
  const data = contents[table.uint32(2)];
  const type = table.uint8(1);
  return {
    index,
    name: table.text(3),
    shape: table.int32s(0),
    element: ELEMENTS[type] ?? `type ${type}`,
    data: data && data.length > 0 ? data : null,
    quantisation: {
      scale: quantisation?.float32s(2) ?? [],
      zero: quantisation?.int64s(3) ?? [],
      axis: quantisation?.int32(6) ?? 0,
    },
  };
}
