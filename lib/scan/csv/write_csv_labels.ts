/**
 * Writes labels into a client's text file: the columns `label` and `confidence` at the end of its lines. All else stays as
 * it is, byte for byte.
 *
 * @module
 */
import { answerColumns, labelledLine, ORIGINAL } from "../fields/answer_columns.ts";
import type { PointColumn, ScanLabels } from "../scan.ts";
import { ByteWriter } from "../text/byte_writer.ts";
import { asciiFloat, bytesOfCharacters } from "../text/text_lines.ts";
import { written } from "./decimals.ts";
import { encodedLike, utf8Bytes } from "../text/utf16.ts";
import { csvLayout } from "./layout.ts";
import { csvRows } from "./rows.ts";

/**
 * Writes labels into a copy of a text file; see `answerColumns` for the columns. A file that does not name its columns
 * gets two at the end without names.
 *
 * @param scan the text file: UTF-8, or UTF-16 with its mark, as which it is answered
 * @param file name of the scan, for errors
 */
export function writeCsvLabels(scan: Uint8Array, labelling: ScanLabels, file: string): Uint8Array {
  const bytes = utf8Bytes(scan);
  const { labels, confidence, keepLabels = true, columns = [] } = labelling;
  const layout = csvLayout(bytes)!;
  const { header, delimiter, bodyOffset } = layout;
  const fields = (header?.names ?? []).map(({ name }) => ({ name, isFloat: true }));
  const { label, confidence: sureness, others, addsOriginal } = answerColumns(
    fields,
    keepLabels,
    columns.map(({ name }) => name),
  );
  const between = delimiter === " " && header?.text.includes("\t") ? "\t" : delimiter;
  const added = [
    ...(label === null ? ["label"] : []),
    ...(sureness.index === null ? [sureness.name] : []),
    ...(addsOriginal ? [ORIGINAL] : []),
    ...others.filter(({ index }) => index === null).map(({ name }) => name),
  ];
  const out = new ByteWriter(bytes.length + 16 * labels.length);
  let done = 0;
  const line = (offset: number, before: string, after: string) => {
    out.bytes(bytes.subarray(done, offset));
    out.bytes(bytesOfCharacters(after));
    done = offset + before.length;
  };
  if (header) {
    const names = added.map((name) => `${between}${name}`).join("");
    line(header.offset, header.text, labelledLine(header.text, header.words, new Map(), names));
  }
  out.bytes(bytes.subarray(done, bodyOffset));
  done = bodyOffset;
  let row = 0;
  for (const { text, words, offset } of csvRows(bytes, layout, file)) {
    const values: Record<string, string> = {
      ...Object.fromEntries(
        others.map(({ name }, i) => [name, written(shown(columns[i]!.values, row), layout)]),
      ),
      label: `${labels[row]}`,
      [sureness.name]: written(asciiFloat(confidence[row]!), layout),
      ...(addsOriginal ? { [ORIGINAL]: text.slice(words[label!]!.start, words[label!]!.end) } : {}),
    };
    const replaced = new Map(
      [{ index: label, name: "label" }, sureness, ...others].flatMap(
        ({ index, name }) => index === null ? [] : [[index, values[name]!] as const],
      ),
    );
    const more = added.map((name) => `${between}${values[name]}`).join("");
    line(offset, text, labelledLine(text, words, replaced, more));
    row++;
  }
  out.bytes(bytes.subarray(done));
  return encodedLike(out.result(), scan);
}

function shown(values: PointColumn["values"], row: number): string {
  return values instanceof Float32Array ? asciiFloat(values[row]!) : `${values[row]}`;
}
