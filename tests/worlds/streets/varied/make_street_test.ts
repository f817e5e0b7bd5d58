import assert from "node:assert/strict";
import { STREET_CLASSES } from "../../../../lib/worlds/streets/classes.ts";
import { SPLITS } from "../../../../lib/worlds/seeds.ts";
import { STREET_DOMAINS } from "../../../../lib/worlds/streets/mod.ts";
import { VARIED_DOMAINS, variedSeed } from "../../../../lib/worlds/streets/varied/domains.ts";
import { lotRise } from "../../../../lib/worlds/streets/varied/ground.ts";
import { makeVariedStreet } from "../../../../lib/worlds/streets/varied/make_street.ts";
import { castRaysReference } from "../../../../lib/worlds/raycast_reference.ts";

const streets = Array.from({ length: 24 }, (_, seed) => makeVariedStreet(seed, 1.8));

Deno.test("makeVariedStreet() gives the same street for the same seed and another for the next", () => {
  assert.deepEqual(makeVariedStreet(7, 1.8), streets[7]);
  assert.notDeepEqual(streets[7]!.primitives, streets[8]!.primitives);
});

Deno.test("makeVariedStreet() has every class, things of none, and nothing of town B", () => {
  for (const [label, name] of [...STREET_CLASSES.entries(), [255, "no class"] as const]) {
    const having = streets.filter(({ classes }) => classes.includes(label)).length;
    // A street in three has nobody in it.
    assert.ok(having >= 12, `${name} in ${having} of ${streets.length} streets`);
  }
  const towns = new Set(streets.flatMap((street) => [...street.towns]));
  assert.deepEqual([...towns].sort(), ["A", "C", "D"]);
  for (const street of streets) {
    assert.ok(street.count > 200 && street.count < 4000, `${street.count} primitives`);
    for (const list of [street.parts, street.classes, street.materials, street.objects]) {
      assert.equal(list.length, street.count);
    }
    assert.ok(street.primitives.every(Number.isFinite));
  }
});

Deno.test("makeVariedStreet() places the sensor above free road", () => {
  streets.slice(0, 12).forEach((street, seed) => {
    const words = new Float32Array(16 * 8);
    for (let ray = 0; ray < 16; ray++) {
      const angle = ray * Math.PI / 8;
      words.set([0, 0, 0, 0, 2 * Math.cos(angle), 0.7 * Math.sin(angle), -1.8, 0], ray * 8);
    }
    const { primitive, surface } = castRaysReference(street, { count: 16, words });
    primitive.forEach((found, ray) => {
      assert.equal(STREET_CLASSES[street.classes[found]!], "road", `street ${seed}`);
      // The road is higher in its middle, by a tenth of a metre at most.
      const t = surface[ray * 4 + 3]!;
      assert.ok(t > 0.93 && t < 1.01, `street ${seed}: ${t}`);
    });
  });
});

Deno.test("lotRise() rises evenly behind the sidewalk and then stays", () => {
  assert.deepEqual([0, 0.3, 2.3, 9].map((y) => lotRise(1.5, 1, y)), [0, 0, 1.5, 1.5]);
  assert.ok(Math.abs(lotRise(1.5, 2, 1.3) - 0.75) < 1e-12);
});

Deno.test("VARIED_DOMAINS share no seed with each other or with the benchmark", () => {
  const numbers = [...Object.values(VARIED_DOMAINS), ...Object.values(STREET_DOMAINS)]
    .map(({ number }) => number);
  assert.equal(new Set(numbers).size, numbers.length);
  assert.equal(
    new Set(SPLITS.map((split) => variedSeed("source", split, 5))).size,
    SPLITS.length,
  );
});
