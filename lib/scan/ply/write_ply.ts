/**
 * Writes a PLY file from arrays, for scans that have no file yet: procedural worlds, conversions.
 *
 * @module
 */

/** What {@link writePly} writes; N is the number of points. */
export interface PlyContents {
  /** [N][3] coordinates minus `origin`. */
  positions: Float32Array;
  /** Added to every coordinate; coordinates are written as double where it is not zero. */
  origin?: readonly [number, number, number];
  /** [N][3] 0 to 1, written as uchar. */
  colors?: Float32Array | null;
  /** [N] 0 to 1. */
  intensity?: Float32Array | null;
  /** [N] */
  labels?: Int32Array | Uint8Array | null;
  /** Lines for the header. */
  comments?: readonly string[];
}

/** One property to write. */
interface Field {
  line: string;
  bytes: number;
  write: (view: DataView, offset: number, point: number) => void;
}

/**
 * A binary little-endian PLY file with x, y, z, then red, green, blue, intensity and label where given.
 *
 * @throws {TypeError} where an array has another length than there are points
 */
export function writePly(contents: PlyContents): Uint8Array {
  const { positions, comments = [] } = contents;
  const count = positions.length / 3;
  const fields = plyFields(contents);
  const header = [
    "ply",
    "format binary_little_endian 1.0",
    ...comments.map((text) => `comment ${text.replace(/[\r\n]+/g, " ")}`),
    `element vertex ${count}`,
    ...fields.map(({ line }) => `property ${line}`),
    "end_header\n",
  ];
  const head = new TextEncoder().encode(header.join("\n"));
  const stride = fields.reduce((sum, { bytes }) => sum + bytes, 0);
  const out = new Uint8Array(head.length + count * stride);
  out.set(head);
  const view = new DataView(out.buffer);
  let at = head.length;
  for (let i = 0; i < count; i++) {
    for (const { bytes, write } of fields) {
      write(view, at, i);
      at += bytes;
    }
  }
  return out;
}

function plyFields(
  { positions, origin = [0, 0, 0], colors, intensity, labels }: PlyContents,
): Field[] {
  const count = positions.length / 3;
  const check = (name: string, length: number, width: number) => {
    if (length !== width * count || !Number.isInteger(count)) {
      throw new TypeError(`Cannot write ${length} values of ${name} for ${count} points`);
    }
  };
  check("position", positions.length, 3);
  if (colors) check("colour", colors.length, 3);
  if (intensity) check("intensity", intensity.length, 1);
  if (labels) check("label", labels.length, 1);

  const exact = origin.every((value) => value === 0);
  const fields: Field[] = ["x", "y", "z"].map((name, axis) =>
    exact
      ? {
        line: `float ${name}`,
        bytes: 4,
        write: (view, at, i) => view.setFloat32(at, positions[3 * i + axis]!, true),
      }
      : {
        line: `double ${name}`,
        bytes: 8,
        write: (view, at, i) => view.setFloat64(at, positions[3 * i + axis]! + origin[axis]!, true),
      }
  );
  if (colors) {
    for (const [channel, name] of ["red", "green", "blue"].entries()) {
      fields.push({
        line: `uchar ${name}`,
        bytes: 1,
        write: (view, at, i) => view.setUint8(at, Math.round(colors[3 * i + channel]! * 255)),
      });
    }
  }
  if (intensity) {
    fields.push({
      line: "float intensity",
      bytes: 4,
      write: (view, at, i) => view.setFloat32(at, intensity[i]!, true),
    });
  }
  if (labels) {
    fields.push({
      line: "int label",
      bytes: 4,
      write: (view, at, i) => view.setInt32(at, labels[i]!, true),
    });
  }
  return fields;
}
