/** LAS answers: the client's own file, in which only the labels change. */
import assert from "node:assert/strict";
import { parse } from "@loaders.gl/core";
import { LAZRsLoader } from "@loaders.gl/las";
import {
  codeWarnings,
  convertScan,
  type LabelClasses,
  readScan,
  type ScanLabels,
  writePly,
  writeScan,
} from "../../lib/scan/mod.ts";
import { LAS_RECORD, makeLas } from "./files.ts";

const COUNT = 20;

function labelling(more: Partial<ScanLabels> = {}): ScanLabels {
  return {
    labels: Uint8Array.from({ length: COUNT }, (_, i) => i % 5),
    confidence: Float32Array.from({ length: COUNT }, (_, i) => i / 19),
    keepLabels: false,
    ...more,
  };
}

/** Classes with these codes. */
function coded(asprs: number[]): LabelClasses {
  return { classes: asprs.map((_, i) => `class ${i}`), palette: asprs.map(() => [1, 2, 3]), asprs };
}

async function attributes(bytes: Uint8Array) {
  const options = { core: { worker: false }, las: { fp64: true, colorDepth: 16 } };
  const mesh = await parse(bytes.slice().buffer, LAZRsLoader, options);
  return mesh.attributes;
}

const classAt = (format: number) => format < 6 ? 15 : 16;

for (const format of LAS_RECORD.keys()) {
  Deno.test(`writeScan() changes nothing but the class bits of LAS format ${format}`, async () => {
    const minor = format < 4 ? 2 : format < 6 ? 3 : 4;
    const made = makeLas({
      minor,
      format,
      extra: 2,
      gap: 5,
      evlrs: minor === 4 ? [new Uint8Array(7)] : [],
    });
    const scan = await readScan(made.bytes, "x.las");
    const before = made.bytes.slice();
    const answer = writeScan(scan, labelling());
    assert.deepEqual(scan.bytes, before, "the client's bytes are left alone");
    const expected = before.slice();
    for (let i = 0; i < COUNT; i++) {
      const at = made.pointOffset + i * made.recordBytes + classAt(format);
      expected[at] = format < 6 ? (expected[at]! & 0xe0) | (i % 5) : i % 5;
    }
    assert.deepEqual(answer, expected);
    assert.deepEqual([...(await readScan(answer, "x.las")).labels!], [...labelling().labels]);
  });

  Deno.test(`writeScan() adds dimensions to LAS format ${format} and keeps everything else`, async () => {
    const minor = format < 4 ? 2 : format < 6 ? 3 : 4;
    const evlrs = minor === 4 ? [Uint8Array.of(1, 2, 3), Uint8Array.of(9)] : [];
    const vlrs: [string, number, Uint8Array][] = [["LASF_Projection", 2112, Uint8Array.of(65, 66)]];
    const made = makeLas({ minor, format, extra: 3, gap: 11, vlrs, evlrs });
    const old = new DataView(made.bytes.buffer);
    if (minor >= 3) old.setBigUint64(227, BigInt(made.pointsEnd), true);
    const scan = await readScan(made.bytes, "x.las");
    const answer = writeScan(scan, labelling({ extraBytes: true }));
    const view = new DataView(answer.buffer);

    const theirs = await attributes(made.bytes);
    const ours = await attributes(answer);
    for (const name of ["POSITION", "intensity", "COLOR_0"]) {
      assert.deepEqual(ours[name]?.value, theirs[name]?.value, name);
    }
    const pointOffset = view.getUint32(96, true);
    const recordBytes = view.getUint16(105, true);
    assert.equal(recordBytes, made.recordBytes + 5);
    for (let i = 0; i < COUNT; i++) {
      const from = made.pointOffset + i * made.recordBytes;
      const expected = made.bytes.slice(from, from + made.recordBytes);
      const at = classAt(format);
      expected[at] = format < 6 ? (expected[at]! & 0xe0) | (i % 5) : i % 5;
      const to = pointOffset + i * recordBytes;
      assert.deepEqual(answer.slice(to, to + made.recordBytes), expected);
      assert.equal(answer[to + made.recordBytes], i % 5);
      assert.equal(view.getFloat32(to + made.recordBytes + 1, true), Math.fround(i / 19));
    }
    // Behind the points everything is as before, at the offsets in the header.
    const end = pointOffset + COUNT * recordBytes;
    assert.deepEqual(answer.slice(end), made.bytes.slice(made.pointsEnd));
    if (minor >= 3) assert.equal(view.getBigUint64(227, true), BigInt(end));
    if (minor === 4) assert.equal(view.getBigUint64(235, true), BigInt(end));
    // Our record comes first; the client's record and the gap before the points follow as they were.
    const headerBytes = view.getUint16(94, true);
    assert.deepEqual(
      answer.slice(headerBytes + 54 + 3 * 192, pointOffset),
      made.bytes.slice(headerBytes, made.pointOffset),
    );
    assert.deepEqual(answer.slice(pointOffset - 11, pointOffset), new Uint8Array(11).fill(0xa5));
    assert.equal(view.getUint32(100, true), 2);
    // The three bytes without a descriptor have got one before ours.
    const types = [0, 1, 2].map((
      k,
    ) => [...answer.slice(headerBytes + 54 + 192 * k + 2).slice(0, 2)]);
    assert.deepEqual(types, [[0, 3], [1, 0], [9, 0]]);
  });
}

