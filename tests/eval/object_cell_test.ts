import assert from "node:assert/strict";
import {
  meanPrecision,
  type ObjectCell,
  parseObjectCell,
  precisionByClass,
} from "../../lib/eval/objects/object_cell.ts";
import { CHOSEN, objectSettings } from "../../lib/eval/objects/object_settings.ts";
import { INSTANCE_SETTINGS } from "../../lib/segment/instances/find_instances.ts";

/** A cell whose only class with objects has these detections. */
const cell = (scene: number, found: [number, boolean][], objects: number): ObjectCell => ({
  key: `source | noisy ${scene}`,
  method: "source",
  domain: "noisy",
  scene,
  detections: {
    [CHOSEN]: [
      { found: [], objects: 0 },
      { found: found.map(([confidence, isRight]) => ({ confidence, isRight })), objects },
    ],
  },
});

Deno.test("precisionByClass() orders the objects of all scenes together", () => {
  // Alone, the scenes have 1 and 1 / 4. Together, the most sure of three is wrong.
  const cells = [cell(0, [[0.5, true]], 1), cell(1, [[0.9, false], [0.7, true]], 1)];
  const [none, together] = precisionByClass(cells, CHOSEN);
  assert.equal(none, null);
  // Recalls 0, 1/2 and 1 at precisions 0, 1/2 and 2/3, each with the half steps beside it.
  assert.ok(Math.abs(together! - (1 / 2 * 1 / 2 + 2 / 3 * 1 / 4 + 0 * 1 / 4)) < 1e-12);
  assert.equal(meanPrecision([null, 0.5, 1]), 0.75);
});

Deno.test("parseObjectCell() reads what was written, and names a field that is wrong", () => {
  const made = cell(0, [[0.5, true]], 1);
  assert.deepEqual(parseObjectCell(JSON.parse(JSON.stringify(made))), made);
  assert.throws(() => parseObjectCell({ ...made, scene: -1 }), /field scene/);
});

Deno.test("objectSettings() has the chosen ones first, and changes one thing at a time", () => {
  assert.deepEqual([...objectSettings(false)], [[CHOSEN, { ...INSTANCE_SETTINGS, reach: 1 }]]);
  const all = objectSettings(true);
  const chosen = all.get(CHOSEN)!;
  for (const [name, settings] of all) {
    const changed = Object.entries(settings)
      .filter(([key, value]) => chosen[key as keyof typeof chosen] !== value)
      .map(([key, value]) => `${key} ${value}`);
    assert.deepEqual(changed, name === CHOSEN ? [] : [name]);
  }
});
