/**
 * Camera files as they come: text in any of the encodings that programs write, or COLMAP's binary.
 *
 * @module
 */
import { parseJson } from "../../validation/mod.ts";

/** A camera file as the client sent it: its text, or its bytes. */
export type CameraFile =
  | {
    /** Name of the file; its path within a folder, where it comes from one. */
    name: string;
    /** Its content. */
    text: string;
  }
  | {
    /** Name of the file; its path within a folder, where it comes from one. */
    name: string;
    /** Its content. */
    bytes: Uint8Array;
  };

/** A camera file with what a reader needs of it. */
export interface OpenedFile {
  /** Name of the file. */
  name: string;
  /** Its text without a byte order mark; "" where it is binary. */
  text: string;
  /** Its bytes, where it is binary. */
  binary: Uint8Array | null;
  /** Its content as JSON; undefined where it is not JSON. It is parsed once. */
  json: unknown;
  /** Why it is not JSON, with line and column; null where it is, and where it does not look like it. */
  jsonProblem: string | null;
}

/** Names of files that are binary, whatever their first bytes are. */
const BINARY = /\.bin$/i;
/** Bytes at the beginning of a file that tell text from binary. */
const HEAD = 1024;

/** Decodes a camera file. */
export function openFile(file: CameraFile): OpenedFile {
  const { name } = file;
  const text = "text" in file ? file.text : BINARY.test(name) ? null : textOf(file.bytes);
  if (text === null) {
    const { bytes } = file as { bytes: Uint8Array };
    return { name, text: "", binary: bytes, json: undefined, jsonProblem: null };
  }
  const plain = text.replace(/^\uFEFF/, "");
  return { name, text: plain, binary: null, ...jsonOf(plain) };
}

/** UTF-8, UTF-16 with its mark, or what Windows writes; null for what is no text. */
function textOf(bytes: Uint8Array): string | null {
  const mark = (bytes[0] ?? 0) << 8 | (bytes[1] ?? 0);
  if (mark === 0xfffe) return new TextDecoder("utf-16le").decode(bytes);
  if (mark === 0xfeff) return new TextDecoder("utf-16be").decode(bytes);
  if (bytes.subarray(0, HEAD).includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function jsonOf(text: string): Pick<OpenedFile, "json" | "jsonProblem"> {
  if (!/^\s*[[{]/.test(text)) return { json: undefined, jsonProblem: null };
  try {
    return { json: parseJson(text, (problem) => new SyntaxError(problem)), jsonProblem: null };
  } catch (error) {
    return { json: undefined, jsonProblem: (error as Error).message };
  }
}
