/**
 * What the files are like that options name. Work that goes on where it was stopped compares it: an option may be the same
 * while its file is another one.
 *
 * @module
 */
import { readFile, stat } from "node:fs/promises";
import type { Fingerprint } from "../journal/journal.ts";
import { readTeacher } from "../models/teachers.ts";
import { sha256Of } from "../teacher/mod.ts";

/** The option whose file names others, which are as much of it as itself. */
const TEACHER = "teacher";

/**
 * Hashes the files that options name. Every value that is the path of a file counts, or a list of such paths; what an option
 * is called and means does not, and so none can be forgotten.
 *
 * @param values of options, by name.
 * @returns for each option with a file, such as `content of --label-map`, the beginning of the hash.
 * @throws {TeacherError} where files of the option `teacher` are missing.
 */
export async function contentsOf(values: Readonly<Record<string, unknown>>): Promise<Fingerprint> {
  const contents: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== "string") continue;
    const hashes = name === TEACHER ? await hashesOfTeacher(value) : await hashesOf(value);
    if (hashes.length > 0) contents[`content of --${name}`] = hashes.join(", ");
  }
  return contents;
}

/** The hashes of a file, or of those of a list that are files. */
async function hashesOf(value: string): Promise<string[]> {
  const listed = await isFile(value) ? [value] : value.split(",").map((part) => part.trim());
  const hashes: string[] = [];
  for (const path of listed) {
    if (await isFile(path)) hashes.push(beginningOf(await readFile(path)));
  }
  return hashes;
}

/** The hashes of a teacher's card and of the files beside it. */
async function hashesOfTeacher(given: string): Promise<string[]> {
  const { card, onnx, externalData } = await readTeacher(given);
  const bytes = new TextEncoder().encode(JSON.stringify(card));
  return [bytes, onnx, ...externalData].map(beginningOf);
}

function beginningOf(bytes: Uint8Array): string {
  return sha256Of(bytes).slice(0, 16);
}

async function isFile(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => null);
  return info?.isFile() ?? false;
}
