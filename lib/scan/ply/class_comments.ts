/**
 * Comments in the header of a PLY answer that say what its labels mean: `predicted_class 7 #1f77b4 chair`. Comments of
 * the client's own such as `class 7 chair` say what its labels meant, and are true of those only.
 *
 * @module
 */
import { hexColor, type LabelClasses, labelOf } from "../classes/class_table.ts";
import type { TextEdit } from "../text/text_edits.ts";
import { type PlyHeader, PREDICTED_CLASS } from "./header.ts";

/**
 * Gives the edits by which comments in a header name the classes of the answer, in place of those of an earlier answer.
 *
 * @param areKept whether the file keeps the labels that the client's own comments name: these become comments like
 *   `class_original 7 chair` then, and are left out otherwise
 */
export function classComments(
  { newline, formatEnd, classComments }: PlyHeader,
  student: LabelClasses,
  areKept: boolean,
): TextEdit[] {
  const line = (...words: (string | number)[]) =>
    `comment ${words.join(" ").replace(/\s+/g, " ")}${newline}`;
  const names = student.classes.map((name, place) =>
    line(PREDICTED_CLASS, labelOf(student, place), hexColor(student.palette[place]!), name)
  );
  const own = classComments.map(({ words: [keyword, ...words], offset, endOffset }) => ({
    offset,
    endOffset,
    put: keyword !== PREDICTED_CLASS && areKept ? line("class_original", ...words) : "",
  }));
  return [{ offset: formatEnd, endOffset: formatEnd, put: names.join("") }, ...own];
}
