/** Photographs: every kind is decoded to its stored pixels, and hostile files are refused before they cost memory. */
import assert from "node:assert/strict";
import { decodePhoto, encodePng, PhotoError } from "../../lib/scan/mod.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { largestDifference } from "./files.ts";
import { concat } from "@std/bytes/concat";
import { makeJpeg, makePng, unfiltered, WEBP } from "./images.ts";

const next = mulberry32(3);
const NOISE = {
  width: 37,
  height: 21,
  pixels: Uint8Array.from({ length: 3 * 37 * 21 }, () => Math.floor(next() * 256)),
};
/** Red increases to the right, green downwards, so that a rotated image is noticed. */
const RAMP = {
  width: 48,
  height: 32,
  pixels: Uint8Array.from({ length: 3 * 48 * 32 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [(pixel % 48) * 5, Math.floor(pixel / 48) * 7, 60][i % 3]!;
  }),
};

/** Asserts that decoding fails with a PhotoError that names file and mend. */
async function refuses(bytes: Uint8Array, pattern: RegExp) {
  await assert.rejects(decodePhoto(bytes, "p.img"), (error) => {
    assert(error instanceof PhotoError && error instanceof SyntaxError, String(error));
    assert.equal(error.file, "p.img");
    assert.match(error.message, /^Cannot read p\.img: .*; .*[^.]$/);
    assert.match(error.message, pattern);
    return true;
  });
}

Deno.test("decodePhoto() reads what encodePng() writes", async () => {
  const photo = await decodePhoto(encodePng(NOISE), "noise.png");
  assert.deepEqual(photo, { name: "noise.png", ...NOISE });
});

Deno.test("decodePhoto() decodes every kind of PNG to RGB", async () => {
  const size = { width: 3, height: 2 };
  const grey = (...values: number[]) => values.flatMap((value) => [value, value, value]);
  const palette: [string, Uint8Array] = ["PLTE", Uint8Array.of(9, 8, 7, 200, 100, 0, 1, 2, 3)];
  const colors = { 0: [9, 8, 7], 1: [200, 100, 0], 2: [1, 2, 3] };
  const indexed = [0, 1, 2, 2, 1, 0].flatMap((i) => colors[i as 0 | 1 | 2]);
  const cases: [string, Parameters<typeof makePng>[0], number[]][] = [
    ["grey, 1 bit", {
      ...size,
      depth: 1,
      colorType: 0,
      raw: unfiltered([0b10100000], [0b01000000]),
    }, grey(255, 0, 255, 0, 255, 0)],
    ["grey, 2 bits", {
      ...size,
      depth: 2,
      colorType: 0,
      raw: unfiltered([0b00011000], [0b11000000]),
    }, grey(0, 85, 170, 255, 0, 0)],
    ["grey, 4 bits", {
      ...size,
      depth: 4,
      colorType: 0,
      raw: unfiltered([0x0f, 0x10], [0x23, 0x40]),
    }, grey(0, 255, 17, 34, 51, 68)],
    [
      "grey, 8 bits",
      { ...size, depth: 8, colorType: 0, raw: unfiltered([1, 2, 3], [4, 5, 255]) },
      grey(1, 2, 3, 4, 5, 255),
    ],
    ["grey, 16 bits", {
      ...size,
      depth: 16,
      colorType: 0,
      raw: unfiltered([255, 255, 128, 0, 1, 1], [0, 0, 0, 200, 50, 0]),
    }, grey(255, 128, 1, 0, 1, 50)],
    ["grey and alpha", {
      ...size,
      depth: 8,
      colorType: 4,
      raw: unfiltered([1, 0, 2, 9, 3, 255], [4, 1, 5, 2, 6, 3]),
    }, grey(1, 2, 3, 4, 5, 6)],
    ["RGBA", {
      ...size,
      depth: 8,
      colorType: 6,
      raw: unfiltered([1, 2, 3, 0, 4, 5, 6, 9, 7, 8, 9, 255], new Array(12).fill(200)),
    }, [1, 2, 3, 4, 5, 6, 7, 8, 9, ...new Array(9).fill(200)]],
    ["RGB, 16 bits", {
      ...size,
      depth: 16,
      colorType: 2,
      raw: unfiltered(new Array(18).fill(77), new Array(18).fill(254)),
    }, [...new Array(9).fill(77), ...new Array(9).fill(254)]],
    ["palette, 2 bits", {
      ...size,
      depth: 2,
      colorType: 3,
      extra: [palette, ["tRNS", Uint8Array.of(0)]],
      raw: unfiltered([0b00011000], [0b10010000]),
    }, indexed],
    ["palette, 8 bits", {
      ...size,
      depth: 8,
      colorType: 3,
      extra: [palette],
      raw: unfiltered([0, 1, 2], [2, 1, 0]),
    }, indexed],
  ];
  for (const [kind, recipe, expected] of cases) {
    const { width, height, pixels } = await decodePhoto(makePng(recipe), "p.png");
    assert.deepEqual([width, height], [3, 2], kind);
    assert.deepEqual([...pixels], expected, kind);
  }
  // Adam7 stores the pixels of a 2x2 image in the order 0, 1, then the lower row.
  const raw = unfiltered([1, 2, 3], [4, 5, 6], [7, 8, 9, 10, 11, 12]);
  const interlaced = makePng({ width: 2, height: 2, depth: 8, colorType: 2, raw, interlace: 1 });
  assert.deepEqual([...(await decodePhoto(interlaced, "p.png")).pixels], [
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
  ]);
});

