/**
 * Why a text has no columns x, y and z, in words for its sender, who sees the line in question.
 *
 * @module
 */
import { utf8Of } from "../text/text_lines.ts";
import type { HeadLine } from "./header.ts";

/** What a text lacks. */
export interface TextFault {
  /** Without a closing period. */
  problem: string;
  mend: string;
  /** Byte of the line in question. */
  offset: number;
}

/** Characters of a line that are repeated. */
const SHOWN = 60;
const MEND = "name its columns in the first line, such as 'x,y,z', or convert it to one of these";

/** A text of which no line has a number; `first` is its first line. */
export function noPoints(first: HeadLine): TextFault {
  return fault(first, "and no line of numbers follows", MEND);
}

/** A text of which the first line with numbers has less than three columns. */
export function fewColumns(line: HeadLine): TextFault {
  return fault(line, "which has no three columns of numbers", MEND);
}

/** A text before whose points stand several lines that are no comments; `second` is the second one. */
export function secondHeader(second: HeadLine): TextFault {
  return fault(
    second,
    "where numbers belong, since a line before it names the columns",
    "leave one line before the points, with names of columns such as 'x,y,z'",
  );
}

/** A text whose `header` does not name positions, or not as many columns as the first point has. */
export function noPositions(header: HeadLine, point: HeadLine): TextFault {
  if (namesDegrees(header)) {
    return fault(
      header,
      "which names degrees of longitude and latitude",
      "project it to a map in metres, such as UTM, with columns x, y and z",
    );
  }
  return fault(
    header,
    `which does not name x, y and z, or not as many columns as line ${point.line} has values`,
    MEND,
  );
}

function namesDegrees({ text }: HeadLine): boolean {
  return /(?<![a-z])lon(?:g|gitude)?(?![a-z])/i.test(text) &&
    /(?<![a-z])lat(?:itude)?(?![a-z])/i.test(text);
}

function fault({ text, line, offset }: HeadLine, missing: string, mend: string): TextFault {
  const shown = utf8Of(text.trim()).slice(0, SHOWN);
  return { problem: `line ${line} is '${shown}', ${missing}`, mend, offset };
}
