/**
 * Finds teachers on disk: by the path of a card, or by a name in the models folder or in the catalogue. It reads files
 * and opens no connection.
 *
 * @module
 */
import { taskCommand } from "../terminal/task_command.ts";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { parseTeacherCard, type TeacherCard } from "./card.ts";
import { CATALOGUE } from "./catalogue.ts";
import { TeacherError } from "./errors.ts";

/** The files of a teacher. */
export interface TeacherFile {
  /** The card. */
  readonly card: TeacherCard;
  /** Bytes of the ONNX file. */
  readonly onnx: Uint8Array;
  /** Bytes of the files in the card's `externalData`, in their order. */
  readonly externalData: readonly Uint8Array[];
}

/** Gives the folder of downloaded and exported models: `TTTKD_MODELS`, or `~/.cache/ttt-kd`. */
export function modelsFolder(): string {
  return Deno.env.get("TTTKD_MODELS") ??
    join(Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? ".", ".cache", "ttt-kd");
}

/**
 * Reads the files of a teacher.
 *
 * @param given the path of a card that has its files beside it; or the name of a teacher with files in the models
 *   folder, whose card is `NAME.json` there or in the catalogue
 * @param folder the models folder
 * @throws {TeacherError} naming the file that is missing, where it belongs and how to get it; or where the ONNX file
 *   has another hash than the card's
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findTeacher } from "./mod.ts";
 *
 * await assert.rejects(
 *   findTeacher("dinov2-small", "/folder/without/models"),
 *   /there is no .*dinov2-small\.onnx; put dinov2-small\.onnx there; .* task teachers --get dinov2-small --sha256 HASH$/,
 * );
 * ```
 */
export async function findTeacher(
  given: string,
  folder: string = modelsFolder(),
): Promise<TeacherFile> {
  const { card, at } = await findCard(given, folder);
  const read = async (file: string) => {
    const path = join(at, file);
    try {
      return await Deno.readFile(path);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw cause;
      const mend = wayToGet(card, at);
      throw new TeacherError(
        `Cannot read teacher ${card.id}: there is no ${path}; put ${file} there${mend}`,
        { file: path, cause },
      );
    }
  };
  const onnx = await read(card.file);
  const found = sha256Of(onnx);
  if (card.sha256 !== undefined && card.sha256 !== found) {
    throw new TeacherError(
      `Cannot read teacher ${card.id}: the SHA-256 of ${
        join(at, card.file)
      } is ${found}, the card ` +
        `pins ${card.sha256}; download the file again or correct the card`,
      { file: card.file, field: "sha256" },
    );
  }
  return { card, onnx, externalData: await Promise.all((card.externalData ?? []).map(read)) };
}

/** How to get the files of a teacher of the catalogue, to follow what is missing; empty for others. */
function wayToGet(card: TeacherCard, folder: string): string {
  const entry = CATALOGUE.get(card.id);
  if (!entry) return "";
  const { hub, published } = entry;
  if (published) {
    const given = published.npm ? card.id : `FILE.tflite --as ${card.id}`;
    return `, or convert it with ${taskCommand(`teachers --get ${given}`)}`;
  }
  const pin = card.sha256 === undefined ? " --sha256 HASH" : "";
  return `; export it with python3 fixtures/teachers/export_teacher.py ${card.id} ${folder}` +
    (hub ? `, or download it with ${taskCommand(`teachers --get ${card.id}${pin}`)}` : "");
}

/** Gives the SHA-256 of bytes in hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The card, and the folder of its files. */
async function findCard(given: string, folder: string): Promise<{ card: TeacherCard; at: string }> {
  const isName = !/[/\\]|\.json$/.test(given);
  const path = isName ? join(folder, `${given}.json`) : given;
  try {
    return { card: parseTeacherCard(await Deno.readTextFile(path), path), at: dirname(path) };
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    const entry = isName ? CATALOGUE.get(given) : undefined;
    if (entry) return { card: entry.card, at: folder };
    throw new TeacherError(
      `Cannot find teacher ${given}: there is no ${path}; give the path of a card` +
        (isName ? `, or one of the names ${[...CATALOGUE.keys()].join(", ")}` : ""),
      { file: path, cause },
    );
  }
}
