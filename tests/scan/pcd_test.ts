/** PCD scans: what the Point Cloud Library writes, answers in every encoding, damaged files. */
import assert from "node:assert/strict";
import { parse } from "@loaders.gl/core";
import { PCDLoader } from "@loaders.gl/pcd";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { readScan, scanMemory, scanMemoryByStart, writeScan } from "../../lib/scan/mod.ts";
import { compressLzf, decompressLzf, LzfError } from "../../lib/scan/pcd/lzf.ts";

/** Eight points by `pcl_convert_pcd_ascii_binary` of PCL 1.13, compressed; see `point()` for their values. */
const COMPRESSED = Uint8Array.fromBase64(
  "IyAuUENEIHYwLjcgLSBQb2ludCBDbG91ZCBEYXRhIGZpbGUgZm9ybWF0ClZFUlNJT04gMC43CkZJRUxEUyB4" +
    "IHkgeiByZ2IgaW50ZW5zaXR5IGxhYmVsClNJWkUgNCA0IDQgNCA0IDQKVFlQRSBGIEYgRiBGIEYgVQpDT1VO" +
    "VCAxIDEgMSAxIDEgMQpXSURUSCA4CkhFSUdIVCAxClZJRVdQT0lOVCAxIDIgMyAxIDAgMCAwClBPSU5UUyA4" +
    "CkRBVEEgYmluYXJ5X2NvbXByZXNzZWQKjgAAAMAAAAABAABAAAGAPiAFAz8AAEAgAwCAIAMAoCADAMAgAwDg" +
    "IANgAAO/AACAIAMAwCADBADAAAAgIAMAQCADAGAgA2AAID9AQwDAIAdARwAgIDdASyAAHf8AADL+BgBk/QwA" +
    "lvwSAMj7GAAA+h4AMvkkAGT4KiAgQABAO0A3oDPgBg8AASAiAAIgA0AA4AULAQAA",
);

const LABELS = {
  labels: Uint8Array.from({ length: 8 }, (_, i) => i % 2),
  confidence: Float32Array.from({ length: 8 }, (_, i) => i / 10),
  student: {
    classes: ["floor", "big  table"],
    palette: [[1, 2, 3], [255, 0, 16]] as [number, number, number][],
    asprs: [2, 1],
  },
};

/** The values of a point: x, y, z, red, green, blue, intensity, label. */
function point(i: number): number[] {
  const color = [6 * i, 255 - i, 50 * (i % 5)];
  return [i / 4, (0 - i) / 2, (i % 7) / 8, ...color, (i % 4) / 4, i % 3];
}

const HEADER = {
  FIELDS: ["x", "y", "z", "rgb", "_", "intensity", "label"],
  SIZE: [4, 8, 4, 4, 1, 4, 1],
  TYPE: ["F", "F", "F", "U", "U", "F", "I"],
  COUNT: [1, 1, 1, 1, 3, 1, 1],
};

function headerText(encoding: string, changes: Record<string, string> = {}): string {
  const lines: Record<string, string> = {
    "# .PCD v0.7 - Point Cloud Data file format": "",
    VERSION: "0.7",
    ...Object.fromEntries(Object.entries(HEADER).map(([name, words]) => [name, words.join(" ")])),
    WIDTH: "4",
    HEIGHT: "2",
    VIEWPOINT: "0 0 0 1 0 0 0",
    POINTS: "8",
    DATA: encoding,
    ...changes,
  };
  return Object.entries(lines).map(([name, words]) => `${name} ${words}`.trim() + "\n").join("");
}

/** The same points with other types and padding. */
function made(encoding: string, changes: Record<string, string> = {}): Uint8Array {
  const rows = Array.from({ length: 8 }, (_, i) => {
    const [x, y, z, red, green, blue, strength, label] = point(i) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return [x, y, z, (red << 16) | (green << 8) | blue, 0, 0, 0, strength, label];
  });
  const head = new TextEncoder().encode(headerText(encoding, changes));
  if (encoding === "ascii") {
    const text = rows.map((row) => `${row.join(" ")} \n`).join("");
    return new Uint8Array([...head, ...new TextEncoder().encode(text)]);
  }
  const body = new DataView(new ArrayBuffer(8 * 28));
  rows.forEach(([x, y, z, rgb, , , , strength, label], i) => {
    body.setFloat32(28 * i, x!, true);
    body.setFloat64(28 * i + 4, y!, true);
    body.setFloat32(28 * i + 12, z!, true);
    body.setUint32(28 * i + 16, rgb!, true);
    body.setFloat32(28 * i + 23, strength!, true);
    body.setInt8(28 * i + 27, label!);
  });
  return new Uint8Array([...head, ...new Uint8Array(body.buffer)]);
}