Deno.test("writeScan() overwrites existing LAS dimensions in place", async () => {
  const made = makeLas({ extra: 3 });
  const first = writeScan(await readScan(made.bytes, "x.las"), labelling({ extraBytes: true }));
  const labels = Uint8Array.from({ length: COUNT }, (_, i) => 10 + i);
  const scan = await readScan(first, "x.las");
  const second = writeScan(scan, labelling({ labels, extraBytes: true }));
  assert.equal(second.length, first.length);
  assert.equal(new DataView(second.buffer).getUint16(105, true), made.recordBytes + 5);
  assert.deepEqual([...(await readScan(second, "x.las")).labels!], [...labels]);
});

Deno.test("writeScan() extends the client's own extra-bytes record", async () => {
  const own = new Uint8Array(192);
  own[2] = 4;
  own.set(new TextEncoder().encode("range"), 4);
  const vlrs: [string, number, Uint8Array][] = [
    ["LASF_Spec", 4, own],
    ["other", 1, Uint8Array.of(1, 2, 3)],
  ];
  const made = makeLas({ extra: 2, vlrs });
  const answer = writeScan(await readScan(made.bytes, "x.las"), labelling({ extraBytes: true }));
  const view = new DataView(answer.buffer);
  assert.equal(view.getUint32(100, true), 2);
  assert.equal(view.getUint16(375 + 20, true), 3 * 192);
  assert.deepEqual(answer.slice(375 + 54, 375 + 54 + 192), own);
  const next = 375 + 54 + 3 * 192;
  assert.deepEqual(answer.slice(next + 54, next + 57), Uint8Array.of(1, 2, 3));
  assert.equal(view.getUint32(96, true), made.pointOffset + 2 * 192);
});

/** Descriptors of extra bytes: [name, data type]. */
function extraBytes(...dimensions: [string, number][]): [string, number, Uint8Array] {
  const body = new Uint8Array(192 * dimensions.length);
  dimensions.forEach(([name, type], i) => {
    body[192 * i + 2] = type;
    body.set(new TextEncoder().encode(name), 192 * i + 4);
  });
  return ["LASF_Spec", 4, body];
}

/** The names of the extra dimensions that a file describes, with the values of those of one byte. */
function dimensionsOf(bytes: Uint8Array): Record<string, number[]> {
  const view = new DataView(bytes.buffer);
  const [start, stride] = [view.getUint32(96, true), view.getUint16(105, true)];
  const widths = [0, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8];
  let offset = LAS_RECORD[bytes[104]!]!;
  const found: Record<string, number[]> = {};
  for (let at = view.getUint16(94, true), i = 0; i < view.getUint32(100, true); i++) {
    const end = at + 54 + view.getUint16(at + 20, true);
    if (view.getUint16(at + 18, true) === 4) {
      for (at += 54; at < end; at += 192) {
        const name = new TextDecoder().decode(bytes.subarray(at + 4, at + 36)).replace(/\0+$/, "");
        const place = offset;
        found[name] = Array.from({ length: COUNT }, (_, k) => bytes[start + k * stride + place]!);
        offset += widths[bytes[at + 2]!]! || bytes[at + 3]!;
      }
    }
    at = end;
  }
  assert.equal(offset, stride, "every byte is described");
  return found;
}

