/** Photographs are resized as Pillow does it, to the sizes and layouts that models expect. */
import assert from "node:assert/strict";
import {
  inputSize,
  outputLayout,
  parseTeacherCard,
  photoSize,
  preprocess,
  sha256Of,
} from "../../lib/teacher/mod.ts";

/** Bytes (7 x + 13 y + 31 c + 5 x y) mod 256. */
function photo(width: number, height: number) {
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < pixels.length; i++) {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    pixels[i] = 7 * x + 13 * y + 31 * c + 5 * x * y;
  }
  return { name: "made.png", width, height, pixels };
}

function assertClose(actual: ArrayLike<number>, expected: number[]) {
  expected.forEach((value, i) =>
    assert.ok(Math.abs(actual[i]! - value) < 6e-4, `element ${i}: ${actual[i]} is not ${value}`)
  );
}

// Image.fromarray(channel.astype(float32), "F").resize((width, height), Image.BILINEAR), Pillow 9.4;
// the red channel, and the first of the blue one.
// deno-fmt-ignore
const PILLOW = {
  down: [
    19.64, 41.016, 65.313, 89.944, 114.241, 135.617, 54.025, 94.826, 139.667, 164.334, 130.449, 106.804,
    92.954, 152.066, 136.305, 90.025, 116.958, 135.708, 127.339, 169.327, 73.95, 136.735, 148.984, 112.902,
  ],
  downBlue: [81.64, 103.016, 127.313, 151.944, 156.127, 146.417],
  up: [
    0, 0.438, 3.062, 5.688, 8.312, 10.938, 13.562, 14, 1.3, 1.769, 4.581, 7.394, 10.206, 13.019, 15.831,
    16.3, 6.5, 7.094, 10.656, 14.219, 17.781, 21.344, 24.906, 25.5, 11.7, 12.419, 16.731, 21.044, 25.356,
    29.669, 33.981, 34.7, 13, 13.75, 18.25, 22.75, 27.25, 31.75, 36.25, 37,
  ],
  upBlue: [62, 62.438, 65.062, 67.688, 70.312, 72.938],
};
const card = (shortSide: number) => ({
  patch: 1,
  shortSide,
  mean: [0, 0, 0] as [number, number, number],
  std: [1 / 255, 1 / 255, 1 / 255] as [number, number, number],
});

Deno.test("preprocess() shrinks as Pillow does", () => {
  const { data, width, height } = preprocess(photo(13, 9), card(4));
  assert.deepEqual([width, height], [6, 4]);
  assertClose(data, PILLOW.down);
  assertClose(data.subarray(2 * 24), PILLOW.downBlue);
});

Deno.test("preprocess() enlarges as Pillow does", () => {
  const { data, width, height } = preprocess(photo(3, 2), card(5));
  assert.deepEqual([width, height], [8, 5]);
  assertClose(data, PILLOW.up);
  assertClose(data.subarray(2 * 40), PILLOW.upBlue);
});

Deno.test("preprocess() normalises each channel by its own mean and deviation", () => {
  const grey = { name: "grey.png", width: 8, height: 8, pixels: new Uint8Array(192).fill(51) };
  const { data } = preprocess(grey, {
    patch: 8,
    shortSide: 8,
    mean: [0.2, 0.3, 0],
    std: [1, 0.5, 2],
  });
  assertClose([data[0]!, data[64]!, data[128]!], [0, -0.2, 0.1]);
});

Deno.test("inputSize() keeps the aspect ratio in whole patches", () => {
  const vit = { shortSide: 224, patch: 14 };
  assert.deepEqual(inputSize({ width: 640, height: 480 }, vit), { width: 294, height: 224 });
  assert.deepEqual(inputSize({ width: 375, height: 1242 }, vit), { width: 224, height: 742 });
  assert.deepEqual(inputSize({ width: 10, height: 10 }, vit), { width: 224, height: 224 });
});

Deno.test("inputSize() bounds the aspect ratio of a narrow strip", () => {
  assert.deepEqual(inputSize({ width: 30000, height: 1 }, { shortSide: 224, patch: 14 }), {
    width: 8 * 224,
    height: 224,
  });
});

