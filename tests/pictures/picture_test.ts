import assert from "node:assert/strict";
import { drawPanels, labelColors, type Picture } from "../../lib/pictures/picture.ts";

const RED = [255, 0, 0] as const;
const BLUE = [0, 0, 255] as const;

function count(picture: Picture, [r, g, b]: readonly [number, number, number]): number {
  let found = 0;
  for (let i = 0; i < picture.pixels.length; i += 3) {
    if (picture.pixels[i] === r && picture.pixels[i + 1] === g && picture.pixels[i + 2] === b) {
      found++;
    }
  }
  return found;
}

/** A square of 20x20 points at each of these heights. */
function layers(...heights: number[]): Float32Array {
  return Float32Array.from(
    heights.flatMap((z) =>
      Array.from({ length: 400 }, (_, i) => [i % 20, Math.floor(i / 20), z]).flat()
    ),
  );
}

Deno.test("labelColors() gives each label its colour, and grey to labels that are no class", () => {
  assert.deepEqual([...labelColors([1, 255], [RED, BLUE])], [0, 0, 255, 225, 225, 225]);
});

Deno.test("drawPanels() draws each panel in its own colours, and the legend", () => {
  const positions = layers(0);
  const panel = (title: string, color: readonly number[]) => ({
    title,
    colors: Uint8Array.from({ length: positions.length }, (_, i) => color[i % 3]!),
  });
  const picture = drawPanels(positions, [panel("before", RED), panel("after", BLUE)], [
    { name: "wall", color: [0, 255, 0] },
  ]);
  assert.equal(picture.pixels.length, 3 * picture.width * picture.height);
  assert.equal(count(picture, RED), count(picture, BLUE));
  assert.ok(count(picture, RED) > 5000);
  assert.equal(count(picture, [0, 255, 0]), 15 * 15);
  assert.ok(count(picture, [40, 40, 40]) > 100, "titles are written");
});

Deno.test("drawPanels() draws nearer points over farther ones", () => {
  const positions = Float32Array.from([0, 0, 0, 5, 5, 0, 0, 0, 1e-3]);
  const colors = Uint8Array.from([...RED, ...RED, ...BLUE]);
  const picture = drawPanels(positions, [{ title: "", colors }], []);
  assert.ok(count(picture, BLUE) >= 49);
  assert.equal(count(picture, RED), count(picture, BLUE), "one red point is hidden");
});

Deno.test("drawPanels() cuts a ceiling away", () => {
  const positions = layers(0, 3);
  const colors = labelColors(Array.from({ length: 800 }, (_, i) => i < 400 ? 0 : 1), [RED, BLUE]);
  const picture = drawPanels(positions, [{ title: "", colors }], []);
  assert.equal(count(picture, BLUE), 0);
  assert.ok(count(picture, RED) > 0);
});

Deno.test("drawPanels() refuses a panel with another number of points", () => {
  assert.throws(
    () => drawPanels(layers(0), [{ title: "x", colors: new Uint8Array(3) }], []),
    TypeError,
  );
});
