/**
 * Tells the format of a scan by its content, or by its name where that has no header.
 *
 * @module
 */
import { isBinName } from "./bin/bin_to_ply.ts";
import { isE57 } from "./e57/pages.ts";
import { ScanError } from "./errors.ts";
import { layoutOrFault, TEXT_EXTENSION } from "./csv/layout.ts";
import { isLas } from "./las/header.ts";
import { isPcd } from "./pcd/header.ts";
import { isPtx } from "./ptx/read_ptx.ts";
import type { ScanFormat } from "./scan.ts";

/**
 * Tells the format in which a scan is answered by default: its own, or PLY where it is E57, PTX or KITTI's `.bin`.
 *
 * @param start the first bytes of the file: 64 KiB, or all that it has
 * @throws {ScanError} where the file is empty or of another format
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { scanFormat } from "./mod.ts";
 *
 * assert.equal(scanFormat(new TextEncoder().encode("LASF"), "scan"), "las");
 * ```
 */
export function scanFormat(start: Uint8Array, name: string): ScanFormat {
  const format = fileFormat(start, name);
  return format === "e57" || format === "ptx" || format === "bin" ? "ply" : format;
}

/**
 * The extension of a scan's file in a format, with its point: text keeps that of the scan.
 *
 * @param name of the scan's own file
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { answerExtension } from "./mod.ts";
 *
 * assert.equal(answerExtension("csv", "room.XYZ"), ".xyz");
 * assert.equal(answerExtension("las", "room.laz"), ".las");
 * ```
 */
export function answerExtension(format: ScanFormat, name: string): string {
  const own = format === "csv" ? TEXT_EXTENSION.exec(name)?.[0] : undefined;
  return own?.toLowerCase() ?? `.${format}`;
}

/**
 * Tells the format of a file; see {@link scanFormat}.
 *
 * @throws {ScanError} where the file is empty or of another format
 */
export function fileFormat(start: Uint8Array, name: string): ScanFormat | "e57" | "ptx" | "bin" {
  if (start.length === 0) {
    throw new ScanError({
      file: name,
      problem: "the file is empty",
      mend: "send a scan",
      offset: 0,
    });
  }
  if (isLas(start)) return "las";
  if (start[0] === 0x70 && start[1] === 0x6c && start[2] === 0x79) return "ply";
  if (isE57(start)) return "e57";
  if (isPcd(start)) return "pcd";
  if (isPtx(start)) return "ptx";
  const text = layoutOrFault(start);
  if (text && "columns" in text) return "csv";
  if (isBinName(name)) return "bin";
  const none =
    "it is none of LAS, LAZ ('LASF'), PLY ('ply'), PCD ('VERSION'), E57 ('ASTM-E57'), text with columns x, y and z, and KITTI's sweeps (by the name .bin)";
  throw new ScanError({
    file: name,
    problem: text ? `${none}: ${text.problem}` : none,
    mend: text?.mend ?? "convert it to one of these",
    offset: text?.offset ?? 0,
  });
}
