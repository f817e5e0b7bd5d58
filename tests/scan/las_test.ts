/** Reading LAS files: versions, point formats, colour depths, and headers with wrong values. */
import assert from "node:assert/strict";
import { echoesOf, readScan, ScanError, writeScan } from "../../lib/scan/mod.ts";
import { compareLas } from "./compare_loaders.ts";
import { largestDifference, LAS_RECORD, makeLas, worldPositions } from "./files.ts";

/** Asserts that reading fails with a ScanError that names file, byte, field and mend. */
async function refuses(bytes: Uint8Array, pattern: RegExp) {
  await assert.rejects(readScan(bytes, "x.las"), (error) => {
    assert(error instanceof ScanError, String(error));
    assert.match(error.message, /^Cannot read x\.las: .*; .*[^.]$/);
    assert.match(error.message, pattern);
    assert(
      (error.offset !== undefined || error.field === "withheld") && error.field !== undefined,
      error.message,
    );
    return true;
  });
}

for (const format of LAS_RECORD.keys()) {
  Deno.test(`readScan() reads LAS point format ${format}`, async () => {
    const minor = format < 4 ? 2 : format < 6 ? 3 : 4;
    const made = makeLas({ minor, format, count: 50, extra: 3, gap: 9, seed: format + 1 });
    const scan = await readScan(made.bytes, "x.las");
    assert.equal(scan.format, "las");
    assert.equal(scan.count, 50);
    assert(largestDifference(worldPositions(scan), made.positions) < 1e-5);
    assert.deepEqual([...scan.labels!], [...made.classes]);
    const intensity = Array.from(made.intensity, (value) => Math.fround(value / 65535));
    assert.deepEqual([...scan.intensity!], intensity);
    const colors = made.colors && Array.from(made.colors, (v) => Math.fround(v / 65535));
    assert.deepEqual(scan.colors && [...scan.colors], colors);
  });
}

Deno.test("readScan() reads LAS 1.0 to 1.4", async () => {
  for (const minor of [0, 1, 2, 3, 4]) {
    const made = makeLas({ minor, format: 1 });
    const scan = await readScan(made.bytes, "x.las");
    assert(largestDifference(worldPositions(scan), made.positions) < 1e-5, `1.${minor}`);
  }
});

Deno.test("readScan() decides the LAS colour depth from the whole file", async () => {
  // More points than a batch of loaders.gl, which decides for each batch.
  const made = makeLas({ minor: 2, format: 2, count: 100_010, brightest: 255 });
  const dark = await readScan(made.bytes, "x.las");
  assert.deepEqual(
    [...dark.colors!.slice(0, 9)],
    Array.from(made.colors!.slice(0, 9), (v) => Math.fround(v / 255)),
  );
  new DataView(made.bytes.buffer).setUint16(made.pointsEnd - 2, 65535, true);
  const stray = await readScan(made.bytes, "x.las");
  assert.equal(stray.colors!.at(-1), 1);
  assert.deepEqual(stray.colors!.subarray(0, 300_000), dark.colors!.subarray(0, 300_000));
  assert.deepEqual(stray.warnings.map(({ code }) => code), ["colours-clamped"]);
});

Deno.test("readScan() takes LAS classes 0 and 1 as unlabelled", async () => {
  for (const format of [0, 6]) {
    const { bytes, pointOffset, recordBytes } = makeLas({ minor: 4, format });
    const at = (i: number) => pointOffset + i * recordBytes + (format < 6 ? 15 : 16);
    for (let i = 0; i < 20; i++) bytes[at(i)] = i % 2;
    // In format 0 the upper three bits are flags: synthetic, key-point and withheld.
    if (format === 0) bytes[at(3)] = 0b0110_0001;
    assert.equal((await readScan(bytes, "x.las")).labels, null);
    bytes[at(7)] = 2;
    assert.equal((await readScan(bytes, "x.las")).labels![7], 2);
    assert.equal((await readScan(bytes, "x.las")).labels![3], 1);
  }
});

