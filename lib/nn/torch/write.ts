/**
 * Writes a state dict as `torch.save` does: `torch.load(FILE, weights_only=True)` gives an OrderedDict of tensors.
 *
 * @module
 */
import { zipSync } from "fflate";
import type { NamedTensor, TensorData } from "../safetensors.ts";

/** Name of the folder in the archive, PyTorch's own. */
const FOLDER = "archive";
/** Readers of PyTorch check the number of the format. */
const VERSION = "3\n";

/**
 * Makes the bytes of a `.pth` file. Tensors keep the order of the map.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readTorch } from "./mod.ts";
 *
 * const tensors = new Map([["w", { shape: [2], data: Float32Array.of(1, 2) }]]);
 * assert.deepEqual(readTorch(writeTorch(tensors)).tensors, tensors);
 * ```
 */
export function writeTorch(tensors: ReadonlyMap<string, NamedTensor>): Uint8Array {
  const text = (value: string) => new TextEncoder().encode(value);
  const files: Record<string, Uint8Array> = {
    [`${FOLDER}/data.pkl`]: pickled(tensors),
    [`${FOLDER}/byteorder`]: text("little"),
  };
  for (const [key, { data }] of [...tensors.values()].entries()) {
    files[`${FOLDER}/data/${key}`] = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  files[`${FOLDER}/version`] = text(VERSION);
  // PyTorch maps storages into memory, so they are not compressed.
  return zipSync(files, { level: 0 });
}

/** The pickle, in protocol 2, of an OrderedDict in which tensor i lies in storage i. */
function pickled(tensors: ReadonlyMap<string, NamedTensor>): Uint8Array {
  const pickle = new PickleWriter();
  pickle.byte(0x80).byte(2).emptyDict().op("(");
  for (const [key, [name, { shape, data }]] of [...tensors].entries()) {
    const size = data.length;
    pickle.text(name).global("torch._utils", "_rebuild_tensor_v2").op("(");
    pickle.op("(").text("storage").global("torch", storageType(data)).text(`${key}`).text("cpu")
      .int(size).op("t").op("Q");
    // Where the tensor begins in its storage, its sizes and strides, whether it wants a gradient, and its hooks.
    pickle.int(0).ints(shape).ints(stridesOf(shape)).byte(0x89).emptyDict();
    pickle.op("t").op("R");
  }
  return pickle.op("u").op(".").finish();
}

function storageType(data: TensorData): string {
  if (data instanceof Float32Array) return "FloatStorage";
  return data instanceof Int32Array ? "IntStorage" : "LongStorage";
}

/** Distances between neighbours along each axis, in row-major order. */
export function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
}

/** Operations of a pickle, one behind the other. */
class PickleWriter {
  readonly #bytes: number[] = [];

  byte(value: number): this {
    this.#bytes.push(value);
    return this;
  }

  /** An operation of no argument, by its letter. */
  op(letter: string): this {
    return this.byte(letter.charCodeAt(0));
  }

  global(module: string, name: string): this {
    this.op("c");
    for (const byte of new TextEncoder().encode(`${module}\n${name}\n`)) this.byte(byte);
    return this;
  }

  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    this.op("X").#word(bytes.length);
    for (const byte of bytes) this.byte(byte);
    return this;
  }

  int(value: number): this {
    return this.op("J").#word(value);
  }

  ints(values: readonly number[]): this {
    this.op("(");
    for (const value of values) this.int(value);
    return this.op("t");
  }

  emptyDict(): this {
    return this.global("collections", "OrderedDict").op(")").op("R");
  }

  #word(value: number): this {
    for (const byte of new Uint8Array(Int32Array.of(value).buffer)) this.byte(byte);
    return this;
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
