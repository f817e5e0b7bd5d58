/**
 * Text in UTF-16 with a mark, as Excel saves "Unicode Text" and PowerShell writes what it redirects. It is read as UTF-8
 * and answered as it came.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";

/** Bytes that are converted at a time: no string is as long as a large file. */
const BLOCK = 1 << 20;

/** Tells by the mark at its beginning whether a file is UTF-16, and in which order of bytes. */
function utf16Of(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : null;
}

/** A file in UTF-8, with its mark: the same bytes unless it is UTF-16. */
export function utf8Bytes(bytes: Uint8Array): Uint8Array {
  const encoding = utf16Of(bytes);
  if (!encoding) return bytes;
  const encoder = new TextEncoder();
  return concat([...blocks(bytes, encoding)].map((text) => encoder.encode(text)));
}

/** A file that is UTF-8 in the encoding of another one. */
export function encodedLike(utf8: Uint8Array, other: Uint8Array): Uint8Array {
  const encoding = utf16Of(other);
  if (!encoding) return utf8;
  return concat([...blocks(utf8, "utf-8")].map((text) => {
    const view = new DataView(new ArrayBuffer(2 * text.length));
    for (let at = 0; at < text.length; at++) {
      view.setUint16(2 * at, text.charCodeAt(at), encoding === "utf-16le");
    }
    return new Uint8Array(view.buffer);
  }));
}

function* blocks(bytes: Uint8Array, encoding: string): Generator<string> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  for (let at = 0; at < bytes.length; at += BLOCK) {
    yield decoder.decode(bytes.subarray(at, at + BLOCK), { stream: true });
  }
  yield decoder.decode();
}
