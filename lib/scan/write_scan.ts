/**
 * Labels back into a scan's file, and a scan as the other format.
 *
 * @module
 */
import { labelLas } from "./las/write_las_labels.ts";
import { writeLas } from "./las/write_las.ts";
import { labelPly } from "./ply/write_ply_labels.ts";
import { writePly } from "./ply/write_ply.ts";
import { checkLabels, type Scan, type ScanLabels } from "./scan.ts";

/**
 * The client's own file with labels; every byte and attribute that is no label is kept. LAZ becomes LAS.
 *
 * LAS: the classification becomes `asprs[label]` (or the label itself), on request with the extra
 * dimensions `label` and `confidence`. PLY: the vertex properties `label` and `confidence`.
 *
 * @throws {ScanError} where the file's extra bytes contradict its records
 * @throws {TypeError} where labels and points differ in number
 * @throws {RangeError} where a label does not fit
 */
export function writeScan(scan: Scan, labelling: ScanLabels): Uint8Array {
  checkLabels(scan.count, labelling);
  return scan.format === "las"
    ? labelLas(scan.bytes, labelling, scan.name)
    : labelPly(scan.bytes, labelling, scan.name);
}

/**
 * The scan with a file of another format, for clients that ask for it: `writeScan(convertScan(scan, "ply"),
 * ...)`. The new file holds coordinates, colours, intensity and labels; other attributes stay behind. A
 * scan whose file is of that format already comes back as it is.
 *
 * @throws {ScanError} where a scan is too wide for LAS
 */
export function convertScan(scan: Scan, format: Scan["format"]): Scan {
  if (scan.format === format) return scan;
  return { ...scan, format, bytes: format === "las" ? writeLas(scan) : writePly(scan) };
}
