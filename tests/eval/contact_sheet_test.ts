import assert from "node:assert/strict";
import type { DatasetScene } from "../../lib/datasets/dataset.ts";
import { contactSheet } from "../../lib/eval/pictures/contact_sheet.ts";
import type { Picture } from "../../lib/pictures/picture.ts";
import { writePly } from "../../lib/scan/mod.ts";

type Rgb = [number, number, number];
const CLASSES = { classes: ["pole", "tree"], palette: [[250, 0, 10], [0, 240, 20]] as Rgb[] };
const PHOTO: Rgb = [11, 22, 33], SCAN: Rgb = [51, 102, 204];

/** A scene of one colour, with `count` photographs. */
function scene(count: number, extra: Partial<DatasetScene["scan"]> = {}): DatasetScene {
  const positions = Float32Array.from(
    { length: 300 },
    (_, i) => i % 3 === 2 ? (i / 170) ** 2 : i % 7,
  );
  const colors = Float32Array.from(positions, (_, i) => SCAN[i % 3]! / 255);
  const labels = Int32Array.from({ length: 100 }, (_, i) => i % 2);
  const bytes = writePly({ positions });
  const pixels = Uint8Array.from({ length: 3 * 6 }, (_, i) => PHOTO[i % 3]!);
  return {
    id: "a/test/0",
    scan: {
      name: "a.ply",
      format: "ply",
      count: 100,
      origin: [0, 0, 0],
      positions,
      colors,
      intensity: null,
      normals: null,
      labels,
      bytes,
      warnings: [],
      ...extra,
    },
    photos: Array.from({ length: count }, (_, i) => ({
      name: `${i}.png`,
      width: 3,
      height: 2,
      pixels,
    })),
    cameras: [],
  };
}

function pixelsOf({ pixels }: Picture, [red, green, blue]: Rgb): number {
  let count = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    if (pixels[i] === red && pixels[i + 1] === green && pixels[i + 2] === blue) count++;
  }
  return count;
}

Deno.test("contactSheet() shows photographs, the scan and its classes", () => {
  const sheet = contactSheet(CLASSES, "title", [scene(2)]);
  assert.equal(sheet.pixels.length, 3 * sheet.width * sheet.height);
  // Each photograph is 252 pixels wide and keeps its form.
  assert.equal(pixelsOf(sheet, PHOTO), 2 * 252 * 168);
  for (const color of [SCAN, ...CLASSES.palette]) {
    assert.ok(pixelsOf(sheet, color) > 300, `${color}`);
  }
});

Deno.test("contactSheet() shows the classes of pixels where they are known", () => {
  const plain = scene(1);
  const known = { ...plain, photoClasses: [Uint8Array.of(0, 0, 0, 1, 1, 1)] };
  const [without, with_] = [plain, known].map((one) => contactSheet(CLASSES, "", [one]));
  for (const color of CLASSES.palette) {
    assert.equal(pixelsOf(with_!, color) - pixelsOf(without!, color), 252 * 84);
  }
});

Deno.test("contactSheet() shows at most four photographs, and heights without colours", () => {
  const sheet = contactSheet(CLASSES, "", [scene(9, { colors: null })]);
  assert.equal(pixelsOf(sheet, PHOTO), 4 * 252 * 168);
  assert.equal(pixelsOf(sheet, SCAN), 0);
  assert.ok(pixelsOf(sheet, [30, 40, 110]) > 0, "the lowest");
  assert.ok(pixelsOf(sheet, [250, 220, 60]) > 0, "the highest");
});

Deno.test("contactSheet() draws scenes below each other, with one legend", () => {
  const heights = [1, 2, 3].map((count) =>
    contactSheet(CLASSES, "", Array.from({ length: count }, () => scene(1))).height
  );
  assert.equal(heights[2]! - heights[1]!, heights[1]! - heights[0]!);
});
