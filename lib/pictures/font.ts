/**
 * A font of 3 by 5 pixels for titles and legends; no font file is needed.
 *
 * @module
 */

/** Each character as five rows of three pixels; a row is an octal digit (4 = left, 1 = right). */
// deno-fmt-ignore
const GLYPHS: Readonly<Record<string, string>> = {
  A: "25755", B: "65656", C: "34443", D: "65556", E: "74647", F: "74644", G: "34553",
  H: "55755", I: "72227", J: "11152", K: "55655", L: "44447", M: "57755", N: "65555",
  O: "25552", P: "65644", Q: "25573", R: "65655", S: "34216", T: "72222", U: "55557",
  V: "55552", W: "55775", X: "55255", Y: "55222", Z: "71247",
  0: "75557", 1: "26227", 2: "61247", 3: "61216", 4: "55711", 5: "74616", 6: "34652",
  7: "71222", 8: "25252", 9: "25316", ".": "00002", ",": "00024", "-": "00700", "_": "00007",
  "%": "51245", ":": "02020", "+": "02720", "/": "11244", "=": "07070",
};

/** Pixels from the left edge of a character to that of the next one, before scaling. */
export const CHARACTER_WIDTH = 4;

/** Height of a character in pixels, before scaling. */
export const CHARACTER_HEIGHT = 5;

/**
 * Draws a text in upper case: calls `set` for every pixel, with (0, 0) at the upper left. A character that the font
 * lacks is left blank.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { drawText } from "./font.ts";
 *
 * const rows = Array.from({ length: 5 }, () => [".", ".", "."]);
 * drawText("T", 1, (x, y) => rows[y]![x] = "#");
 * assert.deepEqual(rows.map((row) => row.join("")), ["###", ".#.", ".#.", ".#.", ".#."]);
 * ```
 *
 * @param scale edge of a pixel of the font, in pixels.
 */
export function drawText(text: string, scale: number, set: (x: number, y: number) => void): void {
  for (const [index, character] of [...text.toUpperCase()].entries()) {
    const glyph = GLYPHS[character];
    if (!glyph) continue;
    for (let row = 0; row < CHARACTER_HEIGHT * scale; row++) {
      const bits = Number(glyph[Math.floor(row / scale)]);
      for (let column = 0; column < 3 * scale; column++) {
        if (bits & (4 >> Math.floor(column / scale))) {
          set(index * CHARACTER_WIDTH * scale + column, row);
        }
      }
    }
  }
}
