/**
 * Contact sheets of data sets: photographs, scans and classes of a domain's scenes, for people to judge whether the
 * classes can be told apart.
 *
 * @module
 */
import { sumOf } from "@std/collections/sum-of";
import type { Dataset, DatasetScene } from "../../datasets/dataset.ts";
import { CHARACTER_HEIGHT, CHARACTER_WIDTH, drawText } from "../../pictures/font.ts";
import { drawPanels, labelColors, type Picture } from "../../pictures/picture.ts";

/** Number of photographs in a row; of a scene with more, as many are shown, spread evenly over its list. */
const COLUMNS = 4;
const PHOTO_WIDTH = 252;
const MARGIN = 16;
const WIDTH = COLUMNS * PHOTO_WIDTH + (COLUMNS + 1) * MARGIN;
const TEXT_SCALE = 2;
const INK = [40, 40, 40];

/**
 * Draws scenes below each other: photographs, the classes of their pixels where they are known, the scan by colour
 * (by height where it has none) and by class, and the legend.
 */
export function contactSheet(
  { classes, palette }: Pick<Dataset, "classes" | "palette">,
  title: string,
  scenes: readonly DatasetScene[],
): Picture {
  const legend = classes.map((name, index) => ({ name, color: palette[index]! }));
  return stack([
    textStrip(title),
    ...scenes.flatMap(({ id, scan, photos, photoClasses }, index) => {
      const shown = evenly(photos.length, COLUMNS);
      const named = photoClasses
        ? [photoStrip(shown.map((i) => ({
          ...photos[i]!,
          pixels: labelColors(photoClasses[i]!, palette),
        })))]
        : [];
      return [
        textStrip(`${id}, ${scan.count} points`),
        photoStrip(shown.map((i) => photos[i]!)),
        ...named,
        drawPanels(
          scan.positions,
          [
            scan.colors
              ? {
                title: "colour",
                colors: Uint8Array.from(scan.colors, (c) => Math.round(255 * c)),
              }
              : { title: "height", colors: heightColors(scan.positions) },
            { title: "class", colors: labelColors(scan.labels ?? [], palette) },
          ],
          index === scenes.length - 1 ? legend : [],
        ),
      ];
    }),
  ]);
}

/** At most `count` of the indices below `total`, evenly spread. */
function evenly(total: number, count: number): number[] {
  const taken = Math.min(total, count);
  return Array.from({ length: taken }, (_, i) => Math.floor(i * total / taken));
}

/** [N][3] colours of heights, from dark blue at the second percentile to yellow at the 98th. */
function heightColors(positions: Float32Array): Uint8Array {
  const heights = Float32Array.from(
    { length: positions.length / 3 },
    (_, i) => positions[3 * i + 2]!,
  );
  const sorted = heights.toSorted();
  const low = sorted[Math.floor(0.02 * (sorted.length - 1))]!;
  const high = sorted[Math.floor(0.98 * (sorted.length - 1))]!;
  const colors = new Uint8Array(positions.length);
  heights.forEach((height, i) => {
    const t = Math.min(1, Math.max(0, (height - low) / Math.max(high - low, 1e-6)));
    colors.set([30 + 220 * t, 40 + 180 * t, 110 - 50 * t], 3 * i);
  });
  return colors;
}

function blank(height: number): Picture {
  return { width: WIDTH, height, pixels: new Uint8Array(3 * WIDTH * height).fill(255) };
}

/** A strip with a text, wrapped between words. */
function textStrip(text: string): Picture {
  const room = Math.floor((WIDTH - 2 * MARGIN) / (CHARACTER_WIDTH * TEXT_SCALE));
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const joined = `${lines.at(-1) ?? ""} ${word}`.trim();
    if (lines.length > 0 && joined.length <= room) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  const line = (CHARACTER_HEIGHT + 3) * TEXT_SCALE;
  const picture = blank(MARGIN + lines.length * line);
  lines.forEach((words, index) =>
    drawText(words, TEXT_SCALE, (x, y) => {
      const [column, row] = [MARGIN + x, MARGIN + index * line + y];
      if (column < WIDTH) picture.pixels.set(INK, 3 * (row * WIDTH + column));
    })
  );
  return picture;
}

/** A strip with pictures side by side, each scaled to the width of a column by nearest neighbour. */
function photoStrip(photos: readonly Picture[]): Picture {
  const heightOf = (photo: Picture) => Math.round(photo.height * PHOTO_WIDTH / photo.width);
  const strip = blank(Math.max(0, ...photos.map(heightOf)) + 4);
  photos.forEach((photo, column) => {
    const left = MARGIN + column * (PHOTO_WIDTH + MARGIN);
    const height = heightOf(photo);
    for (let y = 0; y < height; y++) {
      const row = Math.floor(y * photo.height / height) * photo.width;
      for (let x = 0; x < PHOTO_WIDTH; x++) {
        const from = 3 * (row + Math.floor(x * photo.width / PHOTO_WIDTH));
        const to = 3 * (y * WIDTH + left + x);
        strip.pixels.set(photo.pixels.subarray(from, from + 3), to);
      }
    }
  });
  return strip;
}

/** Stacks pictures of the sheet's width. */
function stack(pictures: readonly Picture[]): Picture {
  const sheet = blank(sumOf(pictures, ({ height }) => height));
  let row = 0;
  for (const { width, height, pixels } of pictures) {
    if (width !== WIDTH) throw new TypeError(`Cannot stack: ${width} pixels wide, not ${WIDTH}`);
    sheet.pixels.set(pixels, 3 * row * WIDTH);
    row += height;
  }
  return sheet;
}
