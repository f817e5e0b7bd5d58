/** Reading PLY files: every encoding and type, compared with loaders.gl where that reads correctly. */
import assert from "node:assert/strict";
import { parse } from "@loaders.gl/core";
import { PLYLoader } from "@loaders.gl/ply";
import { plyScanLoader } from "../../lib/scan/ply/ply_scan_loader.ts";
import { readScan, ScanError, writeScan } from "../../lib/scan/mod.ts";
import { comparePly } from "./compare_loaders.ts";
import {
  largestDifference,
  makePly,
  PLY_ENCODINGS,
  type PlyField,
  type PlyPart,
  worldPositions,
} from "./files.ts";

const text = (lines: string[]) => new TextEncoder().encode(lines.join("\n"));
const XYZ: PlyField[] = [["float", "x"], ["float", "y"], ["float", "z"]];
const FACES: PlyPart = {
  name: "face",
  fields: [["uchar", "flags"], ["list uchar int", "vertex_indices"]],
  rows: [[1, [0, 1, 2]], [2, [0, 1, 2, 1]]],
};

/** Asserts that reading fails with a ScanError that names file, byte or field, and mend. */
async function refuses(bytes: Uint8Array, pattern: RegExp, where: { field?: string } = {}) {
  await assert.rejects(readScan(bytes, "x.ply"), (error) => {
    assert(error instanceof ScanError, String(error));
    assert(error instanceof SyntaxError);
    assert.equal(error.file, "x.ply");
    assert.match(error.message, /^Cannot read x\.ply: .*; .*[^.]$/);
    assert.match(error.message, pattern);
    assert(error.offset !== undefined || error.field !== undefined, "neither byte nor field");
    if (where.field) assert.equal(error.field, where.field);
    return true;
  });
}

for (const encoding of PLY_ENCODINGS) {
  for (const newline of ["\n", "\r\n", "\r"]) {
    Deno.test(`readScan() reads PLY ${encoding} with ${JSON.stringify(newline)} between lists`, async () => {
      const vertex: PlyPart = {
        name: "vertex",
        fields: [...XYZ, ["uchar", "red"], ["uchar", "green"], ["uchar", "blue"], ["int", "label"]],
        rows: [[0.5, -1.25, 3, 255, 0, 51, 7], [1, 2, 4, 0, 102, 255, -1], [9, 8, 7, 10, 13, 0, 2]],
      };
      const before: PlyPart = { ...FACES, name: "edge" };
      const scan = await readScan(makePly(encoding, [before, vertex, FACES], newline), "a.ply");
      assert.equal(scan.format, "ply");
      assert.equal(scan.count, 3);
      assert.deepEqual([...scan.positions], [0.5, -1.25, 3, 1, 2, 4, 9, 8, 7]);
      assert.deepEqual([...scan.labels!], [7, -1, 2]);
      const colors = [1, 0, 0.2, 0, 0.4, 1, 10 / 255, 13 / 255, 0].map(Math.fround);
      assert.deepEqual([...scan.colors!], colors);
    });
  }

  Deno.test(`readScan() reads normals of length 1, ${encoding}`, async () => {
    const fields: PlyField[] = [...XYZ, ["float", "nx"], ["float", "ny"], ["double", "nz"]];
    const rows = [[0, 0, 0, 0, 0, -2], [1, 2, 3, 3, 0, 4], [4, 5, 6, 0, 0, 0], [
      7,
      8,
      9,
      NaN,
      0,
      1,
    ]];
    const scan = await readScan(makePly(encoding, [{ name: "vertex", fields, rows }]), "a.ply");
    const want = [0, 0, -1, 0.6, 0, 0.8, 0, 0, 0, 0, 0, 0].map(Math.fround);
    assert.deepEqual([...scan.normals!].map((value) => value + 0), want);
    const none = rows.map((row) => row.map((value, i) => i < 3 ? value : 0));
    const bare = makePly(encoding, [{ name: "vertex", fields, rows: none }]);
    assert.equal((await readScan(bare, "a.ply")).normals, null);
  });

  Deno.test(`readScan() keeps the digits of double coordinates, ${encoding}`, async () => {
    const rows = [[652000.123456, 6862000.654321, -0.001], [652001.123456, 6862003.5, 3]];
    const fields: PlyField[] = [["double", "x"], ["double", "y"], ["float64", "z"]];
    const scan = await readScan(makePly(encoding, [{ name: "vertex", fields, rows }]), "a.ply");
    assert(largestDifference(worldPositions(scan), rows.flat()) < 1e-6);
    assert.deepEqual(scan.origin, [652000, 6862000, 0]);
  });

  Deno.test(`plyScanLoader() agrees with PLYLoader on 8-bit colours, ${encoding}`, async () => {
    const bytes = makePly(encoding, [{
      name: "vertex",
      fields: [...XYZ, ["uchar", "red"], ["uchar", "green"], ["uchar", "blue"]],
      rows: [[0.5, -1.25, 3, 255, 0, 51], [1, 2, 4, 0, 102, 255]],
    }, FACES]);
    const own = (await parse(bytes.slice().buffer, plyScanLoader("a.ply"))).attributes;
    const theirs = (await parse(bytes.slice().buffer, PLYLoader, { core: { worker: false } }))
      .attributes;
    assert.deepEqual([...own.POSITION.value], [...theirs["POSITION"]!.value]);
    const scaled = [...theirs["COLOR_0"]!.value].map((value) => Math.fround(value / 255));
    assert.deepEqual([...own.COLOR_0!.value], scaled);
  });
}

