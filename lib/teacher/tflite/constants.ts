/**
 * The values of constant tensors as float32, whatever they are stored as.
 *
 * @module
 */
import type { TfliteTensor } from "./model.ts";

/** Number of elements of a tensor with these dimensions. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Gives the number that an IEEE 754 half stands for. */
function fromHalf(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Bytes and reader of each type of element. */
const READERS: Readonly<Record<string, [number, (view: DataView, at: number) => number]>> = {
  float32: [4, (view, at) => view.getFloat32(at, true)],
  float16: [2, (view, at) => fromHalf(view.getUint16(at, true))],
  int32: [4, (view, at) => view.getInt32(at, true)],
  uint8: [1, (view, at) => view.getUint8(at)],
  int64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  int16: [2, (view, at) => view.getInt16(at, true)],
  int8: [1, (view, at) => view.getInt8(at)],
};

/**
 * The values of a constant in the order of the file: real = scale * (element - zero) where it is quantised.
 *
 * @returns null where the type is none of numbers, or the bytes are fewer than the elements
 */
export function constantValues({ data, shape, element, quantisation }: TfliteTensor):
  | Float32Array
  | null {
  const reader = READERS[element];
  const count = elementCount(shape);
  if (!data || !reader || data.length < count * reader[0]) return null;
  const [bytes, read] = reader;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const { scale, zero, axis } = quantisation;
  const inner = elementCount(shape.slice(axis + 1));
  return Float32Array.from({ length: count }, (_, i) => {
    const stored = read(view, i * bytes);
    if (scale.length === 0) return stored;
    const channel = scale.length === 1 ? 0 : Math.floor(i / inner) % scale.length;
    return scale[channel]! * (stored - (zero[channel] ?? 0));
  });
}