Deno.test("decodePhoto() gives the stored pixels of JPEG, whatever the EXIF orientation", async () => {
  const png = encodePng(RAMP) as Uint8Array<ArrayBuffer>;
  const plain = await decodePhoto(await makeJpeg(png), "p.jpg");
  assert.deepEqual([plain.width, plain.height], [48, 32]);
  assert(largestDifference(plain.pixels, RAMP.pixels) <= 24);
  for (const orientation of [1, 3, 6, 8]) {
    const jpeg = await makeJpeg(png, orientation);
    const before = jpeg.slice();
    const photo = await decodePhoto(jpeg, "p.jpg");
    assert.deepEqual(
      photo,
      orientation === 1 ? plain : { ...plain, orientation },
      `orientation ${orientation}`,
    );
    assert.deepEqual(jpeg, before, "the client's bytes are left alone");
  }
});

Deno.test("makeJpeg() makes JPEG that Deno rotates, so that the test above can fail", async () => {
  const png = encodePng(RAMP) as Uint8Array<ArrayBuffer>;
  const jpeg = await makeJpeg(png, 6) as Uint8Array<ArrayBuffer>;
  const bitmap = await createImageBitmap(new Blob([jpeg]));
  assert.deepEqual([bitmap.width, bitmap.height], [32, 48]);
  bitmap.close();
});

Deno.test("decodePhoto() gives the stored pixels of WebP without alpha", async () => {
  const { width, height, pixels } = await decodePhoto(WEBP, "p.webp");
  assert.deepEqual([width, height], [3, 2]);
  const rows = [[10, 20, 30, 40, 50, 60, 70, 80, 90], [255, 0, 0, 0, 255, 0, 0, 0, 255]];
  assert.deepEqual([...pixels], rows.flat());
});

Deno.test("decodePhoto() refuses sizes over the limit before decoding", async () => {
  const raw = new Uint8Array(10);
  const bomb = makePng({ width: 30000, height: 30000, depth: 8, colorType: 2, raw });
  const start = performance.now();
  await refuses(bomb, /has 30000x30000 pixels, more than the limit of 64 million/);
  assert(performance.now() - start < 100);

  const jpeg = await makeJpeg(encodePng(RAMP) as Uint8Array<ArrayBuffer>);
  const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
  new DataView(jpeg.buffer).setUint32(frame + 5, 0xfffffffe);
  await refuses(jpeg, /has 65534x65535 pixels/);
  const webp = WEBP.slice();
  webp.fill(0xff, 24, 30);
  await refuses(webp, /do not agree on its size/);
  const limits = { pixels: 48 * 32 - 1 };
  await assert.rejects(decodePhoto(encodePng(RAMP), "p.png", limits), PhotoError);
  assert.equal((await decodePhoto(encodePng(RAMP), "p.png", { pixels: 48 * 32 })).width, 48);
});

