/**
 * The types of a scan in memory and of the labels that go back into its file.
 *
 * @module
 */

/** A point cloud with the file it came from. N is the number of points. */
export interface Scan {
  /** Name of the file as the client gave it. */
  name: string;
  /** Format of `bytes`; LAZ counts as "las". */
  format: "las" | "ply";
  /** N, at least 1. */
  count: number;
  /** What was taken off every coordinate, in the file's units (float64). */
  origin: [number, number, number];
  /** [N][3] coordinates minus `origin`, in the file's units (metres, where the file is). */
  positions: Float32Array;
  /** [N][3] red, green, blue from 0 to 1; null where the file has none or all are zero. */
  colors: Float32Array | null;
  /** [N] from 0 to 1; null where the file has none or all are zero. */
  intensity: Float32Array | null;
  /** [N][3] unit normals, zero where a point has none; null where the file has none. */
  normals: Float32Array | null;
  /** [N] labels that the file brought along (truth, if the client says so); null where it has none. */
  labels: Int32Array | null;
  /** The client's own file; where that was LAZ, the same file as LAS. */
  bytes: Uint8Array;
  /** Whether the client's file was LAZ: nothing here compresses, so its answer is LAS. */
  unpacked?: true;
}

/** Labels to write into a scan's file. */
export interface ScanLabels {
  /** [N] class of every point. */
  labels: Uint8Array | Int32Array;
  /** [N] how sure the network is of it, 0 to 1. */
  confidence: Float32Array;
  /**
   * ASPRS classification code of every label, for the classification of LAS files. Without it the label
   * itself is the code.
   */
  asprs?: readonly number[];
  /** Whether a LAS answer also carries the extra dimensions `label` and `confidence`. */
  extraBytes?: boolean;
}

/**
 * Holds labels against the scan that they are for.
 *
 * @throws {TypeError} where an array has another length than the scan has points.
 * @throws {RangeError} where a confidence is not finite.
 */
export function checkLabels(count: number, { labels, confidence }: ScanLabels): void {
  if (labels.length !== count || confidence.length !== count) {
    throw new TypeError(
      `Cannot label ${count} points: got ${labels.length} labels and ${confidence.length} confidences`,
    );
  }
  const bad = confidence.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(`Cannot write confidence ${confidence[bad]} of point ${bad}: not finite`);
  }
}