Deno.test("readScan() reads every scalar type by both of its names", async () => {
  const types = ["char", "uchar", "short", "ushort", "int", "uint", "float", "double"];
  const sized = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"];
  for (const encoding of PLY_ENCODINGS) {
    for (const type of [...types, ...sized]) {
      const fields: PlyField[] = [[type, "x"], ["short", "skip"], [type, "y"], [type, "z"]];
      const rows = [[1, -300, 2, 3], [100, 4000, 50, 25]];
      const scan = await readScan(makePly(encoding, [{ name: "vertex", fields, rows }]), "a.ply");
      assert.deepEqual(worldPositions(scan), [1, 2, 3, 100, 50, 25], `${encoding} ${type}`);
    }
  }
});

Deno.test("readScan() decides the scale of PLY colours from the whole file", async () => {
  const cases: [string, number[], number[]][] = [
    ["uchar", [0, 51, 255], [0, 0.2, 1]],
    ["ushort", [0, 13107, 65535], [0, 0.2, 1]],
    ["ushort", [0, 51, 255], [0, 0.2, 1]],
    ["float", [0, 0.5, 1], [0, 0.5, 1]],
    ["float", [0, 51, 255], [0, 0.2, 1]],
    ["char", [0, 51, -1], [0, 0.2, 1]],
  ];
  for (const [type, values, wanted] of cases) {
    const fields: PlyField[] = [...XYZ, [type, "red"], [type, "green"], [type, "blue"]];
    for (const encoding of PLY_ENCODINGS) {
      const bytes = makePly(encoding, [{ name: "vertex", fields, rows: [[0, 0, 0, ...values]] }]);
      const scan = await readScan(bytes, "a.ply");
      assert.deepEqual([...scan.colors!], wanted.map(Math.fround), `${type} ${values}`);
    }
  }
});

Deno.test("readScan() knows further names of colours, intensity and labels", async () => {
  const fields: PlyField[] = [
    ["float", "X"],
    ["float", "Y"],
    ["float", "Z"],
    ["uchar", "diffuse_red"],
    ["uchar", "diffuse_green"],
    ["uchar", "diffuse_blue"],
    ["float", "scalar_Intensity"],
    ["float", "scalar_Label"],
  ];
  const rows = [[1, 2, 3, 255, 0, 0, 0.5, 4], [2, 3, 4, 0, 255, 0, 0.25, 5]];
  const scan = await readScan(makePly("ascii", [{ name: "vertex", fields, rows }]), "a.ply");
  assert.deepEqual([...scan.colors!], [1, 0, 0, 0, 1, 0]);
  assert.deepEqual([...scan.intensity!], [0.5, 0.25]);
  assert.deepEqual([...scan.labels!], [4, 5]);
});