Deno.test("decodePhoto() refuses JPEG that is too small for its pixels, without decoding it", async () => {
  const jpeg = await makeJpeg(encodePng(RAMP) as Uint8Array<ArrayBuffer>);
  const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
  new DataView(jpeg.buffer).setUint32(frame + 5, (8000 << 16) | 8000);
  await refuses(jpeg, /bytes cannot hold a JPEG of 8000x8000 pixels/);
});

Deno.test("decodePhoto() refuses PNG with two headers", async () => {
  const small = encodePng(RAMP);
  const large = makePng({
    width: 2,
    height: 2,
    depth: 8,
    colorType: 0,
    raw: unfiltered([1, 2], [3, 4]),
  });
  const header = large.subarray(8, 33);
  await refuses(concat([small.subarray(0, 33), header, small.subarray(33)]), /two IHDR chunks/);
});

Deno.test("decodePhoto() refuses PNG with more or less data than its header says", async () => {
  const size = { width: 100, height: 10, depth: 8, colorType: 2 };
  await refuses(makePng({ ...size, raw: new Uint8Array(50_000_000) }), /larger than 100x10 pixels/);
  await refuses(makePng({ ...size, raw: new Uint8Array(3009) }), /has 3009 of 3010 bytes/);
  await refuses(makePng({ ...size, width: 0, raw: new Uint8Array(0) }), /has 0x10 pixels/);
  const raw = unfiltered([200]);
  const palette: [string, Uint8Array] = ["PLTE", new Uint8Array(9)];
  await refuses(
    makePng({ width: 1, height: 1, depth: 8, colorType: 3, raw, extra: [palette] }),
    /palette index 200 of 3/,
  );
  await refuses(makePng({ width: 1, height: 1, depth: 3, colorType: 2, raw }), /does not exist/);
  const bits = { width: 1, height: 1, depth: 1, colorType: 0, raw: unfiltered([0]), interlace: 1 };
  await refuses(makePng(bits), /interlaced PNG of 1 bits/);
});

Deno.test("decodePhoto() ignores profiles of PNG, which may inflate to any size", async () => {
  const extra: [string, Uint8Array][] = [["iCCP", new Uint8Array(40)], ["tRNS", new Uint8Array(7)]];
  const recipe = { width: 1, height: 1, depth: 8, colorType: 2, raw: unfiltered([1, 2, 3]), extra };
  assert.deepEqual([...(await decodePhoto(makePng(recipe), "p.png")).pixels], [1, 2, 3]);
});

Deno.test("decodePhoto() refuses files of other formats", async () => {
  await refuses(new Uint8Array(0), /neither JPEG, PNG nor WebP/);
  await refuses(new TextEncoder().encode("<svg></svg>"), /neither JPEG, PNG nor WebP/);
  await refuses(new TextEncoder().encode("BM hello"), /neither JPEG, PNG nor WebP/);
});

Deno.test("decodePhoto() refuses every truncation", async () => {
  const small = { ...NOISE, height: 4, pixels: NOISE.pixels.subarray(0, 3 * 37 * 4) };
  const png = encodePng(small) as Uint8Array<ArrayBuffer>;
  for (const bytes of [png, await makeJpeg(png, 6), WEBP]) {
    for (let length = 0; length < bytes.length; length++) {
      await assert.rejects(decodePhoto(bytes.subarray(0, length), "p"), PhotoError, `${length}`);
    }
    await decodePhoto(concat([bytes, new Uint8Array(5)]), "p");
  }
});

Deno.test("decodePhoto() gives a photograph or a PhotoError for damaged files", async () => {
  const hits = mulberry32(17);
  const small = { ...NOISE, height: 4, pixels: NOISE.pixels.subarray(0, 3 * 37 * 4) };
  const png = encodePng(small) as Uint8Array<ArrayBuffer>;
  for (const bytes of [png, await makeJpeg(png, 6), WEBP]) {
    for (let round = 0; round < 300; round++) {
      const damaged = bytes.slice();
      damaged[Math.floor(hits() * damaged.length)] = Math.floor(hits() * 256);
      await decodePhoto(damaged, "p").catch((error) =>
        assert(error instanceof PhotoError, error.stack)
      );
    }
  }
});
