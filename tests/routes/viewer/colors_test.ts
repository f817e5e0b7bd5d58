/** Colours of objects and of other numbers. */
import assert from "node:assert/strict";
import { numberColor, objectNumber, UNKNOWN } from "../../../routes/viewer/colors.js";

const apart = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, i) => value - b[i]!));

Deno.test("objects have colours that differ, and those of no object is no colour of an object", () => {
  const colorOf = (object: number) => numberColor(objectNumber(object));
  const colors = Array.from({ length: 40 }, (_, i) => colorOf(i + 1));
  colors.forEach((color, i) =>
    colors.slice(0, i).forEach((other, j) =>
      assert.ok(apart(color, other) > 30, `objects ${j + 1} and ${i + 1}: ${apart(color, other)}`)
    )
  );
  // Objects of a scan that has more of them than a byte can tell.
  for (let object = 1; object < 2000; object++) {
    assert.ok(apart(colorOf(object), colorOf(object + 1)) > 80, `${object}`);
    assert.notDeepEqual(colorOf(object), UNKNOWN);
  }
  assert.deepEqual(colorOf(0), UNKNOWN);
});
