/**
 * Edits of a text within a file, such as its header.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";

/** A part of a text that is replaced. */
export interface TextEdit {
  /** Byte at which it begins. */
  offset: number;
  /** Byte after it; `offset` where something is inserted. */
  endOffset: number;
  put: string;
}

/**
 * Gives the bytes with all edits done.
 *
 * @param edits none within another; those of one place in their order
 */
export function edited(bytes: Uint8Array, edits: readonly TextEdit[]): Uint8Array {
  const text = new TextEncoder();
  const out: Uint8Array[] = [];
  let from = 0;
  for (const { offset, endOffset, put } of edits.toSorted((a, b) => a.offset - b.offset)) {
    out.push(bytes.subarray(from, offset), text.encode(put));
    from = endOffset;
  }
  return concat([...out, bytes.subarray(from)]);
}
