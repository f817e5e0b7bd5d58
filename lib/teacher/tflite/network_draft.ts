/**
 * The ONNX network that a TFLite network becomes, while it is being made: which value stands for which tensor.
 *
 * Pictures and feature maps, [1, rows, columns, channels] in TFLite, are [1, channels, rows, columns] in ONNX. Tensors
 * of another rank keep their order. Numbers are float32 throughout: constants are dequantised, and what quantised
 * operators cut off at the ends of their range is cut off by a clamp.
 *
 * @module
 */
import { OnnxWriter } from "../../onnx/onnx_writer.ts";
import { Random } from "../../random/random.ts";
import { TeacherError } from "../errors.ts";
import { constantValues, elementCount } from "./constants.ts";
import type { TfliteModel, TfliteOperator, TfliteTensor } from "./model.ts";

/** Name of the picture that goes into a converted network. */
export const INPUT_NAME = "pixels";

/** An operator only makes sense at the size that the file was made for. */
export class FixedSizeNeeded extends Error {}

/** A constant in float32, in the order of the file. */
export interface Constant {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** Settings of {@link NetworkDraft}. */
export interface DraftOptions {
  /** True: the picture has the size of the file. False: any multiples of the network's stride. */
  readonly fixedSize: boolean;
  /** Seed of random weights that take the place of the file's. */
  readonly random?: number | undefined;
}

/** ONNX's order of the dimensions of a feature map, given in TFLite's. */
const TO_ONNX = [0, 3, 1, 2] as const;

/** Elements of a constant with its dimensions in another order. */
export function transpose({ values, shape }: Constant, order: readonly number[]): Constant {
  const strides = shape.map((_, i) => elementCount(shape.slice(i + 1)));
  const to = order.map((axis) => shape[axis]!);
  const result = new Float32Array(values.length);
  const index = to.map(() => 0);
  for (let at = 0; at < result.length; at++) {
    let from = 0;
    for (let i = 0; i < to.length; i++) from += index[i]! * strides[order[i]!]!;
    result[at] = values[from]!;
    for (let i = to.length - 1; i >= 0; i--) {
      if (++index[i]! < to[i]!) break;
      index[i] = 0;
    }
  }
  return { values: result, shape: to };
}

/** An ONNX network being made of a TFLite one. */
export class NetworkDraft {
  /** The TFLite network. */
  readonly model: TfliteModel;
  /** True where the picture has the size of the file. */
  readonly fixedSize: boolean;
  /** What is written. */
  readonly onnx: OnnxWriter = new OnnxWriter();
  readonly #values = new Map<number, string>();
  readonly #constants = new Map<number, Constant>();
  /** Of tensors that are cut into blocks in the file, and whole here: the side of a block. */
  readonly #blocks = new Map<number, number>();
  readonly #random: Random | null;

  constructor(model: TfliteModel, { fixedSize, random }: DraftOptions) {
    this.model = model;
    this.fixedSize = fixedSize;
    this.#random = random === undefined ? null : new Random(random);
    this.#values.set(model.input, INPUT_NAME);
  }

  /** True where weights are random: ranges of the file's quantisation then mean nothing. */
  get isRandom(): boolean {
    return this.#random !== null;
  }

  /** The error of an operator that cannot be converted. */
  refuse(operator: TfliteOperator, problem: string): TeacherError {
    const { file } = this.model;
    const at = this.model.operators.indexOf(operator);
    return new TeacherError(
      `Cannot convert ${file}: operator ${at}, ${operator.name}, ${problem}; ` +
        "choose features that come before it with --features",
      { file },
    );
  }

  /** A tensor of the file. */
  tensor(index: number): TfliteTensor {
    const tensor = this.model.tensors[index];
    if (tensor) return tensor;
    const { file } = this.model;
    throw new TeacherError(`Cannot convert ${file}: an operator lacks an input`, { file });
  }

  /** The constant that a tensor is, or null where it is computed from the picture. */
  constant(index: number): Constant | null {
    const known = this.#constants.get(index);
    if (known) return known;
    const tensor = this.tensor(index);
    if (!tensor.data) return null;
    const values = constantValues(tensor);
    if (!values) {
      const { file } = this.model;
      throw new TeacherError(
        `Cannot convert ${file}: tensor ${index}, ${tensor.name}, holds ${tensor.data.length} bytes of ` +
          `${tensor.element} for [${tensor.shape}]; the file is damaged or has weights of an unknown kind`,
        { file },
      );
    }
    const constant = { values, shape: tensor.shape };
    this.#constants.set(index, constant);
    return constant;
  }

  /** Whole numbers of a constant tensor, or null where it is no constant. */
  integers(index: number): number[] | null {
    const constant = this.constant(index);
    return constant && Array.from(constant.values);
  }

  /** Makes a tensor stand for a constant that is known already. */
  setConstant(index: number, constant: Constant): void {
    this.#constants.set(index, constant);
  }

  /** Makes a tensor stand for a value of the ONNX graph. */
  setValue(index: number, name: string): void {
    this.#values.set(index, name);
  }

  /** The side of the blocks into which the file cuts a tensor; 1 where it is whole. */
  blockOf(index: number): number {
    return this.#blocks.get(index) ?? 1;
  }

  /** Says that the file cuts a tensor into blocks. */
  setBlock(index: number, block: number): void {
    this.#blocks.set(index, block);
  }

