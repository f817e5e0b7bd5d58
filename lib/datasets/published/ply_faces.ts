/**
 * Triangles of a binary PLY mesh with a number each. Scans are points, so that the reader of scans passes over them.
 *
 * @module
 */
import { parsePlyHeader, SCALAR_BYTES, vertexOf } from "../../scan/ply/header.ts";
import { scalarReader } from "../../scan/ply/scalars.ts";
import { DatasetError } from "../scene_folder.ts";

/** Triangles of a mesh; F is their number. */
export interface NumberedFaces {
  /** [F][3] vertices. */
  readonly vertices: Uint32Array;
  /** [F] the number of each. */
  readonly values: Int32Array;
}

/** Names that PLY files give to the list of a face's vertices. */
const VERTEX_LISTS = ["vertex_indices", "vertex_index"];

/**
 * Reads the triangles that follow the vertices of a binary PLY file.
 *
 * @param names names that the number of a face may have
 * @throws {DatasetError} where the file has no such faces, ends within them, or one is no triangle of its vertices
 * @throws {ScanError} where its header is malformed
 */
export function readFaces(
  bytes: Uint8Array,
  path: string,
  names: readonly string[],
): NumberedFaces {
  const fail = (what: string) => new DatasetError(`Cannot read ${path}: ${what}; fetch it again`);
  const header = parsePlyHeader(bytes, path);
  const points = vertexOf(header);
  const faces = header.elements[header.vertex + 1];
  if (header.vertex !== 0 || faces?.name !== "face") throw fail("no faces follow its vertices");
  if (header.encoding === "ascii") throw fail("it is not binary");
  const list = faces.properties.find(({ name }) => VERTEX_LISTS.includes(name));
  const value = faces.properties.find(({ name }) => names.includes(name));
  if (!list?.countType || value?.countType !== null) {
    throw fail(`its faces lack ${VERTEX_LISTS[0]} or ${names[0]}`);
  }
  const isFixed = ({ countType }: { countType: unknown }) => countType === null;
  if (!points.properties.every(isFixed)) throw fail("its vertices have lists");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = header.encoding === "binary_little_endian";
  const readers = faces.properties.map((property) => ({
    property,
    count: property.countType && {
      bytes: SCALAR_BYTES[property.countType],
      read: scalarReader(view, property.countType, little),
    },
    bytes: SCALAR_BYTES[property.type],
    read: scalarReader(view, property.type, little),
  }));
  const rowBytes = points.properties.reduce((sum, { type }) => sum + SCALAR_BYTES[type], 0);
  let at = header.bodyOffset + points.count * rowBytes;
  // The smallest row there can be tells a wrong count before anything is allocated.
  const least = readers.reduce((sum, { count, bytes }) => sum + (count ? count.bytes : bytes), 0);
  const cut = () => fail(`it ends within its ${faces.count} faces`);
  if (at + faces.count * least > bytes.length) throw cut();
  const vertices = new Uint32Array(3 * faces.count);
  const values = new Int32Array(faces.count);
  try {
    for (let face = 0; face < faces.count; face++) {
      for (const { property, count, bytes, read } of readers) {
        if (property === value) values[face] = read(at);
        const items = count ? count.read(at) : 1;
        if (count) at += count.bytes;
        if (property === list) {
          const corners = [read(at), read(at + bytes), read(at + 2 * bytes)];
          if (items !== 3 || !corners.every((corner) => corner >= 0 && corner < points.count)) {
            throw fail(`face ${face} is no triangle of its ${points.count} vertices`);
          }
          vertices.set(corners, 3 * face);
        }
        at += items * bytes;
      }
    }
  } catch (error) {
    if (error instanceof RangeError) throw cut();
    throw error;
  }
  return { vertices, values };
}
