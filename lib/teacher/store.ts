/**
 * Where teachers are found: a card by its path, or a name of the models folder or of the catalogue. Reads files,
 * opens no connection.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { parseTeacherCard, type TeacherCard } from "./card.ts";
import { CATALOGUE } from "./catalogue.ts";
import { TeacherError } from "./errors.ts";

/** A teacher as it stands on disk. */
export interface TeacherFile {
  readonly card: TeacherCard;
  readonly onnx: Uint8Array;
  /** Bytes of the card's `externalData`, in its order. */
  readonly externalData: readonly Uint8Array[];
}

/** The folder that holds downloaded and exported models: `TTTKD_MODELS`, or `~/.cache/ttt-kd`. */
export function modelsFolder(): string {
  return Deno.env.get("TTTKD_MODELS") ??
    join(Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? ".", ".cache", "ttt-kd");
}

/**
 * Reads a teacher by the path of its card (with its files beside it) or by name: `NAME.json` and its files in the
 * models folder, or a card of the catalogue with its files there.
 *
 * @param folder the models folder.
 * @throws {TeacherError} in one line: what is missing, where it belongs and how to get it; or that a file is not the
 * one that the card pins.
 */
export async function findTeacher(
  given: string,
  folder: string = modelsFolder(),
): Promise<TeacherFile> {
  const { card, at } = await findCard(given, folder);
  const known = CATALOGUE.has(card.id);
  const read = async (file: string) => {
    const path = join(at, file);
    try {
      return await Deno.readFile(path);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw cause;
      const mend = known
        ? `; export it by python3 fixtures/teachers/export_teacher.py ${card.id} ${at}` +
          (CATALOGUE.get(card.id)!.hub
            ? `, or fetch it by deno task teachers --get ${card.id}`
            : "")
        : "";
      throw new TeacherError(
        `Cannot read teacher ${card.id}: there is no ${path}; place ${file} there${mend}`,
        path,
        undefined,
        cause,
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
        `pins ${card.sha256}; get the file anew or correct the card`,
      card.file,
      "sha256",
    );
  }
  return { card, onnx, externalData: await Promise.all((card.externalData ?? []).map(read)) };
}

/** Hexadecimal SHA-256. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The card, and the folder that its files stand in. */
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
        (isName ? `, or a name out of ${[...CATALOGUE.keys()].join(", ")}` : ""),
      path,
      undefined,
      cause,
    );
  }
}
