/**
 * Writes ONNX models: of the format (`onnx.proto3`, IR version 8, opset 13) those messages that networks need. Field numbers
 * are those of that file.
 *
 * @module
 */

/** A message of Protocol Buffers being written. */
class Message {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  #push(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }

  #varint(value: number): this {
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    do {
      const low = Number(rest & 127n);
      rest >>= 7n;
      bytes.push(rest > 0n ? low | 128 : low);
    } while (rest > 0n);
    return this.#push(Uint8Array.from(bytes));
  }

  int(field: number, value: number): this {
    return this.#varint(field << 3).#varint(value);
  }

  float(field: number, value: number): this {
    return this.#varint((field << 3) | 5).#push(new Uint8Array(Float32Array.of(value).buffer));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#varint((field << 3) | 2).#varint(value.length).#push(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: Message): this {
    this.#varint((field << 3) | 2).#varint(value.#length);
    return this.append(value);
  }

  /** Adds the fields of another message to this one's. */
  append(value: Message): this {
    for (const part of value.#parts) this.#push(part);
    return this;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

/** Types of attributes of a node, by what they hold. */
const ATTRIBUTE = { float: 1, int: 2, text: 3, ints: 7 } as const;

/** Types of elements. */
const ELEMENTS = { float32: 1, int64: 7 } as const;

/** The value of an attribute: an int, a text, a list of ints, or a float. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** A value that goes into a model or comes out of it: its name and dimensions, free ones by name. */
export interface ModelValue {
  readonly name: string;
  readonly dims: readonly (number | string)[];
  /** What its elements are; float32 by default. */
  readonly elements?: "float32" | "int64";
}

/** What the parts of a model are to be called. */
export interface ModelSignature {
  /** Name of the graph. */
  readonly name: string;
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
}

/** An ONNX graph being written. Values are known by their names. */
export class OnnxWriter {
  readonly #nodes = new Message();
  readonly #constants = new Message();
  readonly #known = new Map<string, string>();
  #next = 0;

  #name(hint: string): string {
    return `${hint}_${this.#next++}`;
  }

  /**
   * A constant of float32.
   *
   * @param name by which readers of the model find it; no two values have one name.
   * @throws {RangeError} where the dimensions do not give the number of values.
   */
  floats(
    dims: readonly number[],
    values: Float32Array,
    name: string = this.#name("weights"),
  ): string {
    if (dims.reduce((product, side) => product * side, 1) !== values.length) {
      throw new RangeError(`Cannot write ${values.length} values as [${dims}]`);
    }
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#constant(name, dims, ELEMENTS.float32, bytes);
    return name;
  }

  /** A constant of float32 without dimensions. */
  scalar(value: number): string {
    return this.once(`scalar ${value}`, () => this.floats([], Float32Array.of(value)));
  }

  /** A constant list of int64. */
  longs(values: readonly number[]): string {
    return this.once(`longs ${values}`, () => {
      const name = this.#name("longs");
      const bytes = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
      this.#constant(name, [values.length], ELEMENTS.int64, bytes);
      return name;
    });
  }

  /** What `make` gives, which is called once for each key. */
  once(key: string, make: () => string): string {
    const known = this.#known.get(key) ?? make();
    this.#known.set(key, known);
    return known;
  }

  #constant(name: string, dims: readonly number[], type: number, bytes: Uint8Array): void {
    const tensor = new Message();
    for (const side of dims) tensor.int(1, side);
    this.#constants.message(5, tensor.int(2, type).text(8, name).bytes(9, bytes));
  }

  /** Adds a node and names its outputs; an empty name among the inputs leaves an optional one out. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    outputs: readonly string[] = [this.#name(operator.toLowerCase())],
  ): string[] {
    const node = new Message();
    for (const input of inputs) node.text(1, input);
    for (const output of outputs) node.text(2, output);
    node.text(4, operator);
    for (const [name, value] of Object.entries(attributes)) {
      node.message(5, attributeMessage(name, value));
    }
    this.#nodes.message(1, node);
    return [...outputs];
  }

  /** Adds a node with one output and gives its name. */
  add(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    return this.node(operator, inputs, attributes)[0]!;
  }

  /** Adds a node with `count` outputs and gives their names. */
  addMany(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    count: number,
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.#name(operator.toLowerCase()));
    return this.node(operator, inputs, attributes, outputs);
  }

  /** The bytes of the model. */
  finish({ name, inputs, outputs }: ModelSignature): Uint8Array<ArrayBuffer> {
    const graph = new Message().append(this.#nodes).text(2, name).append(this.#constants);
    for (const value of inputs) graph.message(11, valueMessage(value));
    for (const value of outputs) graph.message(12, valueMessage(value));
    const opset = new Message().text(1, "").int(2, 13);
    return new Message().int(1, 8).text(2, "ttt-kd").message(7, graph).message(8, opset).finish();
  }
}

function attributeMessage(name: string, value: Attribute): Message {
  const attribute = new Message().text(1, name);
  if (typeof value === "number") return attribute.int(3, value).int(20, ATTRIBUTE.int);
  if (typeof value === "string") return attribute.text(4, value).int(20, ATTRIBUTE.text);
  if ("float" in value) return attribute.float(2, value.float).int(20, ATTRIBUTE.float);
  for (const int of value) attribute.int(8, int);
  return attribute.int(20, ATTRIBUTE.ints);
}

function valueMessage({ name, dims, elements = "float32" }: ModelValue): Message {
  const shape = new Message();
  for (const side of dims) {
    shape.message(
      1,
      typeof side === "number" ? new Message().int(1, side) : new Message().text(2, side),
    );
  }
  const tensor = new Message().int(1, ELEMENTS[elements]).message(2, shape);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