/** The same file with colours as the floats that have their bits. */
function floatBits(bytes: Uint8Array): Uint8Array {
  const lines = new TextDecoder().decode(bytes).split("\n");
  const first = lines.findIndex((line) => line.startsWith("DATA")) + 1;
  const text = lines.map((line, i) => {
    if (i < first || line === "") return line;
    const words = line.split(" ");
    words[3] = `${new Float32Array(Uint32Array.of(Number(words[3])).buffer)[0]}`;
    return words.join(" ");
  });
  return new TextEncoder().encode(text.join("\n"));
}

const FILES = {
  "PCL's compressed": COMPRESSED,
  ascii: made("ascii"),
  "ascii with packed colours as numbers of a float field": made("ascii", {
    TYPE: "F F F F U F I",
  }),
  "ascii with packed colours as the bits of a float": floatBits(made("ascii", {
    TYPE: "F F F F U F I",
  })),
  binary: made("binary"),
};

for (const [kind, bytes] of Object.entries(FILES)) {
  Deno.test(`readScan() reads PCD (${kind})`, async () => {
    const scan = await readScan(bytes, "x.pcd");
    assert.deepEqual([scan.format, scan.count], ["pcd", 8]);
    for (let i = 0; i < 8; i++) {
      const [x, y, z, red, green, blue, strength, label] = point(i);
      assert.deepEqual(
        Array.from(scan.positions.slice(3 * i, 3 * i + 3), (value) => value + 0),
        [x, y, z],
      );
      const colors = Array.from(scan.colors!.slice(3 * i, 3 * i + 3), (value) => value * 255);
      assert.deepEqual(colors.map(Math.round), [red, green, blue]);
      assert.deepEqual([scan.intensity![i], scan.labels![i]], [strength, label]);
    }
    // PCL's file says where the sensor stood, which is not applied in silence.
    assert.deepEqual(
      scan.warnings.map(({ code }) => code),
      bytes === COMPRESSED ? ["viewpoint"] : [],
    );
    const memory = scanMemory(bytes, "x.pcd");
    assert.equal(memory.points, 8);
    assert.deepEqual(scanMemoryByStart(bytes.subarray(0, 400), bytes.length, "x.pcd"), memory);
  });

  Deno.test(`writeScan() adds label and confidence to PCD (${kind})`, async () => {
    const scan = await readScan(bytes, "x.pcd");
    const answer = writeScan(scan, LABELS);
    const text = new TextDecoder("latin1").decode(answer);
    assert.match(
      text,
      /^# \.PCD.*\n# predicted_class 0 #010203 floor\n# predicted_class 1 #ff0010 big table\nVERSION/,
    );
    assert.match(text, / label confidence label_original\n/);
    const again = await readScan(answer, "x.pcd");
    assert.deepEqual(again.positions, scan.positions);
    assert.deepEqual(again.colors, scan.colors);
    assert.deepEqual([...again.labels!], [...LABELS.labels]);
    // The second answer replaces the first, and keeps the labels that the client sent.
    const second = writeScan(again, { ...LABELS, labels: LABELS.labels.map((label) => 1 - label) });
    assert.equal(new TextDecoder("latin1").decode(second).split("predicted_class").length, 3);
    const renamed = new TextDecoder("latin1").decode(second)
      .replace(" label confidence label_original\n", " ours confidence label\n");
    const kept = await readScan(Uint8Array.from(renamed, (c) => c.charCodeAt(0)), "x.pcd");
    assert.deepEqual(kept.labels, scan.labels);
    if (kind !== "binary") {
      // loaders.gl knows neither doubles nor padding of bytes in binary files.
      const { attributes } = await parse(answer.slice().buffer, PCDLoader, {
        core: { worker: false },
      });
      assert.deepEqual([...attributes["POSITION"]!.value], [...scan.positions]);
    }
  });
}

Deno.test("readScan() leaves out points of PCD without a position, and writeScan() keeps their rows", async () => {
  const text = new TextDecoder().decode(made("ascii")).replace("0.25 -0.5", "nan   -0.5");
  const scan = await readScan(new TextEncoder().encode(text), "x.pcd");
  assert.deepEqual([scan.count, scan.leftOut], [7, [1]]);
  const answer = writeScan(scan, {
    labels: new Uint8Array(7).fill(3),
    confidence: new Float32Array(7).fill(0.5),
    keepLabels: false,
  });
  const rows = new TextDecoder().decode(answer).split("DATA ascii\n")[1]!.split("\n");
  assert.equal(rows[0], "0 0 0 65280 0 0 0 0 3 0.5 ");
  assert.equal(rows[1], "nan   -0.5 0.125 458290 0 0 0 0.25 -1 0 ");
});