Deno.test("readScan() ignores fractional labels, zero colours and scores", async () => {
  const fields: PlyField[] = [
    ...XYZ,
    ["uchar", "red"],
    ["uchar", "green"],
    ["uchar", "blue"],
    ["float", "label"],
    ["float", "intensity"],
  ];
  const rows = [[1, 2, 3, 0, 0, 0, 0.5, -2]];
  const scan = await readScan(makePly("ascii", [{ name: "vertex", fields, rows }]), "a.ply");
  assert.equal(scan.labels, null);
  assert.equal(scan.colors, null);
  assert.equal(scan.intensity, null);
});

Deno.test("readScan() reads a part of a larger buffer", async () => {
  const file = makePly("binary_little_endian", [{
    name: "vertex",
    fields: XYZ,
    rows: [[1, 2, 3]],
  }]);
  const larger = new Uint8Array(file.length + 20).fill(7);
  larger.set(file, 10);
  const scan = await readScan(larger.subarray(10, 10 + file.length), "a.ply");
  assert.deepEqual([...scan.positions], [1, 2, 3]);
});

Deno.test("readScan() keeps the digits of near points where one point is far away", async () => {
  const rows = [[0.125, 0, 0], [1, 0, 0], [0, 1, 0], [-1e30, 0, 0]];
  const scan = await readScan(makePly("ascii", [{ name: "vertex", fields: XYZ, rows }]), "a.ply");
  assert.deepEqual([...scan.positions].slice(0, 9), rows.slice(0, 3).flat());
});

const HEAD = ["ply", "format ascii 1.0", "element vertex 2"];
const PROPERTIES = ["property float x", "property float y", "property float z"];

Deno.test("readScan() refuses malformed PLY headers", async () => {
  const cases: [string[], RegExp][] = [
    [["ply", "format ascii 1.0", "element vertex 1", ...PROPERTIES, ""], /before end_header/],
    [["ply", "element vertex 1", ...PROPERTIES, "end_header", ""], /no format line/],
    [["ply", "format ascii 2.0", "end_header", ""], /format 'ascii 2.0' is not known/],
    [["ply", "format ascii 1.0", "end_header", ""], /no element vertex/],
    [["ply", "format ascii 1.0", "element vertex -3", "end_header", ""], /not a name and a count/],
    [["ply", "format ascii 1.0", "element vertex 1e3", "end_header", ""], /not a name and a count/],
    [["ply", "format ascii 1.0", "property float x", "end_header", ""], /precedes all elements/],
    [[...HEAD, "property half x", "end_header", ""], /no known type/],
    [[...HEAD, "property list float int x", "end_header", ""], /no known type/],
    [
      [...HEAD, "property float x", "property int x", "end_header", ""],
      /x of element vertex occurs twice/,
    ],
    [[...HEAD, "element vertex 3", "end_header", ""], /vertex occurs twice/],
    [[...HEAD, "nonsense here", "end_header", ""], /'nonsense' is not known/],
    [["plyer", "format ascii 1.0", "end_header", ""], /first line is not 'ply'/],
    [["ply", "format ascii 1.0", "element vertex 0", ...PROPERTIES, "end_header", ""], /empty/],
    [
      [...HEAD, "property float x", "property float y", "end_header", "1 2", "3 4", ""],
      /no property z/,
    ],
  ];
  for (const [lines, pattern] of cases) await refuses(text(lines), pattern);
});

Deno.test("readScan() reads PLY headers with 45,000 names", async () => {
  const names = Array.from({ length: 45_000 }, (_, i) => `element ${i.toString(36)} 0`);
  const header = [
    "ply",
    "format ascii 1.0",
    "element vertex 1",
    ...XYZ.map((f) => `property ${f.join(" ")}`),
  ];
  assert.equal((await readScan(text([...header, ...names, "end_header", "1 2 3"]), "x")).count, 1);
  await assert.rejects(
    readScan(text([...header, ...names, "element 0 0", "end_header", "1 2 3"]), "x"),
    /element 0 occurs twice/,
  );
});

