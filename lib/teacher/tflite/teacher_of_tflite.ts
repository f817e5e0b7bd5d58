/**
 * The model and the card of a teacher that a TensorFlow Lite file becomes.
 *
 * @module
 */
import type { TeacherCard } from "../card.ts";
import { CATALOGUE, type CatalogueEntry } from "../catalogue.ts";
import { TeacherError } from "../errors.ts";
import { sha256Of } from "../find_teacher.ts";
import { convertTflite, OUTPUT_NAME } from "./convert.ts";
import { defaultFeatures, namedFeatures } from "./features.ts";
import { parseTflite, type TfliteModel } from "./model.ts";
import { INPUT_NAME } from "./network_draft.ts";

/** Pixels of the shorter side of photographs, where the network takes any size. */
const SHORT_SIDE = 512;

/** The numbers that black and white pixels become. */
export type InputRange = readonly [black: number, white: number];

/** What networks of floats that do not say otherwise are taken to expect. */
const USUAL_RANGE: InputRange = [-1, 1];

/** Settings of {@link teacherOfTflite}. */
export interface TfliteTeacherOptions {
  /** Id of the teacher; that of the catalogue by default, where it has this file. */
  readonly id?: string | undefined;
  /** Feature maps to read, by index or name, separated by commas. */
  readonly features?: string | undefined;
  /** What black and white pixels become; a quantised network says it itself. */
  readonly range?: InputRange | undefined;
  /** Seed of random weights in the place of the file's: a placebo of the same shape. */
  readonly random?: number | undefined;
}

/** A teacher made of a TensorFlow Lite file. */
export interface TfliteTeacher {
  /** Its card. */
  readonly card: TeacherCard;
  /** Its ONNX file. */
  readonly onnx: Uint8Array<ArrayBuffer>;
  /** What was assumed, for the user to check; empty where nothing was. */
  readonly assumed: readonly string[];
}

/**
 * Makes a teacher of the bytes of a TensorFlow Lite file. A file of the catalogue, known by its SHA-256, gets the
 * catalogue's feature maps and card; of any other the last wide feature map is read.
 *
 * @param file its name, for messages and for the card
 * @throws {TeacherError} where the file cannot be read or converted, has no id, or makes another model than the
 *   catalogue pins.
 */
export function teacherOfTflite(
  bytes: Uint8Array,
  file: string,
  { id: given, features, range, random }: TfliteTeacherOptions,
): TfliteTeacher {
  const model = parseTflite(bytes, file);
  const sha256 = sha256Of(bytes);
  const known = entryOf(sha256);
  const isAltered = features !== undefined || range !== undefined || random !== undefined;
  if (known && !isAltered && (given === undefined || given === known.card.id)) {
    return fromCatalogue(model, known);
  }
  const id = given ?? (known && random !== undefined ? `${known.card.id}-random` : undefined);
  if (id === undefined || CATALOGUE.has(id)) {
    throw new TeacherError(
      id === undefined
        ? `Cannot name the teacher of ${file}: the catalogue does not know this file; give --as NAME`
        : `Cannot name the teacher of ${file} ${id}: the catalogue has another model of this name; give another with --as`,
      { file },
    );
  }
  const assumed: string[] = [];
  const maps = features !== undefined
    ? namedFeatures(model, features)
    : known?.published?.features ?? defaultFeatures(model);
  if (features === undefined && !known) {
    const { index, name } = model.tensors[maps[0]!]!;
    assumed.push(`its features are feature map ${index}, ${name}; --features names others`);
  }
  const own = quantisedRange(model);
  if (range === undefined && !own && !known) {
    assumed.push(
      `black is ${USUAL_RANGE[0]} and white ${USUAL_RANGE[1]}; --range BLACK,WHITE says otherwise`,
    );
  }
  const { onnx, width, multiple, size } = convertTflite(model, { features: maps, random });
  if (size && size[0] !== size[1]) {
    throw new TeacherError(
      `Cannot make a teacher of ${file}: up to its features it only works at its own size, ${
        size[1]
      } x ${size[0]} ` +
        "pixels, and teachers take squares or any size; choose earlier features with --features",
      { file },
    );
  }
  const names = maps.map((index) => model.tensors[index]!.name).join(", ");
  const weights = random === undefined ? "" : `, with random weights of seed ${random}`;
  const card: TeacherCard = {
    id,
    file: `${id}.onnx`,
    width,
    inputName: INPUT_NAME,
    outputName: OUTPUT_NAME,
    outputForm: "map",
    prefixTokens: 0,
    patch: multiple,
    ...(known && !range
      ? { mean: known.card.mean, std: known.card.std }
      : normalisation(range ?? own ?? USUAL_RANGE)),
    shortSide: size?.[0] ?? Math.ceil(SHORT_SIDE / multiple) * multiple,
    licence: known?.card.licence ?? "not known: whoever published the file says it",
    provenance: `${file}, SHA-256 ${sha256}, converted up to ${names}${weights}`,
    ...(size ? { sizing: "stretch" as const } : {}),
    sha256: sha256Of(onnx),
  };
  return { card, onnx, assumed };
}

/** The entry of the catalogue whose TensorFlow Lite file has this SHA-256. */
function entryOf(sha256: string): CatalogueEntry | undefined {
  return CATALOGUE.values().find(({ published }) => published?.sha256 === sha256);
}

function fromCatalogue(model: TfliteModel, { card, published }: CatalogueEntry): TfliteTeacher {
  const { onnx } = convertTflite(model, { features: published!.features });
  const found = sha256Of(onnx);
  if (found !== card.sha256) {
    throw new TeacherError(
      `Cannot make ${card.id}: the SHA-256 of the converted model is ${found}, the catalogue pins ${card.sha256}; ` +
        "this version of the program converts in another way than the one that pinned it: report it",
      { file: model.file },
    );
  }
  return { card, onnx, assumed: [] };
}

/** What black and white become in a network that takes quantised pictures, or null. */
function quantisedRange({ tensors, input }: TfliteModel): InputRange | null {
  const { element, quantisation: { scale: [scale], zero: [zero = 0] } } = tensors[input]!;
  if (scale === undefined) return null;
  const low = element === "int8" ? -128 : 0;
  return [scale * (low - zero), scale * (low + 255 - zero)];
}

/** Mean and deviation with which pixels of 0 to 1 become `black` to `white`. */
function normalisation([black, white]: InputRange): Pick<TeacherCard, "mean" | "std"> {
  const std = 1 / (white - black);
  const mean = -black * std;
  return { mean: [mean, mean, mean], std: [std, std, std] };
}