for (
  const [problem, bytes, message] of [
    [
      "too few points",
      made("binary").slice(0, -5),
      /8 points of 28 bytes need 224, the file has 219 .byte \d+, field POINTS/,
    ],
    ["too few lines", made("ascii").slice(0, -40), /ends after 7 of 8 points|has \d values where/],
    [
      "too many lines",
      made("ascii", { WIDTH: "7", HEIGHT: "1", POINTS: "7" }),
      /line 19 comes after the last of 7/,
    ],
    [
      "a word",
      new TextEncoder().encode(
        new TextDecoder().decode(made("ascii")).replace("0.75 -1.5", "0,75 -1.5"),
      ),
      /line 15 has '0,75' where a number belongs .byte \d+, field x/,
    ],
    ["another area", made("binary", { WIDTH: "5" }), /POINTS is 8, and WIDTH times HEIGHT 10/],
    ["a type", made("binary", { TYPE: "F F F U U F F" }), /field label has type F of 1 bytes/],
    ["a missing word", made("binary", { SIZE: "4 8 4" }), /SIZE has 3 words for 7 fields/],
    ["an encoding", made("binary", { DATA: "lzma" }), /DATA is 'lzma'/],
    ["no z", made("binary", { FIELDS: "x y h rgb _ intensity label" }), /no field z/],
    ["no points", made("binary", { WIDTH: "0", POINTS: "0" }), /empty/],
    ["a cut header", made("binary").slice(0, 100), /ends before the line DATA .byte 100/],
    ["cut compressed points", COMPRESSED.slice(0, -1), /do not fit into/],
    [
      "other compressed points",
      COMPRESSED.map((byte, i) => i > 350 ? 0xff : byte),
      /damaged: .*byte 3\d\d/,
    ],
  ] as const
) {
  Deno.test(`readScan() refuses PCD with ${problem}`, async () => {
    await assert.rejects(readScan(bytes, "x.pcd"), { name: "ScanError", message });
  });
}

Deno.test("readScan() refuses compressed PCD that no compression can hold, before it allocates", async () => {
  const text = new TextDecoder("latin1").decode(COMPRESSED)
    .replace("WIDTH 8", "WIDTH 90000000").replace("POINTS 8", "POINTS 90000000");
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  new DataView(bytes.buffer).setUint32(text.indexOf("compressed\n") + 15, 24 * 90000000, true);
  await assert.rejects(readScan(bytes, "x.pcd"), /compressed bytes cannot become 2160000000/);
  assert(scanMemory(bytes, "x.pcd").readingBytes > 24 * 90000000);
});

Deno.test("decompressLzf() undoes compressLzf(), and survives damage", () => {
  const next = mulberry32(3);
  for (const length of [0, 1, 3, 40, 5000, 100_000]) {
    for (const kinds of [1, 3, 256]) {
      const bytes = Uint8Array.from({ length }, () => Math.floor(next() * kinds));
      bytes.copyWithin(length >> 1, length >> 3, length >> 2);
      const compressed = compressLzf(bytes);
      assert(compressed.length <= length + Math.ceil(length / 32));
      assert.deepEqual(decompressLzf(compressed, length), bytes);
      if (length !== 5000) continue;
      for (let i = 0; i < 100; i++) {
        const damaged = compressed.slice(0, Math.floor(next() * compressed.length) + 1);
        damaged[Math.floor(next() * damaged.length)] = Math.floor(next() * 256);
        try {
          assert.equal(decompressLzf(damaged, length).length, length);
        } catch (error) {
          assert(error instanceof LzfError && error.at <= damaged.length);
        }
      }
    }
  }
});

Deno.test("readScan() survives damaged PCD", async () => {
  const next = mulberry32(5);
  for (const bytes of Object.values(FILES)) {
    for (let i = 0; i < 60; i++) {
      const damaged = bytes.slice(0, i % 3 === 0 ? Math.floor(next() * bytes.length) : undefined);
      for (let n = 0; n < 3; n++) {
        damaged[Math.floor(next() * damaged.length)] = Math.floor(next() * 256);
      }
      await readScan(damaged, "x.pcd").then(
        (scan) =>
          writeScan(scan, {
            labels: new Uint8Array(scan.count),
            confidence: new Float32Array(scan.count),
          }),
        (error) => assert.equal(error.name, "ScanError", error.stack),
      );
    }
  }
});