Deno.test("readScan() refuses malformed PLY bodies", async () => {
  const head = [...HEAD, ...PROPERTIES, "end_header"];
  const cases: [string[], RegExp][] = [
    [["1 2 3", ""], /2 rows of vertex cannot fit/],
    [["1.0000 2.0000 3.0000", ""], /ends after 1 of 2 rows of vertex/],
    [["1.00 2 3", "1 2", ""], /line 9 has 2 values where vertex 1 needs 3/],
    [["1 2 3 4", "1 2 3", ""], /line 8 has 4 values/],
    [["1 2 3", "1,5 2 3", ""], /line 9 has '1,5'/],
    [["1 2 3", "0x10 2 3", ""], /line 9 has '0x10'/],
    [["nan 2 3", "1 nan 3", ""], /none of its points has a position/],
    [["1 2 3", "1 2 3", "1 2 3", ""], /line 10 comes after the last row/],
  ];
  for (const [rows, pattern] of cases) await refuses(text([...head, ...rows]), pattern);
});

Deno.test("readScan() leaves out points without a position", async () => {
  const fields: PlyField[] = [
    ...["x", "y", "z"].map((name): PlyField => ["double", name]),
    ...["red", "green", "blue", "nx", "ny", "nz", "intensity"].map((name): PlyField => [
      "float",
      name,
    ]),
    ["int", "label"],
  ];
  for (const encoding of PLY_ENCODINGS) {
    for (const bad of [NaN, Infinity, -Infinity, 1e200]) {
      const rows = [
        [0, bad, 0, NaN, NaN, NaN, 0, 0, 0, NaN, 7],
        [1, 2, 3, 0.5, 0.25, 0, 0, 0, 1, 0.5, 8],
        [bad, 0, 0, 9e9, 0, 0, 0, 0, 0, -1, 7],
        [4, 5, 6, 0, 0, 1, 1, 0, 0, 1, 9],
      ];
      const scan = await readScan(makePly(encoding, [{ name: "vertex", fields, rows }]), "a.ply");
      assert.deepEqual([scan.count, scan.leftOut], [2, [0, 2]]);
      assert.deepEqual(worldPositions(scan), [1, 2, 3, 4, 5, 6]);
      assert.deepEqual([...scan.colors!], [0.5, 0.25, 0, 0, 0, 1]);
      assert.deepEqual([...scan.intensity!], [0.5, 1]);
      assert.deepEqual([...scan.normals!], [0, 0, 1, 1, 0, 0]);
      assert.deepEqual([...scan.labels!], [8, 9]);
      assert.deepEqual(scan.warnings.map(({ code }) => code), ["points-left-out"]);
      assert.match(scan.warnings[0]!.text, /^2 points have no position .*number 0, 2\)/);
    }
  }
});

Deno.test("readScan() clamps stray PLY colours", async () => {
  const colours = (type: string, dull: number, stray: number[]) => {
    const fields: PlyField[] = [...XYZ, [type, "red"], [type, "green"], [type, "blue"]];
    const rows = Array.from({ length: 200 }, (_, i) => [i, 0, 0, dull, dull / 2, 0]);
    stray.forEach((value, i) => rows[40 * i + 7]![3] = value);
    return readScan(makePly("ascii", [{ name: "vertex", fields, rows }]), "a.ply");
  };
  const cases: [type: string, dull: number, stray: number[], full: number, codes: string[]][] = [
    ["float", 0.8, [1.02], 1, ["colours-clamped"]],
    ["float", 0.8, [1 + 1e-6, 200, -0.1], 1, ["colours-clamped"]],
    ["float", 1.2, [], 1, ["colours-clamped"]],
    ["ushort", 200, [65535], 255, ["colours-clamped"]],
    ["int", 200, [-4, 70000, 70000], 255, ["colours-clamped"]],
    ["ushort", 1000, [], 1023, ["colours-depth"]],
    ["ushort", 4000, [5000], 4095, ["colours-clamped", "colours-depth"]],
    ["ushort", 5000, [], 65535, []],
    ["uchar", 90, [255], 255, []],
    ["float", 1, [], 1, []],
  ];
  for (const [type, dull, stray, full, codes] of cases) {
    const { colors, warnings } = await colours(type, dull, stray);
    assert.deepEqual(
      [...colors!.slice(0, 3)],
      [Math.min(1, dull / full), dull / 2 / full, 0].map(Math.fround),
    );
    assert(colors!.every((value) => value >= 0 && value <= 1));
    assert.deepEqual(warnings.map(({ code }) => code), codes, `${type} ${dull} ${stray}`);
  }
  assert.match(
    (await colours("float", 0.8, [1.02])).warnings[0]!.text,
    /^1 value .*\(0\.17 %\).*1\.02/,
  );
  // Points without colour say nothing about the range.
  const partly = await colours("ushort", 0, [30000, 40000, 50000]);
  assert.equal(partly.colors![3 * 7], Math.fround(30000 / 65535));
});

