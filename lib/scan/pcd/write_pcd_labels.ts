/**
 * Writes labels into a client's PCD file, in its own encoding: the fields `label` and `confidence`. All other fields,
 * comments and numbers stay as they are.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { answerColumns, labelledLine, ORIGINAL } from "../fields/answer_columns.ts";
import { ByteWriter } from "../text/byte_writer.ts";
import { hexColor, type LabelClasses, labelOf } from "../classes/class_table.ts";
import { edited, type TextEdit } from "../text/text_edits.ts";
import { ScanError } from "../errors.ts";
import { UNLABELLED } from "../left_out.ts";
import type { ScanLabels } from "../scan.ts";
import { asciiFloat } from "../text/text_lines.ts";
import {
  FIELD_LINES,
  parsePcdHeader,
  type PcdField,
  type PcdHeader,
  PREDICTED_CLASS,
} from "./header.ts";
import { compressLzf } from "./lzf.ts";
import { asciiPoints, binaryPoints, numberWriter, SIZES_BYTES } from "./points.ts";

/** A field of the answer. */
interface AnswerField extends Pick<PcdField, "name" | "type" | "size"> {
  /** The field of the file that it replaces; null for a new one. */
  replaces: PcdField | null;
  /** Its numbers, or the field of the file that it repeats. */
  values: ArrayLike<number> | PcdField;
}

/**
 * Writes labels into a copy of a PCD file; see `answerColumns` for the fields.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} where a field of the file cannot hold the labels or confidences
 */
export function writePcdLabels(bytes: Uint8Array, labelling: ScanLabels, file: string): Uint8Array {
  const header = parsePcdHeader(bytes, file);
  const fields = answerFields(header, labelling, file);
  const added = fields.filter(({ replaces }) => replaces === null);
  const head = edited(
    bytes.subarray(0, header.bodyOffset),
    [...classComments(header, labelling.student), ...fieldWords(header, added)],
  );
  if (header.encoding === "ascii") return labelAscii(bytes, header, head, fields, file);
  const labelled = header.encoding === "binary" ? labelRecords : labelArrays;
  return concat([head, ...labelled(bytes, header, fields, file)]);
}

function answerFields(
  { fields }: PcdHeader,
  { labels, confidence, keepLabels = true, columns: more = [] }: ScanLabels,
  file: string,
): AnswerField[] {
  const named = fields.map(({ name, type, count }) => ({
    name,
    isFloat: type === "F" && count === 1,
  }));
  const columns = answerColumns(named, keepLabels, more.map(({ name }) => name));
  const field = (
    name: string,
    index: number | null,
    usual: Pick<PcdField, "type" | "size">,
    values: ArrayLike<number>,
  ): AnswerField => {
    const replaces = index === null ? null : fields[index]!;
    const { type, size } = replaces ?? usual;
    if (replaces && replaces.count !== 1) {
      refuse(`its field ${name} has ${replaces.count} numbers`, "rename it", name);
    }
    return { name, type, size, replaces, values };
  };
  const refuse = (problem: string, mend: string, field: string): never => {
    throw new ScanError({ file, action: "write labels into", problem, mend, field });
  };
  const label = field("label", columns.label, { type: "U", size: 4 }, labels);
  const { name, index } = columns.confidence;
  const sureness = field(name, index, { type: "F", size: 4 }, confidence);
  if (sureness.type !== "F") {
    refuse(`its field ${name} (${sureness.type}) cannot hold fractions`, "make it F", name);
  }
  // As in PLY, -1 says "none" where 255 does not fit.
  const isByte = label.type === "I" && label.size === 1;
  const most = label.type === "F"
    ? 2 ** 24
    : 2 ** (8 * label.size - (label.type === "I" ? 1 : 0)) - 1;
  if (isByte) label.values = Int8Array.from(labels, (value) => value === UNLABELLED ? -1 : value);
  const bad = labels.findIndex((value: number) =>
    value > most && !(isByte && value === UNLABELLED)
  );
  if (bad >= 0) {
    const type = `${label.type}${label.size}`;
    refuse(`its field label (${type}) cannot hold ${labels[bad]}`, "make it U of 4 bytes", "label");
  }
  const original = { ...label, name: ORIGINAL, replaces: null, values: label.replaces! };
  const others = more.map(({ values }, i) => {
    const { name, index } = columns.others[i]!;
    const usual = { type: values instanceof Float32Array ? "F" : "U", size: 4 } as const;
    const one = field(name, index, usual, values);
    if (one.type !== usual.type || one.size !== usual.size) {
      refuse(`its field ${name} is ${one.type}${one.size}, not ${usual.type}4`, "rename it", name);
    }
    return one;
  });
  return [label, sureness, ...(columns.addsOriginal ? [original] : []), ...others];
}

/** Comments that name the classes, behind the other comments at the beginning of the header, in place of those of an earlier answer. */
function classComments(
  { newline, commentsEnd, classComments }: PcdHeader,
  student: LabelClasses | undefined,
): TextEdit[] {
  if (!student) return [];
  const lines = student.classes.map((name, place) =>
    `# ${PREDICTED_CLASS} ${labelOf(student, place)} ${hexColor(student.palette[place]!)} ${
      name.replace(/\s+/g, " ")
    }${newline}`
  );
  return [
    { offset: commentsEnd, endOffset: commentsEnd, put: lines.join("") },
    ...classComments.map(([offset, endOffset]) => ({ offset, endOffset, put: "" })),
  ];
}

