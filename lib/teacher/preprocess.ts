/**
 * From a photograph to a model's input: resized, normalised and laid out, on the host in float64, so that every
 * adapter and provider gets the same bits.
 *
 * Whatever sizes a model accepts, the photograph covers whole patches of the input, beginning at the top left corner,
 * and only these patches become the feature map. So one rule (`lib/pairing/sampling.ts`) says where a pixel lies in
 * any map.
 *
 * The resize is bilinear with antialiasing, as in Pillow and torchvision: a triangle filter as wide as the scale
 * factor, with pixel centres at half integers, so that corners map to corners.
 *
 * @module
 */
import type { ImageSize, Photo } from "../scan/mod.ts";
import type { TeacherCard } from "./card.ts";

/** Largest ratio of the longer side to the shorter one; narrower strips are squeezed to it. */
const MAX_ASPECT = 8;

/** The fields of a card that say to which size a photograph is resized. */
export type InputSizing = Pick<TeacherCard, "shortSide" | "patch" | "sizing">;

/**
 * Gives the size to which a photograph is resized: both sides are multiples of the card's patch, and the aspect ratio
 * is kept as closely as that and the model allow.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { CATALOGUE, inputSize, photoSize } from "./mod.ts";
 *
 * const photo = { width: 1920, height: 1080 };
 * assert.deepEqual(photoSize(photo, CATALOGUE.get("dinov2-small")!.card), { width: 924, height: 518 });
 * // SAM accepts only squares: the photograph is padded.
 * const { card } = CATALOGUE.get("sam-base")!;
 * assert.deepEqual(photoSize(photo, card), { width: 1024, height: 576 });
 * assert.deepEqual(inputSize(photo, card), { width: 1024, height: 1024 });
 * ```
 */
export function photoSize(photo: ImageSize, card: InputSizing): ImageSize {
  const { patch, shortSide, sizing = "aspect" } = card;
  if (sizing === "stretch") return { width: shortSide, height: shortSide };
  const short = Math.min(photo.width, photo.height);
  const long = Math.max(photo.width, photo.height);
  const fit = (side: number) => {
    const scaled = sizing === "pad"
      ? side / long * shortSide
      : Math.min(side / short, MAX_ASPECT) * shortSide;
    return Math.max(1, Math.round(scaled / patch)) * patch;
  };
  return { width: fit(photo.width), height: fit(photo.height) };
}

/** Gives the size of the model's input: the resized photograph with the padding on its right and below. */
export function inputSize(photo: ImageSize, card: InputSizing): ImageSize {
  return card.sizing === "pad"
    ? { width: card.shortSide, height: card.shortSide }
    : photoSize(photo, card);
}

/** Gives the bytes of the feature map of a photograph. */
export function featureMapBytes(
  photo: ImageSize,
  card: InputSizing & Pick<TeacherCard, "width">,
): number {
  const { width, height } = inputSize(photo, card);
  return (width / card.patch) * (height / card.patch) * Math.ceil(card.width / 4) * 16;
}

/** The triangle filter along one axis: the source pixels of each target pixel with their weights. */
interface FilterTaps {
  /** [target] first source pixel. */
  first: Uint32Array;
  /** [target] number of source pixels. */
  count: Uint32Array;
  /** [target][most] weights. */
  weights: Float64Array;
  /** Largest number of source pixels. */
  most: number;
}

function triangleTaps(from: number, to: number): FilterTaps {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const most = 2 * Math.ceil(support) + 1;
  const first = new Uint32Array(to);
  const count = new Uint32Array(to);
  const weights = new Float64Array(to * most);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const begin = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.floor(centre + support + 0.5));
    let sum = 0;
    for (let j = begin; j < end; j++) {
      const weight = Math.max(0, 1 - Math.abs((j + 0.5 - centre) / support));
      weights[i * most + j - begin] = weight;
      sum += weight;
    }
    for (let k = 0; k < end - begin; k++) weights[i * most + k]! /= sum;
    first[i] = begin;
    count[i] = end - begin;
  }
  return { first, count, weights, most };
}

/** The input of a model. */
export interface TeacherInput extends ImageSize {
  /** f32 [3][height][width], or [height][width][3] if the card says so; zero in the padding. */
  data: Float32Array;
  /** Size of the part at the top left that the photograph covers. */
  photo: ImageSize;
}

/** Resizes a photograph, normalises it by the card's mean and standard deviation, lays the channels out and pads. */
export function preprocess(
  photo: Photo,
  card: InputSizing & Pick<TeacherCard, "mean" | "std" | "inputLayout">,
): TeacherInput {
  const size = photoSize(photo, card);
  const { width, height } = inputSize(photo, card);
  const across = triangleTaps(photo.width, size.width);
  const down = triangleTaps(photo.height, size.height);
  // Rows are added to the lines that they are part of, one after the other: a photograph may have millions of them.
  const lines = new Float64Array(size.height * size.width * 3);
  const row = new Float64Array(3 * size.width);
  let top = 0;
  for (let y = 0; y < photo.height; y++) {
    for (let x = 0; x < size.width; x++) {
      let red = 0, green = 0, blue = 0;
      let at = 3 * (y * photo.width + across.first[x]!);
      for (let k = 0; k < across.count[x]!; k++, at += 3) {
        const weight = across.weights[x * across.most + k]!;
        red += weight * photo.pixels[at]!;
        green += weight * photo.pixels[at + 1]!;
        blue += weight * photo.pixels[at + 2]!;
      }
      row[3 * x] = red;
      row[3 * x + 1] = green;
      row[3 * x + 2] = blue;
    }
    while (top < size.height && down.first[top]! + down.count[top]! <= y) top++;
    for (let line = top; line < size.height && down.first[line]! <= y; line++) {
      const weight = down.weights[line * down.most + y - down.first[line]!]!;
      const to = line * row.length;
      for (let i = 0; i < row.length; i++) lines[to + i]! += weight * row[i]!;
    }
  }
  const data = new Float32Array(3 * height * width);
  const [pixelStride, planeStride] = card.inputLayout === "NHWC" ? [3, 1] : [1, height * width];
  for (let y = 0; y < size.height; y++) {
    const line = lines.subarray(y * row.length, (y + 1) * row.length);
    for (let channel = 0; channel < 3; channel++) {
      const scale = 1 / (255 * card.std[channel]!);
      const shift = card.mean[channel]! / card.std[channel]!;
      const first = channel * planeStride + y * width * pixelStride;
      for (let x = 0; x < size.width; x++) {
        data[first + x * pixelStride] = line[3 * x + channel]! * scale - shift;
      }
    }
  }
  return { data, width, height, photo: size };
}