Deno.test("writeScan() corrects extra-bytes records that describe more bytes than there are", async () => {
  const vlrs = [extraBytes(["first", 1], ["range", 10], ["last", 4])];
  const made = makeLas({ extra: 2, vlrs });
  const scan = await readScan(made.bytes, "x.las");
  const found = dimensionsOf(writeScan(scan, labelling({ extraBytes: true })));
  assert.deepEqual(Object.keys(found), ["first", "undocumented", "label", "confidence"]);
});

Deno.test("writeScan() leaves dimensions of the client's own with its names alone", async () => {
  const vlrs = [extraBytes(["confidence", 9], ["label", 3])];
  const made = makeLas({ extra: 6, vlrs });
  const first = writeScan(await readScan(made.bytes, "x.las"), labelling({ extraBytes: true }));
  const found = dimensionsOf(first);
  assert.deepEqual(Object.keys(found), ["confidence", "label", "class_label", "label_confidence"]);
  assert.deepEqual(found["class_label"], [...labelling().labels]);
  for (let i = 0; i < COUNT; i++) {
    const at = made.pointOffset + i * made.recordBytes + 36;
    assert.equal(found["confidence"]![i], made.bytes[at]);
  }
});

Deno.test("writeScan() leaves unclassified what point formats 0 to 5 have no code for, and a warning says so", async () => {
  for (const format of [3, 6]) {
    const scan = await readScan(makeLas({ minor: 4, format, count: 3 }).bytes, "x.las");
    const student: LabelClasses = {
      classes: ["ground", "car"],
      palette: [[0, 0, 0], [9, 9, 9]],
      asprs: [2, 64],
    };
    const labels = Uint8Array.of(0, 1, 0);
    const answer = { labels, confidence: new Float32Array(3), student };
    const written = (await readScan(writeScan(scan, answer), "x.las")).labels!;
    const warnings = codeWarnings(scan, student);
    assert.deepEqual([...written], format === 3 ? [2, 1, 2] : [2, 64, 2]);
    assert.equal(warnings.length, format === 3 ? 1 : 0);
    assert.deepEqual(codeWarnings({ ...scan, bytes: new Uint8Array() }, student), []);
    for (const { text } of warnings) assert.match(text, /format 3 of x\.las .* points of car have/);
    const own = { ...answer, student: { ...student, labels: [0, 1] } };
    if (format === 3) assert.throws(() => writeScan(scan, own), /holds 0 to 31/);
  }
});

Deno.test("writeScan() keeps the labels that a LAS came with", async () => {
  for (const format of [1, 6]) {
    const made = makeLas({ minor: 4, format });
    const scan = await readScan(made.bytes, "x.las");
    const keeping = labelling({ keepLabels: true });
    const first = writeScan(scan, keeping);
    const { classification_original: kept } = dimensionsOf(first);
    assert.deepEqual(kept, [...made.classes]);
    assert.deepEqual([...(await readScan(first, "x.las")).labels!], [...labelling().labels]);
    // They stay those of the client when the answer is labelled again.
    const second = dimensionsOf(writeScan(await readScan(first, "x.las"), keeping));
    assert.deepEqual(second, { classification_original: kept });
  }
  const { bytes, pointOffset, recordBytes } = makeLas({ minor: 2, format: 1 });
  for (let i = 0; i < COUNT; i++) bytes[pointOffset + i * recordBytes + 15] = i % 2;
  const bare = await readScan(bytes, "x.las");
  assert.equal(writeScan(bare, labelling({ keepLabels: true })).length, bytes.length);
});

Deno.test("writeScan() keeps the labels of a PLY in LAS, in the type that holds them", async () => {
  const widths: [number[], number][] = [
    [[0, 255], 1],
    [[-1, 7], 1],
    [[0, 256], 2],
    [[-1, 200], 2],
    [[
      -1,
      70000,
    ], 4],
  ];
  for (const [values, width] of widths) {
    const labels = Int32Array.from({ length: COUNT }, (_, i) => values[i % 2]!);
    const ply = await readScan(
      writePly({ positions: new Float32Array(3 * COUNT).fill(1), labels }),
      "a.ply",
    );
    const answer = writeScan(convertScan(ply, "las"), labelling({ keepLabels: true }));
    const view = new DataView(answer.buffer);
    assert.equal(view.getUint16(105, true), 30 + width);
    const at = view.getUint32(96, true) + 30 + width + 30;
    const low = [
      0,
      view.getUint8(at),
      view.getUint16(at, true),
      0,
      view.getInt32(at, true),
    ][width]!;
    assert.equal(low, width === 4 ? values[1]! : values[1]! & (2 ** (8 * width) - 1));
  }
});