Deno.test("readScan() reads lists of PLY vertices, and writeScan() keeps them", async () => {
  const fields: PlyField[] = [
    ["list uchar uint", "views"],
    ...XYZ,
    ["list uchar float", "weights"],
    ["uchar", "label"],
  ];
  const rows = [[[3, 1], 1, 2, 3, [0.5, 0.25], 7], [[], 4, 5, 6, [], 8]];
  for (const encoding of PLY_ENCODINGS) {
    const made = (more: PlyField[], values: number[][]) =>
      makePly(encoding, [
        {
          name: "vertex",
          fields: [...fields, ...more],
          rows: rows.map((r, i) => [...r, ...values[i]!]),
        },
        FACES,
      ]);
    const scan = await readScan(made([], [[], []]), "a.ply");
    assert.deepEqual(worldPositions(scan), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual([...scan.labels!], [7, 8]);
    const answer = writeScan(scan, {
      labels: Uint8Array.of(1, 2),
      confidence: Float32Array.of(0.5, 1),
    });
    const expected = makePly(encoding, [
      {
        name: "vertex",
        fields: [...fields, ["float", "confidence"], ["uchar", "label_original"]],
        rows: rows.map((r, i) => [...r.slice(0, -1), i + 1, (i + 1) / 2, 7 + i]),
      },
      FACES,
    ]);
    assert.deepEqual(answer, expected);
  }
});

Deno.test("readScan() reads points whose faces are damaged, and tells them from wrong counts", async () => {
  const fields: PlyField[] = [...XYZ, ["uchar", "flags"]];
  const rows = Array.from({ length: 4 }, (_, i) => [i + 0.5, 2.5, -i - 0.25, i]);
  const faces: PlyPart = {
    name: "face",
    fields: [["list uchar int", "vertex_indices"]],
    rows: [[[0, 1, 2]], [[1, 2, 3]], [[3, 0, 1]]],
  };
  for (const encoding of PLY_ENCODINGS) {
    const whole = makePly(encoding, [{ name: "vertex", fields, rows }, faces]);
    const counts = (from: string, to: string) => {
      const head = new TextDecoder("latin1").decode(whole).replace(from, to);
      return Uint8Array.from(head, (c) => c.charCodeAt(0));
    };
    const damaged: [string, Uint8Array][] = [
      ["cut", whole.subarray(0, whole.length - 5)],
      ["more faces", counts("face 3", "face 5")],
      ["fewer faces", counts("face 3", "face 1")],
    ];
    for (const [what, bytes] of damaged) {
      const scan = await readScan(bytes, "a.ply");
      assert.equal(scan.count, 4, what);
      assert.deepEqual(scan.warnings.map(({ code }) => code), ["rows-misfit"], what);
      const labels = { labels: new Uint8Array(4), confidence: new Float32Array(4) };
      const tail = writeScan(scan, labels).subarray(-10);
      assert.deepEqual(tail, bytes.subarray(-10), `${what}: the faces are kept`);
    }
    // Faces that would be points, and points that would be faces.
    for (const wrong of ["vertex 3", "vertex 5", "vertex 6"]) {
      await refuses(counts("vertex 4", wrong), /./);
    }
  }
});

Deno.test("readScan() refuses PLY colours of unknown scale", async () => {
  const fields: PlyField[] = [...XYZ, ["int", "red"], ["int", "green"], ["int", "blue"]];
  for (const bad of [70000, -4]) {
    const rows = [[0, 0, 0, 1, 2, 3], [0, 0, 0, 1, bad, 3]];
    await refuses(makePly("ascii", [{ name: "vertex", fields, rows }]), /green of point 1/, {
      field: "green",
    });
  }
});

Deno.test("readScan() refuses binary PLY with wrong counts", async () => {
  const lying = (count: string, encoding: string) =>
    new TextEncoder().encode(
      ["ply", `format ${encoding} 1.0`, `element vertex ${count}`, ...PROPERTIES, "end_header", ""]
        .join("\n") + "123456789012123456789012",
    );
  for (const encoding of ["binary_little_endian", "binary_big_endian"]) {
    assert.equal((await readScan(lying("2", encoding), "x.ply")).count, 2);
    await refuses(lying("1", encoding), /12 bytes follow after the last row/);
    for (const count of ["3", "4000000000", "999999999999999"]) {
      await refuses(lying(count, encoding), new RegExp(`needs ${count} rows`));
    }
  }
  const rows = new TextEncoder().encode("1 2 3\n");
  const head = text([
    "ply",
    "format ascii 1.0",
    "element vertex 4000000000",
    ...PROPERTIES,
    "end_header",
    "",
  ]);
  await refuses(Uint8Array.from([...head, ...rows]), /cannot fit/);
});

Deno.test("readScan() refuses binary PLY lists with wrong counts", async () => {
  const faces = { ...FACES, fields: [["list int int", "vertex_indices"]] as PlyField[] };
  const vertex = { name: "vertex", fields: XYZ, rows: [[1, 2, 3]] };
  const good = makePly("binary_little_endian", [{ ...faces, rows: [[[1, 2, 3]]] }, vertex]);
  assert.equal((await readScan(good, "x.ply")).count, 1);
  const countAt = good.length - 12 - 16;
  for (
    const [items, pattern] of [[-1, /has -1 items/], [
      1 << 30,
      /element face needs 1 rows/,
    ]] as const
  ) {
    const bad = good.slice();
    new DataView(bad.buffer).setInt32(countAt, items, true);
    await refuses(bad, pattern);
  }
});

Deno.test("readScan() refuses files of other formats", async () => {
  await refuses(new Uint8Array(0), /the file is empty/);
  await refuses(text(["hello"]), /none of LAS, LAZ \('LASF'\), PLY/);
});

for (const encoding of PLY_ENCODINGS) {
  Deno.test(`plyScanLoader() agrees with loaders.gl on plain ${encoding} files`, async () => {
    const fields: PlyField[] = [
      ...["x", "y", "z"].map((name): PlyField => ["float", name]),
      ...["red", "green", "blue"].map((name): PlyField => ["uchar", name]),
      ["double", "gps"],
    ];
    const rows = Array.from({ length: 9 }, (_, i) => [i, -i, i / 4, 7 * i, 255 - i, 3, i / 3]);
    const faces: PlyField[] = [["list uchar int", "vertex_indices"]];
    const parts = [{ name: "vertex", fields, rows }, {
      name: "face",
      fields: faces,
      rows: [[[0, 1, 2]], [[3, 4, 5]]],
    }];
    assert.equal(await comparePly(makePly(encoding, parts), encoding), 1);
  });
}

Deno.test("readScan() refuses a PLY line of more than a mebibyte without making words of it", async () => {
  const header = makePly("ascii", [{ name: "vertex", fields: XYZ, rows: [] }]);
  const head = new TextDecoder().decode(header).replace("vertex 0", "vertex 100000");
  const body = "1 2 3\n4 5 6\n" + "1 1 1 ".repeat(200_000);
  await refuses(text([head + body]), /line 11 is longer than 1048576 bytes/);
});