Deno.test("photoSize() pads or stretches for models that accept only squares", () => {
  const pad = { shortSide: 1024, patch: 16, sizing: "pad" } as const;
  assert.deepEqual(photoSize({ width: 640, height: 480 }, pad), { width: 1024, height: 768 });
  assert.deepEqual(photoSize({ width: 375, height: 1242 }, pad), { width: 304, height: 1024 });
  assert.deepEqual(photoSize({ width: 1, height: 9000 }, pad), { width: 16, height: 1024 });
  assert.deepEqual(inputSize({ width: 375, height: 1242 }, pad), { width: 1024, height: 1024 });
  const stretch = { shortSide: 224, patch: 16, sizing: "stretch" } as const;
  for (const size of [photoSize, inputSize]) {
    assert.deepEqual(size({ width: 640, height: 48 }, stretch), { width: 224, height: 224 });
  }
});

Deno.test("preprocess() pads to the right and below with zeros, after normalising", () => {
  const like = { ...card(8), patch: 2, mean: [0.5, 0.5, 0.5] as [number, number, number] };
  const alone = preprocess(photo(8, 4), { ...like, shortSide: 4 });
  const padded = preprocess(photo(8, 4), { ...like, sizing: "pad" });
  assert.deepEqual([padded.width, padded.height, padded.photo], [8, 8, { width: 8, height: 4 }]);
  for (let channel = 0; channel < 3; channel++) {
    const plane = padded.data.subarray(64 * channel, 64 * channel + 64);
    assert.deepEqual(plane.subarray(0, 32), alone.data.subarray(32 * channel, 32 * channel + 32));
    assert.ok(plane.subarray(32).every((value) => value === 0));
  }
});

Deno.test("preprocess() puts channels last where the card says so", () => {
  const planar = preprocess(photo(13, 9), card(4)).data;
  const { data } = preprocess(photo(13, 9), { ...card(4), inputLayout: "NHWC" });
  assert.deepEqual(data, planar.map((_, i) => planar[i % 3 * 24 + Math.floor(i / 3)]!));
});

// Students were distilled from these very bits; the hash is of the program that trained them.
Deno.test("preprocess() gives the embedded teachers the input they were made with", () => {
  const at = new URL("../../fixtures/teachers/rooms-parts.json", import.meta.url);
  const { data } = preprocess(
    photo(217, 130),
    parseTeacherCard(Deno.readTextFileSync(at), "rooms-parts"),
  );
  assert.equal(
    sha256Of(new Uint8Array(data.buffer)),
    "7154879b65ee904d505a5dfab55b1cedfe7f7435cc41104df755da195e3ae899",
  );
});

Deno.test("outputLayout() leaves out prefix tokens and padding, and refuses other shapes", () => {
  const json = Deno.readTextFileSync(
    new URL("../../fixtures/models/coordinates.json", import.meta.url),
  );
  const base = { ...parseTeacherCard(json, "card"), width: 6 };
  const input = { width: 64, height: 64, photo: { width: 64, height: 24 } };
  const strides = ({ offset, channelStride, rowStride, columnStride }: Record<string, number>) => [
    offset,
    channelStride,
    rowStride,
    columnStride,
  ];
  const forms = [
    [{ outputForm: "map" }, [1, 6, 8, 8], [0, 64, 8, 1]],
    [{ outputForm: "cells" }, [1, 8, 8, 6], [0, 1, 48, 6]],
    [{ outputForm: "tokens", prefixTokens: 5 }, [1, 69, 6], [30, 1, 48, 6]],
  ] as const;
  for (const [change, dims, expected] of forms) {
    const form = { ...base, ...change };
    const layout = outputLayout(form, dims, input);
    assert.deepEqual([layout.rows, layout.cols], [3, 8]);
    assert.deepEqual(strides({ ...layout }), expected);
    const wrong = dims.map((size, i) => i === 0 ? size : size + 1);
    assert.throws(() => outputLayout(form, wrong, input), TypeError);
  }
  // Cells of 16 pixels, of which 24 pixels of photograph cover one and a half.
  assert.throws(
    () => outputLayout({ ...base, outputForm: "map" }, [1, 6, 4, 4], input),
    /the card says \[a cell every 8 pixels or less\]/,
  );
});
