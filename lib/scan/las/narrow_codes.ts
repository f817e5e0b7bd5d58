/**
 * Classification codes that a LAS file has no room for: point formats 0 to 5 hold 0 to 31.
 *
 * @module
 */
import type { LabelClasses } from "../classes/class_table.ts";
import type { Scan } from "../scan.ts";
import type { Warning } from "../warning.ts";
import { isLas, LAS_FIELDS, parseLasHeader } from "./header.ts";

/** The code of points whose class has none that the file can hold. */
export const UNCLASSIFIED = 1;

/** Warns of classes that a LAS answer cannot tell apart by their codes. */
export function codeWarnings(
  { format, bytes, name }: Pick<Scan, "format" | "bytes" | "name">,
  { classes, asprs }: Pick<LabelClasses, "classes" | "asprs">,
): Warning[] {
  // Scenes of the worlds have no file to answer in.
  if (format !== "las" || !isLas(bytes)) return [];
  const { classMask } = parseLasHeader(bytes, name);
  const without = classes.filter((_, place) => asprs[place]! > classMask);
  if (without.length === 0) return [];
  const text =
    `Point format ${bytes[LAS_FIELDS.format]} of ${name} holds codes up to ${classMask}: ` +
    `in a LAS answer, points of ${
      without.join(", ")
    } have the code ${UNCLASSIFIED}, unclassified. ` +
    "Set extraBytes, which adds the label of each point, ask for PLY, or convert the file to point format 6 or above.";
  return [{ code: "codes", text, field: "extraBytes" }];
}
