/**
 * Reads the vertex properties of a PLY file as float64, without loss.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import { asciiRows } from "./ascii_rows.ts";
import { asciiNumber } from "../text/text_lines.ts";
import type { Warning } from "../warning.ts";
import { binaryLayout } from "./binary_layout.ts";
import { type PlyHeader, type PlyProperty, vertexOf } from "./header.ts";
import { scalarReader } from "./scalars.ts";

/** The values of groups of vertex properties. */
export interface DecodedVertices {
  /** For each group [N][properties of the group], the unscaled values of the file. */
  groups: Float64Array[];
  /** What is doubtful about the rows behind the points. */
  warnings: Warning[];
}

/**
 * Reads groups of vertex properties.
 *
 * @param groups each group of properties becomes one array
 * @param file name of the scan, for errors
 * @throws {ScanError} where the file is truncated or a value is no number
 */
export function decodeVertices(
  bytes: Uint8Array,
  header: PlyHeader,
  groups: readonly (readonly PlyProperty[])[],
  file: string,
): DecodedVertices {
  return header.encoding === "ascii"
    ? decodeAscii(bytes, header, groups, file)
    : decodeBinary(bytes, header, groups, file);
}

function decodeBinary(
  bytes: Uint8Array,
  header: PlyHeader,
  groups: readonly (readonly PlyProperty[])[],
  file: string,
): DecodedVertices {
  const { locate, warnings } = binaryLayout(bytes, header, file);
  const { count } = vertexOf(header);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoded = groups.map((group) => {
    const out = new Float64Array(count * group.length);
    for (const [index, property] of group.entries()) {
      const read = scalarReader(view, property.type, header.encoding === "binary_little_endian");
      const at = locate(property);
      for (let i = 0; i < count; i++) out[i * group.length + index] = read(at(i));
    }
    return out;
  });
  return { groups: decoded, warnings };
}

function decodeAscii(
  bytes: Uint8Array,
  header: PlyHeader,
  groups: readonly (readonly PlyProperty[])[],
  file: string,
): DecodedVertices {
  const { properties, count } = vertexOf(header);
  // A value takes at least two bytes: memory is not allocated for a count that cannot be right.
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
  const warnings: Warning[] = [];
  for (const { element, row, words, offset, line } of asciiRows(bytes, header, file, warnings)) {
    if (element !== header.vertex) continue;
    for (let p = 0, w = 0; p < properties.length; p++, w++) {
      if (properties[p]!.countType !== null) {
        w += Number(words[w]);
        continue;
      }
      const value = asciiNumber(words[w]!);
      if (value === null) {
        throw new ScanError({
          file,
          problem: `line ${line} has '${words[w]!.slice(0, 40)}' where a number belongs`,
          mend: "write numbers like 1.5 or -2e3",
          offset,
          field: properties[p]!.name,
        });
      }
      for (const { to, width, index } of targets[p]!) to[row * width + index] = value;
    }
  }
  return { groups: out, warnings };
}
