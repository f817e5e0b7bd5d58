/**
 * Writes labels into a scan's file, and converts a scan to the other format.
 *
 * @module
 */
import { ScanError } from "./errors.ts";
import { labellingOfRows, spreadOverRows } from "./left_out.ts";
import { writeLasLabels } from "./las/write_las_labels.ts";
import { writeLas } from "./las/write_las.ts";
import { writePlyLabels } from "./ply/write_ply_labels.ts";
import { writePly } from "./ply/write_ply.ts";
import { writeCsvLabels } from "./csv/write_csv_labels.ts";
import { writePcdLabels } from "./pcd/write_pcd_labels.ts";
import { checkLabels, type Scan, type ScanFormat, type ScanLabels } from "./scan.ts";

/**
 * Writes labels into a copy of the client's own file; every byte and attribute that is no label is kept. LAZ becomes
 * LAS.
 *
 * LAS: the classification becomes `student.asprs[label]` (or the label itself), and names stand in the classification lookup; on request the points also get the extra
 * dimensions `label` and `confidence`. PLY: the vertex gets the properties `label` and `confidence`, and the header comments like
 * `predicted_class 7 #1f77b4 chair`; PCD the same, its comments after `#`; text the same as columns. Labels that the file
 * came with are kept as `classification_original` and `label_original`, unless `keepLabels` is false.
 *
 * @throws {ScanError} where a property cannot hold the labels, or records would become too long
 * @throws {TypeError} where labels and points differ in number
 * @throws {RangeError} where a label does not fit into LAS
 */
export function writeScan(scan: Scan, labelling: ScanLabels): Uint8Array {
  checkLabels(scan.count, labelling);
  const { leftOut = [] } = scan;
  const rows = labellingOfRows(labelling, leftOut);
  const { bytes, name, labels } = scan;
  switch (scan.format) {
    case "las":
      return writeLasLabels(
        bytes,
        rows,
        { original: labels && spreadOverRows(labels, leftOut, 0), leftOut },
        name,
      );
    case "ply":
      return writePlyLabels(bytes, rows, name);
    case "pcd":
      return writePcdLabels(bytes, rows, name);
    case "csv":
      return writeCsvLabels(bytes, rows, name);
  }
}

/**
 * Replaces a scan's file by one of another format: `writeScan(convertScan(scan, "ply"), ...)`. The new file holds
 * coordinates, colours, intensity and labels of the points of the scan, and loses all other attributes. A scan that has the format already is
 * returned as it is.
 *
 * @param format LAS or PLY, or the scan's own
 * @throws {ScanError} where the scan is too wide for LAS, or the format is another one
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { convertScan, readScan, writePly } from "./mod.ts";
 *
 * const ply = await readScan(writePly({ positions: Float32Array.of(1, 2, 3) }), "a.ply");
 * const las = convertScan(ply, "las");
 * assert.equal(new TextDecoder().decode(las.bytes.subarray(0, 4)), "LASF");
 * assert.deepEqual([...(await readScan(las.bytes, "a.las")).positions], [1, 2, 3]);
 * ```
 */
export function convertScan(scan: Scan, format: ScanFormat): Scan {
  checkConversion(scan, format);
  if (scan.format === format) return scan;
  return {
    ...scan,
    format,
    bytes: format === "las" ? writeLas(scan) : writePly(scan),
    leftOut: [],
  };
}

/**
 * Checks that a scan can be converted to a format: all can become LAS and PLY, and none another one that it does not have.
 *
 * @throws {ScanError} where it cannot
 */
export function checkConversion(
  { name, format: own }: Pick<Scan, "name" | "format">,
  format: ScanFormat,
): void {
  if (format === own || format === "las" || format === "ply") return;
  const wanted = format.toUpperCase();
  throw new ScanError({
    file: name,
    action: `convert to ${wanted}`,
    problem: `only a scan that came as ${wanted} is answered so`,
    mend: "ask for PLY or LAS",
  });
}