  /**
   * The value of a tensor in the ONNX graph.
   *
   * @param rank the rank of what it is combined with: a constant of lower rank gets leading dimensions of 1.
   */
  value(index: number, rank: number = this.tensor(index).shape.length): string {
    const known = this.#values.get(index);
    if (known !== undefined) return known;
    const constant = this.constant(index);
    if (!constant) {
      const { file } = this.model;
      throw new TeacherError(
        `Cannot convert ${file}: tensor ${index}, ${
          this.tensor(index).name
        }, is used before it is computed`,
        { file },
      );
    }
    const shape = [...Array(Math.max(0, rank - constant.shape.length)).fill(1), ...constant.shape];
    const ordered = shape.length === 4
      ? transpose({ values: constant.values, shape }, TO_ONNX)
      : { values: constant.values, shape };
    return this.onnx.floats(ordered.shape, ordered.values);
  }

  /** Weights of a layer, with `fan` inputs to each output: those of the file, or random ones (He et al. 2015). */
  weights(index: number, fan: number, operator: TfliteOperator): Constant {
    const constant = this.constant(index);
    if (!constant) throw this.refuse(operator, "has weights that are no constants");
    const random = this.#random;
    if (!random) return constant;
    const deviation = Math.sqrt(2 / fan);
    return {
      shape: constant.shape,
      values: constant.values.map(() => deviation * random.normal()),
    };
  }

  /** The bias of a layer as an ONNX constant, nothing where it has none. */
  bias(index: number | undefined): string[] {
    if (index === undefined || index < 0) return [];
    const { values } = this.constant(index)!;
    return [
      this.onnx.floats([values.length], this.#random ? new Float32Array(values.length) : values),
    ];
  }

  /**
   * Applies a fused activation, by its number in the schema, and the range of a quantised output. ReLUs of quantised
   * networks often are such ranges.
   */
  activate(
    name: string,
    activation: number,
    output: TfliteTensor,
    operator: TfliteOperator,
  ): string {
    if (activation === 4) return this.onnx.add("Tanh", [name]);
    const bounds = ACTIVATIONS[activation];
    if (!bounds) throw this.refuse(operator, `has the unknown activation ${activation}`);
    let [low, high] = bounds;
    const range = this.isRandom ? null : quantisedRange(output);
    if (range) [low, high] = [Math.max(low, range[0]), Math.min(high, range[1])];
    return this.clamp(name, low, high);
  }

  /** A value cut off below and above; either bound may be infinite. */
  clamp(name: string, low: number, high: number): string {
    if (low === 0 && high === Infinity) return this.onnx.add("Relu", [name]);
    if (low === -Infinity && high === Infinity) return name;
    const bounds = [low === -Infinity ? "" : this.onnx.scalar(low)];
    if (high !== Infinity) bounds.push(this.onnx.scalar(high));
    return this.onnx.add("Clip", [name, ...bounds]);
  }

  /** Rows and columns of a feature map, as an int64 list in the ONNX graph. */
  gridOf(name: string): string {
    const shape = this.onnx.add("Shape", [name]);
    return this.onnx.add("Slice", [shape, this.onnx.longs([2]), this.onnx.longs([4])]);
  }

  /**
   * Rows and columns that stand for those of a tensor, as an int64 list in the ONNX graph: those of the file, or of a
   * value that has the same number of rows and columns there.
   *
   * @returns null where no value has them.
   */
  gridLike({ shape }: TfliteTensor): string | null {
    const [, rows, columns] = shape;
    if (this.fixedSize) return this.onnx.longs([rows!, columns!]);
    for (const [index, name] of this.#values) {
      const other = this.tensor(index).shape;
      if (other.length === 4 && other[0] === 1 && other[1] === rows && other[2] === columns) {
        return this.gridOf(name);
      }
    }
    return null;
  }

  /** A feature map brought to a grid that {@link gridOf} or {@link gridLike} gave. */
  resize(name: string, grid: string, attributes: Readonly<Record<string, string>>): string {
    const shape = this.onnx.add("Shape", [name]);
    const head = this.onnx.add("Slice", [shape, this.onnx.longs([0]), this.onnx.longs([2])]);
    const sizes = this.onnx.add("Concat", [head, grid], { axis: 0 });
    return this.onnx.add("Resize", [name, "", "", sizes], attributes);
  }

  /** A value of an ONNX graph in TFLite's order of dimensions. */
  inFileOrder(name: string, rank: number): string {
    return rank === 4 ? this.onnx.add("Transpose", [name], { perm: [0, 2, 3, 1] }) : name;
  }

  /** A value in TFLite's order of dimensions as it stands in the ONNX graph. */
  fromFileOrder(name: string, rank: number): string {
    return rank === 4 ? this.onnx.add("Transpose", [name], { perm: [...TO_ONNX] }) : name;
  }
}

/** Lower and upper bound of each fused activation: none, ReLU, ReLU from -1 to 1, ReLU6. */
const ACTIVATIONS: readonly (readonly [number, number])[] = [
  [-Infinity, Infinity],
  [0, Infinity],
  [-1, 1],
  [0, 6],
];

/** The numbers that a quantised tensor can hold, or null where it is not quantised. */
function quantisedRange({ element, quantisation }: TfliteTensor): readonly [number, number] | null {
  const low = element === "uint8" ? 0 : element === "int8" ? -128 : null;
  const [scale] = quantisation.scale;
  if (low === null || scale === undefined || quantisation.scale.length !== 1) return null;
  const zero = quantisation.zero[0] ?? 0;
  return [(low - zero) * scale, (low + 255 - zero) * scale];
}
