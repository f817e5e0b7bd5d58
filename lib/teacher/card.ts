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
const cardSchema = z.strictObject({
  id: text,
  file: text,
  width: z.number().int().positive(),
  inputName: text,
  outputName: text,
  outputForm: z.enum(["map", "tokens"]),
  prefixTokens: z.number().int().nonnegative(),
  patch: z.number().int().positive(),
  mean: triple,
  std: z.tuple([positive, positive, positive]),
  shortSide: z.number().int().positive(),
  licence: text,
  provenance: text,
});

/** What has to be known of a teacher. */
export interface TeacherCard {
  /** Name that checkpoints of students remember. */
  id: string;
  /** The ONNX file, beside the card. */
  file: string;
  /** Width of a feature, D. */
  width: number;
  /** f32 [1, 3, height, width], RGB. */
  inputName: string;
  outputName: string;
  /**
   * Form of the output: `map` is [1, D, rows, columns]; `tokens` is [1, prefixTokens + rows * columns, D],
   * rows first, one token a patch.
   */
  outputForm: "map" | "tokens";
  /** Tokens before the first patch: class token and registers. */
  prefixTokens: number;
  /** Both sides of the resized photograph are multiples of this, pixels. */
  patch: number;
  /** Mean and standard deviation by channel, of RGB in 0..1. */
  mean: [number, number, number];
  std: [number, number, number];
  /** The photograph is resized so that its shorter side has this many pixels, a multiple of `patch`. */
  shortSide: number;
  licence: string;
  provenance: string;
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
  const parsed = cardSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = issue.path.join(".") || "the card";
    throw new TeacherError(`Cannot read ${file}: ${field}: ${issue.message}`, file, field);
  }
  const card: TeacherCard = parsed.data;
  if (card.shortSide % card.patch !== 0) {
    throw new TeacherError(
      `Cannot read ${file}: shortSide: ${card.shortSide} is no multiple of patch ${card.patch}`,
      file,
      "shortSide",
    );
  }
  if (card.outputForm === "map" && card.prefixTokens !== 0) {
    throw new TeacherError(
      `Cannot read ${file}: prefixTokens: a map has none, got ${card.prefixTokens}`,
      file,
      "prefixTokens",
    );
  }
  return card;
}
