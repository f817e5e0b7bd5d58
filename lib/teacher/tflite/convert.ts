/**
 * Makes an ONNX teacher of a TFLite network: any network of operators that `rules.ts` knows, cut off behind the feature
 * maps that are asked for.
 *
 * @module
 */
import { cellPixels } from "./features.ts";
import type { TfliteModel, TfliteOperator } from "./model.ts";
import { FixedSizeNeeded, INPUT_NAME, NetworkDraft } from "./network_draft.ts";
import { convertOperator } from "./rules.ts";

/** Name of the features that come out of a converted network. */
export const OUTPUT_NAME = "features";

/** What to convert. */
export interface ConversionOptions {
  /** Indices of feature maps. They are brought to the grid of the first, and stand one behind the other. */
  readonly features: readonly number[];
  /** Seed of random weights in the place of the file's: a placebo of the same shape. */
  readonly random?: number | undefined;
}

/** A converted network. */
export interface ConvertedNetwork {
  /** The ONNX file: `pixels` f32 [1, 3, height, width] goes in, `features` f32 [1, width, rows, columns] comes out. */
  readonly onnx: Uint8Array<ArrayBuffer>;
  /** Width of a feature. */
  readonly width: number;
  /** Both sides of a picture have to be multiples of it. */
  readonly multiple: number;
  /** Rows and columns of the pictures that the network takes; null where it takes any multiples. */
  readonly size: readonly [number, number] | null;
}

/**
 * Converts a network. Its size stays free where all operators allow that.
 *
 * @throws {TeacherError} naming the operator that cannot be converted, and what to do.
 */
export function convertTflite(model: TfliteModel, options: ConversionOptions): ConvertedNetwork {
  try {
    return convertAt(model, options, false);
  } catch (error) {
    if (!(error instanceof FixedSizeNeeded)) throw error;
    return convertAt(model, options, true);
  }
}

function convertAt(
  model: TfliteModel,
  { features, random }: ConversionOptions,
  fixedSize: boolean,
): ConvertedNetwork {
  const [, height, width] = model.tensors[model.input]!.shape;
  const network = new NetworkDraft(model, { fixedSize, random });
  for (const operator of neededOperators(model, features)) {
    convertOperator(network, operator);
  }
  const { onnx } = network;
  const [first, ...others] = features.map((index) => network.value(index));
  const grid = others.length > 0 ? network.gridOf(first!) : null;
  const maps = others.map((name) =>
    network.resize(name, grid!, { mode: "linear", coordinate_transformation_mode: "half_pixel" })
  );
  const joined = maps.length > 0 ? onnx.add("Concat", [first!, ...maps], { axis: 1 }) : first!;
  onnx.node("Identity", [joined], {}, [OUTPUT_NAME]);
  const tensors = features.map((index) => model.tensors[index]!);
  const wide = tensors.reduce((sum, { shape }) => sum + shape[3]!, 0);
  return {
    onnx: onnx.finish({
      name: "teacher",
      inputs: [{
        name: INPUT_NAME,
        dims: fixedSize ? [1, 3, height!, width!] : [1, 3, "height", "width"],
      }],
      outputs: [{ name: OUTPUT_NAME, dims: [1, wide, "rows", "columns"] }],
    }),
    width: wide,
    multiple: Math.max(...tensors.map((tensor) => cellPixels(model, tensor))),
    size: fixedSize ? [height!, width!] : null,
  };
}

/** The operators on which these tensors depend, in the order in which they run. */
function neededOperators(model: TfliteModel, tensors: readonly number[]): TfliteOperator[] {
  const needed = new Set(tensors);
  const operators: TfliteOperator[] = [];
  for (const operator of model.operators.toReversed()) {
    if (!operator.outputs.some((index) => needed.has(index))) continue;
    for (const index of operator.inputs) needed.add(index);
    operators.unshift(operator);
  }
  return operators;
}
