/** PLY answers: the client's own file, byte for byte, with two properties more. */
import assert from "node:assert/strict";
import { parse } from "@loaders.gl/core";
import { PLYLoader } from "@loaders.gl/ply";
import { readScan, writePly, writeScan } from "../../lib/scan/mod.ts";
import { makePly, PLY_ENCODINGS, type PlyEncoding, type PlyField, type PlyPart } from "./files.ts";

const FIELDS: PlyField[] = [
  ["float", "x"],
  ["double", "y"],
  ["short", "z"],
  ["float", "quality"],
  ["uchar", "red"],
  ["uchar", "green"],
  ["uchar", "blue"],
];
const ROWS = [[0.5, 1.25, 3, 7.5, 1, 2, 3], [1.5, 2.5, -3, 0.125, 255, 0, 9]];
const FACES: PlyPart = {
  name: "face",
  fields: [["list uchar int", "vertex_indices"], ["float", "area"]],
  rows: [[[0, 1, 1], 2.5], [[0, 1, 1, 0], 3.5]],
};
const LABELS = {
  labels: Uint8Array.of(12, 3),
  confidence: Float32Array.of(0.5, 0.1),
  keepLabels: false,
};
const FLOAT_TENTH = Math.fround(0.1);

function file(
  encoding: PlyEncoding,
  newline: string,
  more: { fields: PlyField[]; values: number[][] } = { fields: [], values: [[], []] },
): Uint8Array {
  const rows = ROWS.map((row, i) => [...row, ...more.values[i]!]);
  return makePly(
    encoding,
    [
      { ...FACES, name: "patch" },
      { name: "vertex", fields: [...FIELDS, ...more.fields], rows },
      FACES,
    ],
    newline,
  );
}

const answered = (encoding: PlyEncoding) => encoding === "ascii" ? 0.1 : FLOAT_TENTH;

for (const encoding of PLY_ENCODINGS) {
  for (const newline of ["\n", "\r\n"]) {
    const kind = `${encoding}, ${JSON.stringify(newline)}`;

    Deno.test(`writeScan() adds label and confidence to PLY (${kind})`, async () => {
      const answer = writeScan(await readScan(file(encoding, newline), "x.ply"), LABELS);
      const expected = file(encoding, newline, {
        fields: [["int", "label"], ["float", "confidence"]],
        values: [[12, 0.5], [3, answered(encoding)]],
      });
      assert.deepEqual(answer, expected);
    });

    Deno.test(`writeScan() replaces label and confidence of PLY (${kind})`, async () => {
      const fields: PlyField[] = [["uchar", "label"], ["float", "confidence"], ["int", "more"]];
      const before = file(encoding, newline, { fields, values: [[99, 0.25, 1], [5, 1, -2]] });
      const values = [[12, 0.5, 1], [3, answered(encoding), -2]];
      const answer = writeScan(await readScan(before, "x.ply"), LABELS);
      assert.deepEqual(answer, file(encoding, newline, { fields, values }));
    });
  }

  Deno.test(`writeScan() leaves the client's own confidence alone (${encoding})`, async () => {
    const values = [[2], [1]];
    const before = file(encoding, "\n", { fields: [["uchar", "confidence"]], values });
    const first = writeScan(await readScan(before, "x.ply"), LABELS);
    const expected = file(encoding, "\n", {
      fields: [["uchar", "confidence"], ["int", "label"], ["float", "label_confidence"]],
      values: [[2, 12, 0.5], [1, 3, answered(encoding)]],
    });
    assert.deepEqual(first, expected);
    assert.deepEqual(writeScan(await readScan(first, "x.ply"), LABELS), expected);
  });

  Deno.test(`writeScan() answers PLY in which loaders.gl reads the same values (${encoding})`, async () => {
    const before = file(encoding, "\n");
    const answer = writeScan(await readScan(before, "x.ply"), LABELS);
    const options = { core: { worker: false } };
    const theirs = (await parse(before.slice().buffer, PLYLoader, options)).attributes;
    const ours = (await parse(answer.slice().buffer, PLYLoader, options)).attributes;
    for (const name of Object.keys(theirs)) {
      assert.deepEqual(ours[name]!.value, theirs[name]!.value, name);
    }
    assert.deepEqual([...ours["label"]!.value], [12, 3]);
    assert.deepEqual([...ours["confidence"]!.value], [0.5, FLOAT_TENTH]);
  });
}