/** The words for new fields in the lines of the header that have one for each field. */
function fieldWords({ wordsEnd }: PcdHeader, added: readonly AnswerField[]): TextEdit[] {
  const word = { FIELDS: "name", SIZE: "size", TYPE: "type", COUNT: "count" } as const;
  return FIELD_LINES.flatMap((line) => {
    const offset = wordsEnd[line];
    if (offset === undefined) return [];
    const words = added.map((field) => ` ${{ ...field, count: 1 }[word[line]]}`);
    return [{ offset, endOffset: offset, put: words.join("") }];
  });
}

function labelAscii(
  bytes: Uint8Array,
  header: PcdHeader,
  head: Uint8Array,
  fields: readonly AnswerField[],
  file: string,
): Uint8Array {
  const { bodyOffset, points } = header;
  const wordOf = (wanted: PcdField) => {
    const before = header.fields.slice(0, header.fields.indexOf(wanted));
    return before.reduce((word, { count }) => word + count, 0);
  };
  const out = new ByteWriter(bytes.length + 16 * points);
  out.bytes(head);
  let done = bodyOffset;
  let point = 0;
  for (const { text, words, offset } of asciiPoints(bytes, header, file)) {
    const textOf = (values: AnswerField["values"]) => {
      if (!("type" in values)) return asciiFloat(values[point]!);
      const { start, end } = words[wordOf(values)]!;
      return text.slice(start, end);
    };
    const replaced = new Map(
      fields.flatMap(({ replaces, values }) =>
        replaces ? [[wordOf(replaces), textOf(values)] as const] : []
      ),
    );
    const added = fields.filter(({ replaces }) => !replaces).map(({ values }) =>
      ` ${textOf(values)}`
    );
    out.bytes(bytes.subarray(done, offset));
    out.text(labelledLine(text, words, replaced, added.join("")));
    done = offset + text.length;
    point++;
  }
  out.bytes(bytes.subarray(done));
  return out.result();
}

/** The records of the answer, and what follows them in the file. */
function labelRecords(
  bytes: Uint8Array,
  header: PcdHeader,
  fields: readonly AnswerField[],
  file: string,
): Uint8Array[] {
  const { points, pointBytes, bodyOffset } = header;
  const { data } = binaryPoints(bytes, header, file);
  const placed = placedFields(header, fields);
  const out = new Uint8Array(points * placed.pointBytes);
  for (let i = 0; i < points; i++) {
    out.set(data.subarray(i * pointBytes, (i + 1) * pointBytes), i * placed.pointBytes);
  }
  placed.write(out, data, {
    from: ({ offset }) => (point) => point * pointBytes + offset,
    to: ({ offset }) => (point) => point * placed.pointBytes + offset,
  });
  return [out, bytes.subarray(bodyOffset + points * pointBytes)];
}

/** The arrays of the answer, compressed with their sizes, and what follows them in the file. */
function labelArrays(
  bytes: Uint8Array,
  header: PcdHeader,
  fields: readonly AnswerField[],
  file: string,
): Uint8Array[] {
  const { points, bodyOffset } = header;
  const { data, locate } = binaryPoints(bytes, header, file);
  const placed = placedFields(header, fields);
  const out = new Uint8Array(points * placed.pointBytes);
  out.set(data);
  placed.write(out, data, {
    from: locate,
    to: ({ offset, size }) => (point) => points * offset + point * size,
  });
  const compressed = compressLzf(out);
  const sizes = new DataView(new ArrayBuffer(SIZES_BYTES));
  sizes.setUint32(0, compressed.length, true);
  sizes.setUint32(4, out.length, true);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bodyOffset + SIZES_BYTES + view.getUint32(bodyOffset, true);
  return [new Uint8Array(sizes.buffer), compressed, bytes.subarray(end)];
}

/** Where numbers of fields stand. */
interface Places {
  /** In the points of the file. */
  from: (field: PcdField) => (point: number) => number;
  /** In those of the answer. */
  to: (field: PcdField) => (point: number) => number;
}

/** Gives every field of the answer a place, new ones behind all others, and a function that writes them there. */
function placedFields({ points, pointBytes }: PcdHeader, fields: readonly AnswerField[]) {
  let end = pointBytes;
  const placed = fields.map(({ name, type, size, replaces, values }) => {
    const field: PcdField = replaces ?? { name, type, size, count: 1, offset: end };
    if (!replaces) end += size;
    return { field, values };
  });
  const write = (out: Uint8Array, data: Uint8Array, { from, to }: Places) => {
    const view = new DataView(out.buffer);
    for (const { field, values } of placed) {
      const at = to(field);
      if ("type" in values) {
        const was = from(values);
        for (let i = 0; i < points; i++) {
          out.set(data.subarray(was(i), was(i) + field.size), at(i));
        }
        continue;
      }
      const number = numberWriter(view, field);
      for (let i = 0; i < points; i++) number(at(i), values[i]!);
    }
  };
  return { pointBytes: end, write };
}