Deno.test("writeScan() refuses labels that do not fit", async () => {
  const scan = await readScan(makeLas({ minor: 2, format: 3 }).bytes, "x.las");
  const labels = new Int32Array(COUNT);
  const refused = (value: number, more: Partial<ScanLabels> = {}) => {
    labels[3] = value;
    return () => writeScan(scan, labelling({ labels, ...more }));
  };
  assert.throws(refused(32), {
    name: "RangeError",
    message: /label 32 of point 3 .* holds 0 to 31/,
  });
  assert.throws(refused(-1), RangeError);
  assert.throws(refused(2, { student: coded([1, 2]) }), RangeError);
  assert.throws(refused(1, { student: coded([1, 2.5]) }), RangeError);
  assert.throws(
    refused(300, { student: coded(new Array(400).fill(2)), extraBytes: true }),
    RangeError,
  );
  assert.throws(() => writeScan(scan, labelling({ labels: new Uint8Array(3) })), TypeError);
  const confidence = new Float32Array(COUNT).fill(NaN);
  assert.throws(() => writeScan(scan, labelling({ confidence })), RangeError);
});

Deno.test("writeScan() names the classification codes of LAS beside the client's own names", async () => {
  const own = new Uint8Array(32);
  new TextEncoder().encodeInto("\u0002lawn", own);
  new TextEncoder().encodeInto("\u0009lake", own.subarray(16));
  const student = {
    classes: ["floor", "wall", "a very long name", "window", "Tür"],
    palette: Array.from({ length: 5 }, () => [0, 0, 0] as const),
    asprs: [2, 6, 17, 6, 31],
  };
  for (const extraBytes of [false, true]) {
    for (const vlrs of [[], [["other", 7, Uint8Array.of(1)], ["LASF_Spec", 0, own]]]) {
      const made = makeLas({
        format: 6,
        gap: 3,
        vlrs: vlrs as [string, number, Uint8Array][],
        evlrs: [Uint8Array.of(5, 6)],
      });
      const scan = await readScan(made.bytes, "x.las");
      const answer = writeScan(scan, labelling({ student, extraBytes }));
      const names = lookupOf(answer);
      const expected = { 2: "floor", 6: "wall/window", 17: "a very long nam", 31: "Tür" };
      assert.deepEqual(names, vlrs.length > 0 ? { ...expected, 9: "lake" } : expected);
      // A second answer replaces the names of the first.
      assert.deepEqual(
        lookupOf(writeScan(await readScan(answer, "x.las"), labelling({ student, extraBytes }))),
        names,
      );
      const { POSITION, classification } = await attributes(answer);
      assert.deepEqual(POSITION!.value, made.positions);
      assert.deepEqual([...classification!.value], labels.map((i) => student.asprs[i]!));
      const view = new DataView(answer.buffer);
      const evlr = Number(view.getBigUint64(235, true));
      assert.deepEqual([...answer.subarray(evlr + 60)], [5, 6]);
    }
  }
});

const labels = Array.from({ length: COUNT }, (_, i) => i % 5);

/** The names of codes in the only lookup record of a file. */
function lookupOf(bytes: Uint8Array): Record<number, string> {
  const view = new DataView(bytes.buffer);
  const names: Record<number, string> = {};
  let at = view.getUint16(94, true);
  let lookups = 0;
  for (let i = 0; i < view.getUint32(100, true); i++) {
    const text = (from: number, to: number) =>
      new TextDecoder().decode(bytes.subarray(from, to)).replace(/\0.*/s, "");
    const end = at + 54 + view.getUint16(at + 20, true);
    if (text(at + 2, at + 18) === "LASF_Spec" && view.getUint16(at + 18, true) === 0) {
      lookups++;
      for (let entry = at + 54; entry < end; entry += 16) {
        const name = text(entry + 1, entry + 16);
        if (name) names[bytes[entry]!] = name;
      }
    }
    at = end;
  }
  assert.equal(lookups, 1);
  return names;
}
