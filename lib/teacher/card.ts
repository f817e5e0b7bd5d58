/**
 * The card of a teacher: what has to be known of an ONNX model to feed it photographs and to read its
 * features. It stands as JSON beside the model.
 *
 * @module
 */
import { z } from "zod";
import { TeacherError } from "./errors.ts";

const text = z.string().min(1);
const triple = z.tuple([z.number(), z.number(), z.number()]);
const positive = z.number().positive();
/** What checks a card. */
export const teacherCardSchema = z.strictObject({
  id: text,
  file: text,
  width: z.number().int().positive(),
  inputName: text,
  outputName: text,
  outputForm: z.enum(["map", "cells", "tokens"]),
  prefixTokens: z.number().int().nonnegative(),
  patch: z.number().int().positive(),
  mean: triple,
  std: z.tuple([positive, positive, positive]),
  shortSide: z.number().int().positive(),
  licence: text,
  provenance: text,
  inputLayout: z.enum(["NCHW", "NHWC"]).optional(),
  sizing: z.enum(["aspect", "pad", "stretch"]).optional(),
  externalData: z.array(text).optional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits").optional(),
});

/** What has to be known of a teacher. */
export interface TeacherCard {
  /** Name that checkpoints of students remember. */
  id: string;
  /** The ONNX file, beside the card. */
  file: string;
  /** Width of a feature, D. */
  width: number;
  /** f32 [1, 3, height, width] (or as `inputLayout` says), RGB. */
  inputName: string;
  outputName: string;
  /**
   * Form of the output: `map` is [1, D, rows, columns]; `cells` is [1, rows, columns, D]; `tokens` is
   * [1, prefixTokens + rows * columns, D], rows first, one token a patch.
   */
  outputForm: "map" | "cells" | "tokens";
  /** Tokens before the first patch: class token and registers. */
  prefixTokens: number;
  /** Both sides of the resized photograph are multiples of this, pixels. */
  patch: number;
  /** Mean and standard deviation by channel, of RGB in 0..1. */
  mean: [number, number, number];
  std: [number, number, number];
  /**
   * The photograph is resized so that its shorter side has this many pixels, a multiple of `patch`; where
   * `sizing` asks for squares, this is their side.
   */
  shortSide: number;
  licence: string;
  provenance: string;
  /** `NCHW` by default; `NHWC` is f32 [1, height, width, 3]. */
  inputLayout?: "NCHW" | "NHWC";
  /**
   * Sizes that the model takes. `aspect` (the default): any multiples of the patch. `pad`: squares of
   * `shortSide` alone; the photograph's longer side gets that length, zeros stand to its right and below (SAM).
   * `stretch`: squares of `shortSide` alone, filled by the photograph whatever its aspect (CLIP, SigLIP).
   */
  sizing?: "aspect" | "pad" | "stretch";
  /** Files beside the model that hold its weights, by the names that it knows them by. */
  externalData?: string[];
  /** SHA-256 of the ONNX file, hexadecimal; another file is refused. */
  sha256?: string;
}

/**
 * Reads a card.
 *
 * @param file name for messages.
 * @throws {TeacherError} naming the field and what it has to be.
 */
export function parseTeacherCard(json: string, file: string): TeacherCard {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new TeacherError(
      `Cannot read ${file}: not JSON (${(cause as Error).message})`,
      file,
      undefined,
      cause,
    );
  }
  const parsed = teacherCardSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = issue.path.join(".") || "the card";
    throw new TeacherError(`Cannot read ${file}: ${field}: ${issue.message}`, file, field);
  }
  const { inputLayout, sizing, externalData, sha256, ...rest } = parsed.data;
  const card: TeacherCard = {
    ...rest,
    ...(inputLayout && { inputLayout }),
    ...(sizing && { sizing }),
    ...(externalData && { externalData }),
    ...(sha256 && { sha256 }),
  };
  if (card.shortSide % card.patch !== 0) {
    throw new TeacherError(
      `Cannot read ${file}: shortSide: ${card.shortSide} is no multiple of patch ${card.patch}`,
      file,
      "shortSide",
    );
  }
  if (card.outputForm !== "tokens" && card.prefixTokens !== 0) {
    throw new TeacherError(
      `Cannot read ${file}: prefixTokens: a map has none, got ${card.prefixTokens}`,
      file,
      "prefixTokens",
    );
  }
  return card;
}
