/**
 * The types of a scan in memory and of the labels that go back into its file.
 *
 * @module
 */
import type { LabelClasses } from "./classes/class_table.ts";
import type { CoordinateUnits } from "./crs/units.ts";
import type { Warning } from "./warning.ts";

/** The formats in which labels are written into a client's file. */
export const SCAN_FORMATS = ["las", "ply", "pcd", "csv"] as const;

/** One of the formats in which labels are written into a client's file. */
export type ScanFormat = (typeof SCAN_FORMATS)[number];

/** A point cloud with the file it came from. N is the number of points. */
export interface Scan {
  /** Name of the file as the client gave it. */
  name: string;
  /** Format of `bytes`; LAZ counts as "las". */
  format: ScanFormat;
  /** N, at least 1: the points that have a position and are not withheld. */
  count: number;
  /** Subtracted from every coordinate, in the file's units (float64). */
  origin: [number, number, number];
  /** [N][3] coordinates minus `origin`, in the file's units. */
  positions: Float32Array;
  /** What the file says of its units; left out where it says nothing, which mostly means metres. */
  units?: CoordinateUnits;
  /** [N][3] red, green, blue from 0 to 1; null where the file has none or all are zero. */
  colors: Float32Array | null;
  /** [N] from 0 to 1; null where the file has none or all are zero. */
  intensity: Float32Array | null;
  /** [N][3] unit normals, zero where a point has none; null where the file has none. */
  normals: Float32Array | null;
  /** [N] labels in the file (the truth, if the client says so); null where it has none. */
  labels: Int32Array | null;
  /** What the labels mean, by label, where the file says it; left out elsewhere. */
  labelNames?: Readonly<Record<string, string>>;
  /**
   * Rows of the file that have no position (NaN, infinite, no return) or are withheld, in ascending order. They are no
   * points of the scan, and an answer leaves them unlabelled; left out where there are none.
   */
  leftOut?: readonly number[];
  /** The client's own file; where that was LAZ, its content as LAS, and where it was E57, PTX or KITTI's `.bin`, its points as PLY. */
  bytes: Uint8Array;
  /** From which format the client's file became one that can be answered; left out where it had one. */
  converted?: "laz to las" | "e57 to ply" | "ptx to ply" | "bin to ply";
  /** What is doubtful about the file. */
  warnings: Warning[];
}

/** Values of every point, for a field of their own. N is the number of points. */
export interface PointColumn {
  /** Name of the field, without spaces; LAS keeps 32 bytes of it. */
  name: string;
  /** [N] values: whole numbers, or fractions. */
  values: Uint32Array | Float32Array;
  /** What they are, for formats that describe their fields; LAS keeps 32 bytes of it. */
  about: string;
}

/** Labels to write into a scan's file. */
export interface ScanLabels {
  /** [N] class of every point. */
  labels: Uint8Array | Int32Array;
  /** [N] probability of that class, 0 to 1. */
  confidence: Float32Array;
  /**
   * What the labels mean: names and colours for the header of the file, and the codes of LAS. Without it, labels have
   * no names, and the label itself is the code.
   */
  student?: LabelClasses;
  /**
   * Whether labels that the file came with are kept: in PLY what `label` held, as `label_original`; in LAS all labels
   * of the scan, as the extra dimension `classification_original`. True by default.
   */
  keepLabels?: boolean;
  /** Whether a LAS answer also gets the extra dimensions `label` and `confidence`. */
  extraBytes?: boolean;
  /** What else the answer holds of every point. */
  columns?: readonly PointColumn[];
}

/**
 * Checks that labels fit a scan.
 *
 * @param count number of points of the scan
 * @throws {TypeError} where an array has another length than `count`
 * @throws {RangeError} where a confidence is not finite
 */
export function checkLabels(
  count: number,
  { labels, confidence, columns = [] }: ScanLabels,
): void {
  if (labels.length !== count || confidence.length !== count) {
    throw new TypeError(
      `Cannot label ${count} points: got ${labels.length} labels and ${confidence.length} confidences`,
    );
  }
  for (const { name, values } of columns) {
    if (values.length === count) continue;
    throw new TypeError(`Cannot write ${values.length} values of ${name} for ${count} points`);
  }
  const bad = confidence.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(`Cannot write confidence ${confidence[bad]} of point ${bad}: not finite`);
  }
}

/** What a scan takes. */
export interface ScanMemory {
  /** Points that the file promises, as far as it can hold them. */
  points: number;
  /** Bytes that reading takes at most, beside the file itself. */
  readingBytes: number;
  /** Bytes of the file that answers keep: those of the file itself, or of its uncompressed points. */
  fileBytes: number;
}
