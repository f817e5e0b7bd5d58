/**
 * Reads the vertex columns of a PLY file as raw numbers, without loss: coordinates stay float64.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import { asciiNumber, asciiRows } from "./ascii_rows.ts";
import { binaryLayout, scalarReader } from "./binary_layout.ts";
import { type PlyHeader, type PlyProperty, vertexOf } from "./header.ts";

/**
 * Reads groups of vertex properties.
 *
 * @param groups properties to read side by side
 * @param file name of the scan, for errors
 * @returns for each group [N][properties of the group] values as the file has them
 * @throws {ScanError} where the file is truncated or a value is no number
 */
export function decodeVertices(
  bytes: Uint8Array,
  header: PlyHeader,
  groups: readonly (readonly PlyProperty[])[],
  file: string,
): Float64Array[] {
  return header.encoding === "ascii"
    ? decodeAscii(bytes, header, groups, file)
    : decodeBinary(bytes, header, groups, file);
}

function decodeBinary(
  bytes: Uint8Array,
  header: PlyHeader,
  groups: readonly (readonly PlyProperty[])[],
  file: string,
): Float64Array[] {
  const { offset, stride, fields } = binaryLayout(bytes, header, file);
  const { count } = vertexOf(header);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return groups.map((group) => {
    const out = new Float64Array(count * group.length);
    for (const [index, { name, type }] of group.entries()) {
      const read = scalarReader(view, type, header.encoding === "binary_little_endian");
      const first = offset + fields.get(name)!;
      for (let i = 0; i < count; i++) out[i * group.length + index] = read(first + i * stride);
    }
    return out;
  });
}

function decodeAscii(
  bytes: Uint8Array,
  header: PlyHeader,
  groups: readonly (readonly PlyProperty[])[],
  file: string,
): Float64Array[] {
  const { properties, count } = vertexOf(header);
  // Two bytes a value are the least that a row can take: never allocate by a count that cannot be.
  if (2 * count * properties.length > bytes.length - header.bodyOffset + 1) {
    throw new ScanError({
      file,
      problem: `${count} rows of vertex cannot fit into ${bytes.length} bytes`,
      mend: "send the whole file, or correct the count",
      offset: bytes.length,
      field: "element vertex",
    });
  }
  const out = groups.map((group) => new Float64Array(count * group.length));
  const targets: { to: Float64Array; width: number; index: number }[][] = properties.map((
    property,
  ) =>
    groups.flatMap((group, g) => {
      const index = group.indexOf(property);
      return index < 0 ? [] : [{ to: out[g]!, width: group.length, index }];
    })
  );
  for (const { element, row, words, offset, line } of asciiRows(bytes, header, file)) {
    if (element !== header.vertex) continue;
    for (let p = 0; p < properties.length; p++) {
      const value = asciiNumber(words[p]!);
      if (value === null) {
        throw new ScanError({
          file,
          problem: `line ${line} has '${words[p]!.slice(0, 40)}' where a number belongs`,
          mend: "write numbers like 1.5 or -2e3",
          offset,
          field: properties[p]!.name,
        });
      }
      for (const { to, width, index } of targets[p]!) to[row * width + index] = value;
    }
  }
  return out;
}
