/**
 * The card of a teacher: what the program has to know about an ONNX model to feed it photographs and to read its
 * features. It is a JSON file in the same folder as the model.
 *
 * @module
 */
import { z } from "zod";
import { exactly, issueAt, parseJson, validate, violationsText } from "../validation/mod.ts";
import { TeacherError } from "./errors.ts";

/** What the program has to know about a teacher. */
export interface TeacherCard {
  /** Name by which the cards of students refer to the teacher. */
  id: string;
  /** Name of the ONNX file, in the folder of the card. */
  file: string;
  /** Width of a feature, D. */
  width: number;
  /** Name of the model's input: f32 [1, 3, height, width] (or as `inputLayout` says), RGB. */
  inputName: string;
  /** Name of the model's output; `outputForm` gives its shape. */
  outputName: string;
  /**
   * Shape of the output: `map` is [1, D, rows, columns]; `cells` is [1, rows, columns, D]; `tokens` is
   * [1, prefixTokens + rows * columns, D], row by row, one token for each patch.
   */
  outputForm: "map" | "cells" | "tokens";
  /** Number of tokens before that of the first patch: the class token and registers. */
  prefixTokens: number;
  /** Edge of a patch, pixels. Both sides of the resized photograph are multiples of it. */
  patch: number;
  /** Mean of each channel, of RGB in 0..1. */
  mean: [number, number, number];
  /** Standard deviation of each channel, of RGB in 0..1. */
  std: [number, number, number];
  /**
   * Length, in pixels, to which the photograph's shorter side is resized, a multiple of `patch`; where `sizing`
   * asks for squares, the side of the square.
   */
  shortSide: number;
  /** Licence of the weights. */
  licence: string;
  /** Where the weights come from. */
  provenance: string;
  /** Layout of the input: `NCHW` (the default), or `NHWC`, f32 [1, height, width, 3]. */
  inputLayout?: "NCHW" | "NHWC";
  /**
   * Sizes that the model accepts. `aspect` (the default): any multiples of the patch. `pad`: only squares of
   * `shortSide`; the photograph's longer side is resized to it, and zeros fill the rest on the right and below
   * (SAM). `stretch`: only squares of `shortSide`, to which the photograph is stretched (CLIP, SigLIP).
   */
  sizing?: "aspect" | "pad" | "stretch";
  /** Files in the same folder that hold the weights, under the names that the model uses for them. */
  externalData?: string[];
  /** SHA-256 of the ONNX file, in hexadecimal; a file with another hash is refused. */
  sha256?: string;
}

const text = z.string().min(1);
const triple = z.tuple([z.number(), z.number(), z.number()]);
const positive = z.number().positive();

/** Schema that checks a card. */
export const teacherCardSchema = exactly<TeacherCard>()({
  id: text,
  file: text,
  width: z.int().positive(),
  inputName: text,
  outputName: text,
  outputForm: z.enum(["map", "cells", "tokens"]),
  prefixTokens: z.int().nonnegative(),
  patch: z.int().positive(),
  mean: triple,
  std: z.tuple([positive, positive, positive]),
  shortSide: z.int().positive(),
  licence: text,
  provenance: text,
  inputLayout: z.enum(["NCHW", "NHWC"]).exactOptional(),
  sizing: z.enum(["aspect", "pad", "stretch"]).exactOptional(),
  externalData: z.array(text).exactOptional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "write 64 lower-case hexadecimal digits")
    .exactOptional(),
}).superRefine(({ shortSide, patch, outputForm, prefixTokens }, context) => {
  if (shortSide % patch !== 0) {
    const problem = `shortSide is ${shortSide}, no multiple of patch (${patch})`;
    context.addIssue(issueAt(["shortSide"], problem, "write a multiple"));
  }
  if (outputForm !== "tokens" && prefixTokens !== 0) {
    const problem = `prefixTokens is ${prefixTokens}, but only outputs of the form tokens have any`;
    context.addIssue(issueAt(["prefixTokens"], problem, "write 0"));
  }
});

/**
 * Reads a card.
 *
 * @param file name of the card's file, for error messages
 * @throws {TeacherError} naming the field that is wrong and what to do
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseTeacherCard } from "./mod.ts";
 *
 * const text = JSON.stringify({
 *   id: "my-vit",
 *   file: "my-vit.onnx",
 *   width: 384,
 *   inputName: "pixel_values",
 *   outputName: "last_hidden_state",
 *   outputForm: "tokens",
 *   prefixTokens: 1,
 *   patch: 14,
 *   mean: [0.485, 0.456, 0.406],
 *   std: [0.229, 0.224, 0.225],
 *   shortSide: 518,
 *   licence: "Apache-2.0",
 *   provenance: "trained by us",
 * });
 * assert.equal(parseTeacherCard(text, "my-vit.json").width, 384);
 * assert.throws(
 *   () => parseTeacherCard(text.replace("518", "500"), "my-vit.json"),
 *   { name: "TeacherError", field: "shortSide" },
 * );
 * ```
 */
export function parseTeacherCard(json: string, file: string): TeacherCard {
  const value = parseJson(
    json,
    (problem, cause) => new TeacherError(`Cannot read ${file}: ${problem}`, { file, cause }),
  );
  return validate(teacherCardSchema, value, (violation, all) => {
    const message = `Cannot read ${file}: ${violationsText(all)}`;
    return new TeacherError(message, { file, field: violation.field });
  });
}
