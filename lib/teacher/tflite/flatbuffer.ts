/**
 * Reads FlatBuffers without a schema: tables whose fields are numbered, vectors and scalars, little-endian
 * (flatbuffers.dev, "FlatBuffer Internals"). Every access is checked against the bytes that are there.
 *
 * @module
 */

/** The bytes of a FlatBuffer. */
export class FlatBuffer {
  /** The bytes. */
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fail: (problem: string) => Error;

  /** @param fail makes the error that is thrown where the bytes contradict themselves. */
  constructor(bytes: Uint8Array, fail: (problem: string) => Error) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fail = fail;
  }

  /** The table at the root. */
  root(): FlatTable {
    return new FlatTable(this, this.reference(0));
  }

  /** Checks that `length` bytes from byte `at` on exist, and gives `at`. */
  within(at: number, length: number): number {
    if (at < 0 || length < 0 || at + length > this.bytes.length) {
      throw this.#fail(`byte ${at} is pointed at, but the file has ${this.bytes.length} bytes`);
    }
    return at;
  }

  /** The byte that the offset at byte `at` points to. */
  reference(at: number): number {
    return this.within(at + this.uint32(at), 4);
  }

  uint8(at: number): number {
    return this.#view.getUint8(this.within(at, 1));
  }

  uint16(at: number): number {
    return this.#view.getUint16(this.within(at, 2), true);
  }

  int32(at: number): number {
    return this.#view.getInt32(this.within(at, 4), true);
  }

  uint32(at: number): number {
    return this.#view.getUint32(this.within(at, 4), true);
  }

  int64(at: number): number {
    return Number(this.#view.getBigInt64(this.within(at, 8), true));
  }

  float32(at: number): number {
    return this.#view.getFloat32(this.within(at, 4), true);
  }
}

/** A table of a FlatBuffer; fields are given by their number in the schema. */
export class FlatTable {
  readonly #buffer: FlatBuffer;
  readonly #at: number;

  /** The table at byte `at`. */
  constructor(buffer: FlatBuffer, at: number) {
    this.#buffer = buffer;
    this.#at = at;
  }

  /** The byte of a field, or null where the table leaves it out. */
  #field(field: number): number | null {
    const vtable = this.#at - this.#buffer.int32(this.#at);
    const entry = 4 + 2 * field;
    if (entry >= this.#buffer.uint16(vtable)) return null;
    const offset = this.#buffer.uint16(vtable + entry);
    return offset === 0 ? null : this.#at + offset;
  }

  #vector(field: number, elementBytes: number): { at: number; length: number } {
    const at = this.#field(field);
    if (at === null) return { at: 0, length: 0 };
    const vector = this.#buffer.reference(at);
    const length = this.#buffer.uint32(vector);
    return { at: this.#buffer.within(vector + 4, length * elementBytes), length };
  }

  int32(field: number, otherwise = 0): number {
    const at = this.#field(field);
    return at === null ? otherwise : this.#buffer.int32(at);
  }

  uint32(field: number, otherwise = 0): number {
    const at = this.#field(field);
    return at === null ? otherwise : this.#buffer.uint32(at);
  }

  uint8(field: number, otherwise = 0): number {
    const at = this.#field(field);
    return at === null ? otherwise : this.#buffer.uint8(at);
  }

  float32(field: number, otherwise = 0): number {
    const at = this.#field(field);
    return at === null ? otherwise : this.#buffer.float32(at);
  }

  table(field: number): FlatTable | null {
    const at = this.#field(field);
    return at === null ? null : new FlatTable(this.#buffer, this.#buffer.reference(at));
  }

  tables(field: number): FlatTable[] {
    const { at, length } = this.#vector(field, 4);
    return Array.from(
      { length },
      (_, i) => new FlatTable(this.#buffer, this.#buffer.reference(at + 4 * i)),
    );
  }

  int32s(field: number): number[] {
    const { at, length } = this.#vector(field, 4);
    return Array.from({ length }, (_, i) => this.#buffer.int32(at + 4 * i));
  }

  int64s(field: number): number[] {
    const { at, length } = this.#vector(field, 8);
    return Array.from({ length }, (_, i) => this.#buffer.int64(at + 8 * i));
  }

  float32s(field: number): number[] {
    const { at, length } = this.#vector(field, 4);
    return Array.from({ length }, (_, i) => this.#buffer.float32(at + 4 * i));
  }

  bytes(field: number): Uint8Array {
    const { at, length } = this.#vector(field, 1);
    return this.#buffer.bytes.subarray(at, at + length);
  }

  text(field: number): string {
    return new TextDecoder().decode(this.bytes(field));
  }
}
