/**
 * A photograph as a teacher wants it: resized, normalised, laid out. Done on the host in float64, so that every
 * adapter and provider gets the same bits.
 *
 * However a model sizes its input, the photograph covers whole patches of it, from the top left corner on, and
 * nothing but these patches becomes the feature map. So one rule (`lib/pairing/sampling.ts`) says which pixel lies
 * where in any map.
 *
 * The resize is bilinear with antialiasing, as in Pillow and torchvision: a triangle filter as wide as the
 * scale, pixel centres at half integers, so corners map to corners.
 *
 * @module
 */
import type { Photo } from "../scan/mod.ts";
import type { TeacherCard } from "./card.ts";

/** The longer side is at most this many times the shorter one; a thinner strip is squeezed. */
const MAX_ASPECT = 8;

/** What of a card says how large a photograph becomes. */
type Sizing = Pick<TeacherCard, "shortSide" | "patch" | "sizing">;

/** Width and height, pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Size that a photograph is resized to, pixels: both sides multiples of the card's patch, aspect kept as near as that and the model allow. */
export function photoSize(photo: Size, card: Sizing): Size {
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

/** Size of what the model is given, pixels: the photograph and the padding to its right and below. */
export function inputSize(photo: Size, card: Sizing): Size {
  return card.sizing === "pad"
    ? { width: card.shortSide, height: card.shortSide }
    : photoSize(photo, card);
}

/** Source pixels and their weights for each target pixel along one axis. */
interface Taps {
  first: Uint32Array;
  count: Uint32Array;
  /** [target][most] */
  weights: Float64Array;
  most: number;
}

function triangleTaps(from: number, to: number): Taps {
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

/** What a teacher is given. */
export interface TeacherInput extends Size {
  /** f32 [3][height][width], or [height][width][3] as the card says; zero in the padding. */
  data: Float32Array;
  /** The part, from the top left corner on, that the photograph covers. */
  photo: Size;
}

/**
 * Resizes, normalises by the card's mean and standard deviation, lays the channels out and pads.
 *
 * @param photo RGB bytes, rows first.
 */
export function preprocess(
  photo: Photo,
  card: Sizing & Pick<TeacherCard, "mean" | "std" | "inputLayout">,
): TeacherInput {
  const size = photoSize(photo, card);
  const { width, height } = inputSize(photo, card);
  const across = triangleTaps(photo.width, size.width);
  const down = triangleTaps(photo.height, size.height);
  const rows = new Float64Array(photo.height * size.width * 3);
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
      const to = 3 * (y * size.width + x);
      rows[to] = red;
      rows[to + 1] = green;
      rows[to + 2] = blue;
    }
  }
  const data = new Float32Array(3 * height * width);
  const [pixelStride, planeStride] = card.inputLayout === "NHWC" ? [3, 1] : [1, height * width];
  const line = new Float64Array(3 * size.width);
  for (let y = 0; y < size.height; y++) {
    line.fill(0);
    for (let k = 0; k < down.count[y]!; k++) {
      const weight = down.weights[y * down.most + k]!;
      const from = 3 * size.width * (down.first[y]! + k);
      for (let i = 0; i < line.length; i++) line[i]! += weight * rows[from + i]!;
    }
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
