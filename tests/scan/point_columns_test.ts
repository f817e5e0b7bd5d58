/** Further values of points in answers: a field of their own in every format, found again in an earlier answer. */
import assert from "node:assert/strict";
import { type PointColumn, readScan, writeScan } from "../../lib/scan/mod.ts";
import { probabilityColumns } from "../../lib/segment/labels/probability_columns.ts";
import { makeLas } from "./files.ts";

const COUNT = 3;
const LABELS = { labels: Uint8Array.of(1, 0, 1), confidence: Float32Array.of(1, 0.5, 0.25) };

const column = (
  name: string,
  values: PointColumn["values"],
  about = "for a test",
): PointColumn => ({
  name,
  values,
  about,
});
const columns = (first: number) => [
  column("instance", Uint32Array.of(first, 0, 70_000), "object from 1, 0 for none"),
  column("share", Float32Array.of(0.5, 0.25, first)),
];

const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
const file = (content: string) => new TextEncoder().encode(content);

/** The words of the last lines of a text file. */
const rows = (bytes: Uint8Array) =>
  text(bytes).trimEnd().split("\n").slice(-COUNT).map((line) => line.split(/[ ,]/));

const PLY = (properties: string, values: string[]) =>
  file(
    `ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n${properties}end_header\n${
      values.map((value, i) => `${i} 2 3${value}\n`).join("")
    }`,
  );
const PCD =
  "VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 3\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS 3\nDATA ascii\n0 2 3\n1 2 3\n2 2 3\n";

for (
  const [name, bytes] of [
    ["a.ply", PLY("", ["", "", ""])],
    ["a.csv", file("x,y,z\n0,2,3\n1,2,3\n2,2,3\n")],
    ["a.pcd", file(PCD)],
  ] as const
) {
  Deno.test(`writeScan() adds columns to ${name}, and replaces those of an earlier answer`, async () => {
    const first = writeScan(await readScan(bytes, name), { ...LABELS, columns: columns(7) });
    const more = [["1", "1", "7", "0.5"], ["0", "0.5", "0", "0.25"], ["1", "0.25", "70000", "7"]];
    assert.deepEqual(rows(first), more.map((words, i) => [`${i}`, "2", "3", ...words]));
    assert.match(text(first), /confidence[^x]*instance[^x]*share/);
    const again = writeScan(await readScan(first, name), {
      ...LABELS,
      keepLabels: false,
      columns: columns(9),
    });
    assert.deepEqual(rows(again)[2], ["2", "2", "3", "1", "0.25", "70000", "9"]);
    assert.deepEqual(rows(again)[0], ["0", "2", "3", "1", "1", "9", "0.5"]);
  });
}

Deno.test("writeScan() leaves a column of the client's own alone, and names ours after the label", async () => {
  const bytes = PLY("property uchar instance\nproperty uchar red\n", [" 5 0", " 6 1", " 7 2"]);
  const answer = writeScan(await readScan(bytes, "a.ply"), { ...LABELS, columns: columns(7) });
  assert.match(text(answer), /property uint label_instance\nproperty float share\n/);
  assert.deepEqual(rows(answer)[0], ["0", "2", "3", "5", "0", "1", "1", "7", "0.5"]);
  // One that cannot hold ours is an error that names it.
  const narrow = PLY("property int label_instance\nproperty int instance\n", Array(3).fill(" 5 0"));
  const scan = await readScan(narrow, "a.ply");
  assert.throws(
    () => writeScan(scan, { ...LABELS, columns: columns(7) }),
    /label_instance is int32, not uint32 .*; rename it/,
  );
  assert.throws(
    () => writeScan(scan, { ...LABELS, columns: [column("share", new Float32Array(2))] }),
    /2 values of share for 3 points/,
  );
});

Deno.test("probabilityColumns() have names that files can have, and no two the same", () => {
  const probabilities = Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8);
  const names = ["other vehicle", "a class with a long name 1", "a class with a long name 2", "ü"];
  const made = probabilityColumns(probabilities, names);
  assert.deepEqual(made.map(({ name }) => name), [
    "probability_other_vehicle",
    "probability_a_class_with_a_l_1",
    "probability_a_class_with_a_l_2",
    "probability__",
  ]);
  assert.deepEqual([...made[1]!.values], [0.2, 0.6].map(Math.fround));
});

Deno.test("writeScan() gives rows without a position no value of a column", async () => {
  const bytes = file("x,y,z\n0,2,3\nnan,2,3\n2,2,3\n");
  const answer = writeScan(await readScan(bytes, "a.csv"), {
    labels: Uint8Array.of(1, 1),
    confidence: Float32Array.of(1, 1),
    columns: [column("instance", Uint32Array.of(4, 5))],
  });
  assert.deepEqual(rows(answer).map((words) => words.at(-1)), ["4", "0", "5"]);
});

/** Extra dimensions of a LAS by name: [data type, the values read as that type]. */
function dimensions(bytes: Uint8Array): Record<string, [number, number[]]> {
  const view = new DataView(bytes.buffer);
  const [start, stride, count] = [96, 105, 107].map((at, i) =>
    i === 1 ? view.getUint16(at, true) : view.getUint32(at, true)
  ) as [number, number, number];
  const found: Record<string, [number, number[]]> = {};
  let at = view.getUint16(94, true);
  for (let i = 0; i < view.getUint32(100, true); i++) {
    const end = at + 54 + view.getUint16(at + 20, true);
    if (view.getUint16(at + 18, true) === 4) {
      let offset = 20;
      for (at += 54; at < end; at += 192) {
        const type = bytes[at + 2]!, place = offset;
        const read = (record: number) =>
          type === 1
            ? view.getUint8(record + place)
            : type === 5
            ? view.getUint32(record + place, true)
            : view.getFloat32(record + place, true);
        const name = text(bytes.subarray(at + 4, at + 36)).replace(/\0+$/, "");
        found[name] = [type, Array.from({ length: count }, (_, k) => read(start + k * stride))];
        offset += type === 1 ? 1 : 4;
      }
    }
    at = end;
  }
  return found;
}

Deno.test("writeScan() adds columns to LAS as extra bytes, and replaces those of an earlier answer", async () => {
  const las = await readScan(makeLas({ minor: 2, format: 0 }).bytes, "a.las");
  const values = Uint32Array.from({ length: las.count }, (_, i) => i * 100_000);
  const labelling = {
    labels: new Uint8Array(las.count),
    confidence: new Float32Array(las.count),
    keepLabels: false,
  };
  const about = "object from 1, 0 for none";
  const once = writeScan(las, { ...labelling, columns: [column("instance", values, about)] });
  assert.deepEqual(dimensions(once), { instance: [5, [...values]] });
  const next = [
    column("instance", values.map((value) => value + 1), about),
    column("share", Float32Array.from(values, (value) => value / 2)),
  ];
  const twice = writeScan(await readScan(once, "a.las"), { ...labelling, columns: next });
  assert.deepEqual(dimensions(twice), {
    instance: [5, [...next[0]!.values]],
    share: [9, [...next[1]!.values]],
  });
  // Another one of that name is the client's own.
  const own = writeScan(las, { ...labelling, columns: [column("instance", values, "theirs")] });
  const third = writeScan(await readScan(own, "a.las"), {
    ...labelling,
    columns: [column("instance", next[0]!.values, about)],
  });
  assert.deepEqual(Object.keys(dimensions(third)), ["instance", "label_instance"]);
  assert.deepEqual(dimensions(third)["instance"], [5, [...values]]);
});
