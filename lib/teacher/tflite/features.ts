/**
 * Which tensors of a network are read as a teacher's features.
 *
 * @module
 */
import { TeacherError } from "../errors.ts";
import type { TfliteModel, TfliteTensor } from "./model.ts";

/** Widths that a default choice may have: narrower maps say little, wider ones cost much. */
const WIDTHS = { least: 64, most: 1024 };

/** Pixels of a cell that a default choice may have, the best first. */
const CELLS = [16, 8, 32];

/** Pixels along a cell of a feature map, to the nearest power of two: 513 pixels over 33 cells are 16. */
export function cellPixels(model: TfliteModel, { shape }: TfliteTensor): number {
  const pixels = model.tensors[model.input]!.shape[1]! / shape[1]!;
  return 2 ** Math.round(Math.log2(pixels));
}

function isMap({ shape, data }: TfliteTensor): boolean {
  return data === null && shape.length === 4 && shape[0] === 1 && shape[1]! * shape[2]! > 1;
}

/** Operators whose outputs are steps within a layer, not features. */
const STEPS =
  /^(QUANTIZE|DEQUANTIZE|PAD|PADV2|DEPTHWISE_CONV_2D|SPLIT|SPLIT_V|SLICE|STRIDED_SLICE)$/;

/** Feature maps that some layer makes and an operator reads, in the order in which they are made. */
function innerMaps(model: TfliteModel): TfliteTensor[] {
  const read = new Set(model.operators.flatMap(({ inputs }) => inputs));
  return model.operators
    .filter(({ name }) => !STEPS.test(name))
    .flatMap(({ outputs }) => outputs.map((index) => model.tensors[index]!))
    .filter((tensor) => isMap(tensor) && read.has(tensor.index));
}

/** One line for each inner map: index, width, pixels of a cell, name. */
function listed(model: TfliteModel): string {
  const maps = innerMaps(model).filter(({ shape }) => shape[3]! >= WIDTHS.least);
  return maps.slice(-40).map((tensor) =>
    `  ${tensor.index}: ${tensor.shape[3]} wide, cells of ${
      cellPixels(model, tensor)
    } pixels, ${tensor.name}`
  ).join("\n");
}

/**
 * The last inner map with cells of 16 pixels that is 64 to 1024 wide, or else of 8, or of 32: in networks that label
 * pixels or find objects it is what their decoder or their heads start from.
 *
 * @throws {TeacherError} where there is none.
 */
export function defaultFeatures(model: TfliteModel): number[] {
  const maps = innerMaps(model).filter(({ shape }) =>
    shape[3]! >= WIDTHS.least && shape[3]! <= WIDTHS.most
  );
  for (const cell of CELLS) {
    const last = maps.findLast((tensor) => cellPixels(model, tensor) === cell);
    if (last) return [last.index];
  }
  const { file } = model;
  throw new TeacherError(
    `Cannot choose features of ${file}: no map is ${WIDTHS.least} to ${WIDTHS.most} wide with cells of ` +
      `${CELLS.toSorted((a, b) => a - b).join(", ")} pixels; give --features INDEX,INDEX\n${
        listed(model)
      }`,
    { file },
  );
}

/**
 * The tensors that a text names, by index or by name, separated by commas.
 *
 * @throws {TeacherError} with the maps that there are, where one is none.
 */
export function namedFeatures(model: TfliteModel, text: string): number[] {
  return text.split(",").map((given) => {
    const wanted = given.trim();
    const tensor = model.tensors.find(({ index, name }) =>
      `${index}` === wanted || name === wanted
    );
    if (tensor && isMap(tensor)) return tensor.index;
    const { file } = model;
    throw new TeacherError(
      `Cannot read features '${wanted}' of ${file}: no feature map has this index or name; there are\n` +
        listed(model),
      { file },
    );
  });
}