Deno.test("writeScan() keeps the white space of an ASCII PLY", async () => {
  const text = [
    "ply ",
    "format ascii 1.0",
    "element vertex 2",
    "property float x",
    "property float y ",
    "property int label",
    "property float z",
    "end_header",
    "",
    "  1.50\t2   7 3  ",
    "+4 5e0 8 .5",
    "",
  ].join("\n");
  const scan = await readScan(new TextEncoder().encode(text), "x.ply");
  const answer = new TextDecoder().decode(writeScan(scan, LABELS));
  const expected = text
    .replace("property float z\n", "property float z\nproperty float confidence\n")
    .replace("2   7 3  ", "2   12 3 0.5  ")
    .replace("5e0 8 .5", "5e0 3 .5 0.1");
  assert.equal(answer, expected);
});

for (const encoding of PLY_ENCODINGS) {
  Deno.test(`writeScan() keeps the labels that a PLY came with (${encoding})`, async () => {
    const keeping = { ...LABELS, keepLabels: true };
    for (const type of ["char", "uchar", "short", "ushort", "int", "uint", "float", "double"]) {
      const fields: PlyField[] = [[type, "label"], ["int", "more"]];
      const before = file(encoding, "\n", { fields, values: [[99, 1], [5, -2]] });
      const first = writeScan(await readScan(before, "x.ply"), keeping);
      const expected = file(encoding, "\n", {
        fields: [...fields, ["float", "confidence"], [type, "label_original"]],
        values: [[12, 1, 0.5, 99], [3, -2, answered(encoding), 5]],
      });
      assert.deepEqual(first, expected);
      // They stay those of the client when the answer is labelled again.
      const second = await readScan(writeScan(await readScan(first, "x.ply"), keeping), "x.ply");
      assert(new TextDecoder("latin1").decode(second.bytes).match(/label_original/g)!.length === 1);
    }
    const other = file(encoding, "\n", { fields: [["int", "class"]], values: [[7], [8]] });
    const kept = writeScan(await readScan(other, "x.ply"), keeping);
    assert(
      !new TextDecoder("latin1").decode(kept).includes("label_original"),
      "class is untouched",
    );
  });

  Deno.test(`writeScan() leaves rows without a position unlabelled (${encoding})`, async () => {
    for (const [type, unlabelled] of [["int", 255], ["uchar", 255], ["char", -1]] as const) {
      const fields: PlyField[] = [...FIELDS, [type, "label"]];
      const rows = [[1, 2, 3, 0, 1, 2, 3, 4], [NaN, 2, 3, 0, 1, 2, 3, 5], [4, 5, 6, 0, 1, 2, 3, 6]];
      const scan = await readScan(makePly(encoding, [{ name: "vertex", fields, rows }]), "x.ply");
      const answer = makePly(encoding, [{
        name: "vertex",
        fields: [...fields, ["float", "confidence"]],
        rows: rows.map((row, i) => [
          ...row.slice(0, -1),
          ...[[12, 0.5], [unlabelled, 0], [3, answered(encoding)]][i]!,
        ]),
      }]);
      assert.deepEqual(writeScan(scan, LABELS), answer);
    }
  });
}