for (const format of [1, 6]) {
  Deno.test(`readScan() leaves out points of format ${format} that TerraScan or LAStools withheld, and writeScan() keeps their classes`, async () => {
    const { bytes, pointOffset, recordBytes } = makeLas({ minor: 4, format, count: 40 });
    const at = (i: number, byte: number) => pointOffset + i * recordBytes + byte;
    const withheld = [0, 3, 4, 39];
    for (let i = 0; i < 40; i++) {
      const isWithheld = withheld.includes(i);
      // Synthetic points are points, and so are those of an overlap.
      if (format < 6) bytes[at(i, 15)] = (isWithheld ? 0x80 : 0x20) | (isWithheld ? 7 : 2);
      else {
        bytes[at(i, 15)] = isWithheld ? 0x04 : 0x09;
        bytes[at(i, 16)] = isWithheld ? 7 : 2;
      }
      bytes[at(i, 14)] = 1 | (i % 5 + 1) << (format < 6 ? 3 : 4);
    }
    const scan = await readScan(bytes, "x.las");
    assert.deepEqual([scan.count, scan.leftOut], [36, withheld]);
    assert.deepEqual([...new Set(scan.labels!)], [2]);
    assert.deepEqual(scan.warnings.map(({ code }) => code), ["points-left-out"]);
    assert.match(
      scan.warnings[0]!.text,
      /^4 points have the flag withheld, .* \(number 0, 3, 4, …\) and got no label; clear the flag/,
    );
    assert.deepEqual([...echoesOf(scan)!.count].slice(0, 4), [2, 3, 1, 2]);
    const labelling = {
      labels: new Uint8Array(36).fill(6),
      confidence: new Float32Array(36).fill(0.5),
    };
    for (const keepLabels of [true, false]) {
      const answer = writeScan(scan, { ...labelling, keepLabels });
      const view = new DataView(answer.buffer);
      const [start, stride] = [view.getUint32(96, true), view.getUint16(105, true)];
      for (let i = 0; i < 40; i++) {
        const record = answer.subarray(start + i * stride, start + (i + 1) * stride);
        const before = bytes.subarray(at(i, 0), at(i + 1, 0));
        const code = withheld.includes(i) ? 7 : 6;
        const flags = format < 6 ? before[15]! & 0xe0 : 0;
        assert.equal(record[format < 6 ? 15 : 16], code | flags);
        assert.deepEqual(record.subarray(0, 15), before.subarray(0, 15));
        if (format >= 6) assert.equal(record[15], before[15]);
        // The labels that the file came with.
        if (keepLabels) assert.equal(record.at(-1), withheld.includes(i) ? 7 : 2);
      }
      assert.deepEqual((await readScan(answer, "x.las")).leftOut, withheld);
    }
    for (let i = 0; i < 40; i++) bytes[at(i, 15)]! |= format < 6 ? 0x80 : 0x04;
    await refuses(bytes, /all of its points are withheld, .*; clear the flag of those that are/);
  });
}

Deno.test("readScan() takes LAS 1.0, which has no flags, to withhold nothing", async () => {
  const { bytes, pointOffset, recordBytes } = makeLas({ minor: 0, format: 1 });
  bytes[pointOffset + recordBytes + 15]! |= 0x80;
  const scan = await readScan(bytes, "x.las");
  assert.deepEqual([scan.count, scan.leftOut, scan.warnings], [20, undefined, []]);
});

Deno.test("readScan() says where whole LAS records follow those that the header counts", async () => {
  const counted = async (fewer: number, evlrs: Uint8Array[] = []) => {
    const { bytes } = makeLas({ minor: 4, format: 1, evlrs });
    const view = new DataView(bytes.buffer);
    view.setUint32(107, 20 - fewer, true);
    view.setBigUint64(247, BigInt(20 - fewer), true);
    const scan = await readScan(bytes, "x.las");
    assert.equal(scan.count, 20 - fewer);
    return scan.warnings.filter(({ code }) => code === "points").map(({ text }) => text).join();
  };
  assert.equal(await counted(0), "");
  assert.equal(await counted(0, [new Uint8Array(500)]), "");
  assert.match(await counted(1), /counts 19 points, and there is room for 1 more/);
  assert.match(await counted(10, [new Uint8Array(500)]), /counts 10 points, .* for 10 more/);
});

Deno.test("readScan() takes that of two LAS counts which the file has room for, and says so", async () => {
  for (const format of [1, 7]) {
    for (
      const [count, legacy] of [[20, 19], [21, 20], [0, 20], [2 ** 40, 20]] as const
    ) {
      const { bytes } = makeLas({ minor: 4, format, evlrs: [new Uint8Array(500)] });
      const view = new DataView(bytes.buffer);
      view.setUint32(107, legacy, true);
      view.setBigUint64(247, BigInt(count), true);
      const scan = await readScan(bytes, "x.las");
      assert.equal(scan.count, 20);
      const [{ text } = { text: "" }] = scan.warnings.filter(({ code }) => code === "points");
      assert.match(text, /\(in 64 bits\) or .* points, and the file holds 20, which were read/);
    }
  }
});

