/**
 * Labels back into a scan's file, and a scan as the other format.
 *
 * @module
 */
import { labelLas, requireUncompressed } from "./las_label.ts";
import { isLas, parseLasHeader } from "./las_header.ts";
import { writeLas } from "./las_write.ts";
import { labelPly } from "./ply_label.ts";
import { writePly } from "./ply_write.ts";
import { checkLabels, type Scan, type ScanLabels } from "./scan.ts";

/**
 * The client's own file with labels; every byte and attribute that is no label is kept.
 *
 * LAS: the classification becomes `asprs[label]` (or the label itself), on request with the extra
 * dimensions `label` and `confidence`. PLY: the vertex properties `label` and `confidence`.
 *
 * @throws {ScanError} where the file cannot hold labels, LAZ above all; {@link requireWritable} says so early
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
 * Refuses a scan that {@link writeScan} could not answer, before any work is put into it.
 *
 * @throws {ScanError} for LAZ: ask for JSON, or convert it with {@link convertScan}
 */
export function requireWritable(scan: Scan): void {
  if (scan.format === "las") {
    requireUncompressed(parseLasHeader(scan.bytes, scan.name), scan.name);
  }
}

/**
 * The scan with a file of another format, for clients that ask for it: `writeScan(convertScan(scan, "ply"),
 * ...)`. The new file holds coordinates, colours, intensity and labels; other attributes stay behind. A
 * scan whose file is of that format already comes back as it is, but for LAZ, which becomes LAS.
 *
 * @throws {ScanError} where a scan is too wide for LAS
 */
export function convertScan(scan: Scan, format: Scan["format"]): Scan {
  if (scan.format === format && !isLaz(scan)) return scan;
  return { ...scan, format, bytes: format === "las" ? writeLas(scan) : writePly(scan) };
}

function isLaz({ bytes, name }: Scan): boolean {
  return isLas(bytes) && parseLasHeader(bytes, name).compressed;
}