Deno.test("writeScan() refuses PLY properties that cannot hold the answer", async () => {
  const read = async (type: string, name: string) =>
    await readScan(file("ascii", "\n", { fields: [[type, name]], values: [[1], [1]] }), "x.ply");
  const large = { ...LABELS, labels: Int32Array.of(1, 300) };
  const narrow = await read("uchar", "label");
  assert.throws(() => writeScan(narrow, large), { name: "ScanError", field: "label" });
  const fields: PlyField[] = [["int", "confidence"], ["int", "label_confidence"]];
  const taken = await readScan(file("ascii", "\n", { fields, values: [[1, 1], [1, 1]] }), "x.ply");
  assert.throws(() => writeScan(taken, LABELS), { name: "ScanError", field: "label_confidence" });
});

Deno.test("readScan() reads back what writePly() writes", async () => {
  const contents = {
    positions: Float32Array.of(1, 2, 3, -0.5, 0.25, 1e-3),
    colors: Float32Array.of(0, 0.2, 1, 1, 0, 0.4),
    intensity: Float32Array.of(0.25, 1),
    labels: Int32Array.of(4, -1),
  };
  const near = await readScan(writePly({ ...contents, comments: ["two\nlines"] }), "x.ply");
  assert.deepEqual({ ...near, name: "", bytes: null }, {
    ...contents,
    normals: null,
    warnings: [],
    name: "",
    format: "ply",
    count: 2,
    origin: [0, 0, 0],
    bytes: null,
  });
  const far = await readScan(writePly({ ...contents, origin: [652000, 6862000, 100] }), "x.ply");
  assert.deepEqual(far.origin, [652000, 6862000, 100]);
  assert.deepEqual(far.positions, contents.positions);
  assert.throws(() => writePly({ positions: new Float32Array(4) }), TypeError);
  assert.throws(() => writePly({ ...contents, labels: new Int32Array(3) }), TypeError);
});

Deno.test("writeScan() names the classes in comments of PLY, and what the client's own comments name", async () => {
  const student = {
    classes: ["floor", "chair  leg"],
    palette: [[1, 2, 3], [255, 0, 16]] as [number, number, number][],
    asprs: [2, 1],
  };
  const before = (...comments: string[]) =>
    new TextEncoder().encode(
      ["ply", "comment made by hand", "format ascii 1.0", ...comments, "element vertex 1"].concat([
        "property float x",
        "property float y",
        "property float z",
        "property int label",
        "end_header",
        "1 2 3 7",
        "",
      ]).join("\r\n"),
    );
  const labels = { labels: Uint8Array.of(1), confidence: Float32Array.of(1), student };
  const headOf = (bytes: Uint8Array) =>
    new TextDecoder().decode(bytes).split("\r\n").filter((line) => /^(comment|format)/.test(line));
  const names = [
    "comment predicted_class 0 #010203 floor",
    "comment predicted_class 1 #ff0010 chair leg",
  ];
  const scan = await readScan(before("comment class 7 stool", "comment class of its own"), "x.ply");
  assert.deepEqual(scan.labelNames, { "7": "stool" });
  const answer = writeScan(scan, labels);
  const kept = ["comment made by hand", "format ascii 1.0", ...names];
  assert.deepEqual(headOf(answer), [
    ...kept,
    "comment class_original 7 stool",
    "comment class of its own",
  ]);
  // The names of a prediction say nothing about the truth: it is scored on request only.
  const again = await readScan(answer, "x.ply");
  assert.equal(again.labelNames, undefined);
  assert.deepEqual([...again.labels!], [1]);
  assert.deepEqual(headOf(writeScan(again, labels)), headOf(answer));
  const dropped = writeScan(scan, { ...labels, keepLabels: false });
  assert.deepEqual(headOf(dropped), [...kept, "comment class of its own"]);
  // Other readers pass over them.
  const { attributes } = await parse(answer.slice().buffer, PLYLoader, { core: { worker: false } });
  assert.deepEqual([...attributes["POSITION"]!.value], [1, 2, 3]);
});
