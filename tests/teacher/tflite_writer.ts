/**
 * Writes small TFLite files, so that the reader and the converter have networks of every operator. Tables go in front
 * of what they point to, since offsets of a FlatBuffer only point forward.
 */

/** A field of a table: what it holds, by type. */
export type Field =
  | { readonly int8: number }
  | { readonly int32: number }
  | { readonly uint32: number }
  | { readonly float32: number }
  | { readonly text: string }
  | { readonly bytes: Uint8Array }
  | { readonly int32s: readonly number[] }
  | { readonly int64s: readonly number[] }
  | { readonly float32s: readonly number[] }
  | { readonly table: Table }
  | { readonly tables: readonly Table[] };

/** Fields of a table by number. */
export type Table = Readonly<Record<number, Field>>;

class Writer {
  bytes = new Uint8Array(1 << 20);
  readonly view = new DataView(this.bytes.buffer);
  length = 8;

  reserve(bytes: number, align = 4): number {
    const at = Math.ceil(this.length / align) * align;
    this.length = at + bytes;
    return at;
  }

  /** Writes a table and what it holds, and gives its place. */
  table(table: Table): number {
    const fields = Object.keys(table).map(Number).toSorted((a, b) => a - b);
    const count = fields.length === 0 ? 0 : fields.at(-1)! + 1;
    const vtable = this.reserve(4 + 2 * count, 2);
    // Eight bytes for the place of the vtable keep the fields behind it aligned.
    const at = this.reserve(8 + 8 * fields.length, 8);
    this.view.setUint16(vtable, 4 + 2 * count, true);
    this.view.setUint16(vtable + 2, 8 + 8 * fields.length, true);
    this.view.setInt32(at, at - vtable, true);
    fields.forEach((field, i) => {
      this.view.setUint16(vtable + 4 + 2 * field, 8 + 8 * i, true);
      this.field(at + 8 + 8 * i, table[field]!);
    });
    return at;
  }

  field(at: number, field: Field): void {
    if ("int8" in field) return this.view.setUint8(at, field.int8);
    if ("int32" in field) return this.view.setInt32(at, field.int32, true);
    if ("uint32" in field) return this.view.setUint32(at, field.uint32, true);
    if ("float32" in field) return this.view.setFloat32(at, field.float32, true);
    this.view.setUint32(at, this.content(field) - at, true);
  }

  content(field: Field): number {
    if ("table" in field) return this.table(field.table);
    if ("text" in field) return this.vector(new TextEncoder().encode(field.text), 1);
    if ("bytes" in field) return this.vector(field.bytes, 1);
    if ("int32s" in field) return this.vector(Int32Array.from(field.int32s), 4);
    if ("float32s" in field) return this.vector(Float32Array.from(field.float32s), 4);
    if ("int64s" in field) return this.vector(BigInt64Array.from(field.int64s.map(BigInt)), 8);
    const tables = "tables" in field ? field.tables : [];
    const vector = this.reserve(4 + 4 * tables.length);
    this.view.setUint32(vector, tables.length, true);
    tables.forEach((table, i) => {
      const entry = vector + 4 + 4 * i;
      this.view.setUint32(entry, this.table(table) - entry, true);
    });
    return vector;
  }

  vector(data: ArrayBufferView, elementBytes: number): number {
    // Elements are aligned to 16 bytes, as TensorFlow Lite asks of weights; the length stands just before them.
    // A byte 0 follows, which ends a text.
    const at = this.reserve(12 + 4 + data.byteLength + 1, 16) + 12;
    this.view.setUint32(at, data.byteLength / elementBytes, true);
    this.bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at + 4);
    return at;
  }
}

/** The bytes of a FlatBuffer with the identifier of TFLite. */
export function writeFlatBuffer(root: Table): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.bytes.set(new TextEncoder().encode("TFL3"), 4);
  writer.view.setUint32(0, writer.table(root), true);
  return writer.bytes.slice(0, Math.ceil(writer.length / 16) * 16);
}

/** A tensor of a network to write. Without `data` it is computed. */
export interface WrittenTensor {
  readonly shape: readonly number[];
  /** Number of the type in the schema; 0, float32, by default. */
  readonly type?: number;
  readonly data?: ArrayBufferView;
  readonly scale?: readonly number[];
  readonly zero?: readonly number[];
  readonly axis?: number;
}

/** An operator of a network to write. */
export interface WrittenOperator {
  /** Number of the operator in the schema. */
  readonly code: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Number of the options' type in the schema's union, and the options. */
  readonly options?: readonly [number, Table];
}

/** A network to write: tensor 0 is its input, the last tensor its output. */
export interface WrittenNetwork {
  readonly tensors: readonly WrittenTensor[];
  readonly operators: readonly WrittenOperator[];
}

/** The bytes of a TFLite file. */
export function writeTflite({ tensors, operators }: WrittenNetwork): Uint8Array<ArrayBuffer> {
  const buffers: Table[] = [{}];
  const written = tensors.map((tensor, index): Table => {
    const { shape, type = 0, data, scale, zero, axis } = tensor;
    if (data) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      buffers.push({ 0: { bytes } });
    }
    return {
      0: { int32s: shape },
      1: { int8: type },
      2: { uint32: data ? buffers.length - 1 : 0 },
      3: { text: `tensor ${index}` },
      ...(scale
        ? {
          4: {
            table: {
              2: { float32s: scale },
              3: { int64s: zero ?? scale.map(() => 0) },
              ...(axis === undefined ? {} : { 6: { int32: axis } }),
            },
          },
        }
        : {}),
    };
  });
  const codes = [...new Set(operators.map(({ code }) => code))];
  return writeFlatBuffer({
    0: { uint32: 3 },
    1: {
      tables: codes.map((code) => ({
        0: { int8: Math.min(code, 127) },
        2: { int32: 1 },
        3: { int32: code },
      })),
    },
    2: {
      tables: [{
        0: { tables: written },
        1: { int32s: [0] },
        2: { int32s: [tensors.length - 1] },
        3: {
          tables: operators.map(({ code, inputs, outputs, options }): Table => ({
            0: { uint32: codes.indexOf(code) },
            1: { int32s: inputs },
            2: { int32s: outputs },
            ...(options ? { 3: { int8: options[0] }, 4: { table: options[1] } } : {}),
          })),
        },
      }],
    },
    4: { tables: buffers },
  });
}
