/**
 * A photograph as a teacher wants it: resized, normalised, planar. Done on the host in float64, so that every
 * adapter and provider gets the same bits.
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

/** Size that a photograph is resized to, pixels: both sides multiples of the card's patch, aspect kept as near as that allows. */
export function inputSize(
  photo: { width: number; height: number },
  card: Pick<TeacherCard, "shortSide" | "patch">,
): { width: number; height: number } {
  const short = Math.min(photo.width, photo.height);
  const fit = (side: number) => {
    const scaled = Math.min(side / short, MAX_ASPECT) * card.shortSide;
    return Math.max(1, Math.round(scaled / card.patch)) * card.patch;
  };
  return { width: fit(photo.width), height: fit(photo.height) };
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

/**
 * Resizes, normalises by the card's mean and standard deviation, and separates the channels.
 *
 * @param photo RGB bytes, rows first.
 * @returns f32 [3][height][width].
 */
export function preprocess(
  photo: Photo,
  card: Pick<TeacherCard, "shortSide" | "patch" | "mean" | "std">,
): { data: Float32Array; width: number; height: number } {
  const { width, height } = inputSize(photo, card);
  const across = triangleTaps(photo.width, width);
  const down = triangleTaps(photo.height, height);
  const rows = new Float64Array(photo.height * width * 3);
  for (let y = 0; y < photo.height; y++) {
    for (let x = 0; x < width; x++) {
      let red = 0, green = 0, blue = 0;
      let at = 3 * (y * photo.width + across.first[x]!);
      for (let k = 0; k < across.count[x]!; k++, at += 3) {
        const weight = across.weights[x * across.most + k]!;
        red += weight * photo.pixels[at]!;
        green += weight * photo.pixels[at + 1]!;
        blue += weight * photo.pixels[at + 2]!;
      }
      const to = 3 * (y * width + x);
      rows[to] = red;
      rows[to + 1] = green;
      rows[to + 2] = blue;
    }
  }
  const data = new Float32Array(3 * height * width);
  const line = new Float64Array(3 * width);
  for (let y = 0; y < height; y++) {
    line.fill(0);
    for (let k = 0; k < down.count[y]!; k++) {
      const weight = down.weights[y * down.most + k]!;
      const from = 3 * width * (down.first[y]! + k);
      for (let i = 0; i < line.length; i++) line[i]! += weight * rows[from + i]!;
    }
    for (let channel = 0; channel < 3; channel++) {
      const scale = 1 / (255 * card.std[channel]!);
      const shift = card.mean[channel]! / card.std[channel]!;
      const plane = (channel * height + y) * width;
      for (let x = 0; x < width; x++) data[plane + x] = line[3 * x + channel]! * scale - shift;
    }
  }
  return { data, width, height };
}