Deno.test("readScan() refuses LAS headers with wrong values", async () => {
  const patched = (patch: (view: DataView) => void, minor = 2, format = 3) => {
    const { bytes } = makeLas({ minor, format });
    patch(new DataView(bytes.buffer));
    return bytes;
  };
  const cases: [Uint8Array, RegExp][] = [
    [patched((v) => v.setUint8(24, 2)), /version 2\.2 is not supported/],
    [patched((v) => v.setUint8(25, 5)), /version 1\.5 is not supported/],
    [patched((v) => v.setUint8(104, 11)), /point format 11 does not exist/],
    [patched((v) => v.setUint16(94, 100, true)), /a header of 100 bytes/],
    [patched((v) => v.setUint16(94, 65535, true)), /a header of 65535 bytes/],
    [patched((v) => v.setUint32(96, 4294967280, true)), /begin at byte 4294967280/],
    [patched((v) => v.setUint32(96, 10, true)), /begin at byte 10/],
    [patched((v) => v.setUint16(105, 20, true)), /records of 20 bytes are too short/],
    [patched((v) => v.setUint32(107, 4e9, true)), /4000000000 points of 34 bytes do not fit/],
    [patched((v) => v.setUint32(107, 21, true)), /21 points of 34 bytes do not fit/],
    [patched((v) => v.setUint32(107, 0, true)), /the scan is empty/],
    [patched((v) => v.setFloat64(139, NaN, true)), /the scale is 0.001, NaN, 0.0005/],
    [patched((v) => v.setFloat64(131, 0, true)), /the scale is 0, /],
    [patched((v) => v.setFloat64(155, Infinity, true)), /the offset is Infinity/],
    [patched((v) => v.setFloat64(131, 1e300, true)), /none of its points has a position/],
    [patched((v) => v.setBigUint64(247, 2n ** 60n, true), 4, 7), /1152921504606847000 points/],
    [patched((v) => v.setBigUint64(247, 0n, true), 4, 7), /the scan is empty/],
    [patched((v) => v.setUint32(107, 0, true)), /0 points\), though it has room for 20 records/],
    [
      patched((v) => {
        v.setUint32(107, 19, true);
        v.setBigUint64(247, 18n, true);
      }, 4),
      /counts 18 \(in 64 bits\) or 19 \(in 32 bits\) points, and there is room for 20/,
    ],
    [patched((v) => v.setUint32(243, 1, true), 4, 7), /extended variable-length record 0 of 1/],
    [patched((v) => v.setUint8(104, 0x83)), /without a laszip record/],
  ];
  for (const [bytes, pattern] of cases) {
    if (pattern.source.includes("position")) {
      await assert.rejects(readScan(bytes, "x.las"), pattern);
    } else {
      await refuses(bytes, pattern);
    }
  }
});

Deno.test("readScan() refuses LAZ that laz-perf would decode to wrong points", async () => {
  const laszip = (compressor: number, items: [number, number, number][]) => {
    const body = new Uint8Array(34 + 6 * items.length);
    const view = new DataView(body.buffer);
    view.setUint16(0, compressor, true);
    view.setUint32(12, 50000, true);
    view.setUint16(32, items.length, true);
    items.forEach((item, i) =>
      item.forEach((value, j) => view.setUint16(34 + 6 * i + 2 * j, value, true))
    );
    const made = makeLas({ minor: 4, format: 6, vlrs: [["laszip encoded", 22204, body]] });
    made.bytes[104] = 0x86;
    return made;
  };
  await refuses(laszip(1, [[10, 30, 3]]).bytes, /LAZ compressor 1 is not supported/);
  await refuses(laszip(3, [[10, 30, 4]]).bytes, /LAZ item POINT14 of version 4/);
  await refuses(
    laszip(3, [[13, 29, 3]]).bytes,
    /waveforms of point formats 9 and 10\) of version 3/,
  );
  await refuses(laszip(3, [[10, 28, 3]]).bytes, /records of 28 bytes, the header says 30/);
  const table = (at: bigint, chunks: number) => {
    const made = laszip(3, [[10, 30, 3]]);
    const view = new DataView(made.bytes.buffer);
    view.setBigInt64(made.pointOffset, at, true);
    view.setUint32(made.pointOffset + 104, chunks, true);
    return made.bytes;
  };
  const { pointOffset } = laszip(3, [[10, 30, 3]]);
  await refuses(table(9999n, 1), /chunk table should lie at byte 9999/);
  await refuses(table(-5n, 1), /chunk table should lie at byte -5/);
  await refuses(table(BigInt(pointOffset + 100), 7), /chunk 1 of 7 reaches into/);
});

for (const format of LAS_RECORD.keys()) {
  Deno.test(`lasScanLoader() agrees with loaders.gl on LAS point format ${format}`, async () => {
    const minor = format < 4 ? 2 : format < 6 ? 3 : 4;
    const made = makeLas({ minor, format, count: 30, extra: 5, gap: 7, seed: format + 40 });
    assert.equal(await compareLas(made.bytes, `format ${format}`), 1);
  });
}
