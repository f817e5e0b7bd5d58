/**
 * Reads and writes single values of binary PLY bodies.
 *
 * @module
 */
import type { PlyScalar } from "./header.ts";

/**
 * Gives a function that reads one value of a type.
 *
 * @param little whether the file is little endian
 */
export function scalarReader(
  view: DataView,
  type: PlyScalar,
  little: boolean,
): (offset: number) => number {
  switch (type) {
    case "int8":
      return (offset) => view.getInt8(offset);
    case "uint8":
      return (offset) => view.getUint8(offset);
    case "int16":
      return (offset) => view.getInt16(offset, little);
    case "uint16":
      return (offset) => view.getUint16(offset, little);
    case "int32":
      return (offset) => view.getInt32(offset, little);
    case "uint32":
      return (offset) => view.getUint32(offset, little);
    case "float32":
      return (offset) => view.getFloat32(offset, little);
    case "float64":
      return (offset) => view.getFloat64(offset, little);
  }
}

/**
 * Gives a function that writes one value of a type.
 *
 * @param little whether the file is little endian
 */
export function scalarWriter(
  view: DataView,
  type: PlyScalar,
  little: boolean,
): (offset: number, value: number) => void {
  switch (type) {
    case "int8":
      return (offset, value) => view.setInt8(offset, value);
    case "uint8":
      return (offset, value) => view.setUint8(offset, value);
    case "int16":
      return (offset, value) => view.setInt16(offset, value, little);
    case "uint16":
      return (offset, value) => view.setUint16(offset, value, little);
    case "int32":
      return (offset, value) => view.setInt32(offset, value, little);
    case "uint32":
      return (offset, value) => view.setUint32(offset, value, little);
    case "float32":
      return (offset, value) => view.setFloat32(offset, value, little);
    case "float64":
      return (offset, value) => view.setFloat64(offset, value, little);
  }
}
