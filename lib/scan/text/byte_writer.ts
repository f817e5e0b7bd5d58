/**
 * A buffer of bytes that grows, for answers of unknown size.
 *
 * @module
 */

/** Collects bytes and ASCII text. */
export class ByteWriter {
  #buffer: Uint8Array;
  #length = 0;
  readonly #encoder = new TextEncoder();

  /** @param capacity bytes that are allocated at first */
  constructor(capacity: number) {
    this.#buffer = new Uint8Array(capacity);
  }

  /** Appends bytes. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Appends ASCII text. */
  text(text: string): void {
    this.#reserve(text.length);
    this.#length += this.#encoder.encodeInto(text, this.#buffer.subarray(this.#length)).written;
  }

  /** Gives everything that has been appended. */
  result(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
