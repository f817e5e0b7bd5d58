import assert from "node:assert/strict";
import { albedo } from "../../../lib/worlds/textures.ts";
import { castRaysReference } from "../../../lib/worlds/raycast_reference.ts";
import {
  PART_CLASS,
  STREET_ASPRS,
  STREET_CLASSES,
  STREET_PALETTE,
  STREET_PARTS,
} from "../../../lib/worlds/streets/classes.ts";
import {
  sceneSeed,
  STREET_DOMAINS,
  type StreetDomainName,
} from "../../../lib/worlds/streets/domains.ts";
import { makeStreet } from "../../../lib/worlds/streets/make_street.ts";

Deno.test("STREET_PARTS cover the ten classes", () => {
  assert.equal(
    STREET_CLASSES.join(" "),
    "road sidewalk building vegetation trunk pole car person terrain fence",
  );
  assert.deepEqual(
    [...new Set(PART_CLASS)].sort((a, b) => a - b),
    STREET_CLASSES.map((_, i) => i),
  );
  assert.equal(new Set(STREET_PARTS.map(([name]) => name)).size, STREET_PARTS.length);
  assert.equal(new Set(STREET_ASPRS).size, STREET_CLASSES.length);
  assert.equal(new Set(STREET_PALETTE.map(String)).size, STREET_CLASSES.length);
});

Deno.test("makeStreet() gives the same street for the same seed and another for the next", () => {
  const one = makeStreet(12345, "A", 1.73), again = makeStreet(12345, "A", 1.73);
  assert.deepEqual(one, again);
  assert.notDeepEqual(one.primitives, makeStreet(12346, "A", 1.73).primitives);
});

Deno.test("makeStreet() takes nothing of town B for styles A and teacher", () => {
  const towns = (style: "A" | "B" | "teacher") => {
    const seen = new Set<string>();
    for (let index = 0; index < 30; index++) {
      makeStreet(sceneSeed("source", "teacher", index), style, 1.73).towns.forEach((town) =>
        seen.add(town)
      );
    }
    return [...seen].sort().join("");
  };
  assert.equal(towns("teacher"), "ACD");
  assert.equal(towns("A"), "A");
  assert.equal(towns("B"), "B");
  for (const name of Object.keys(STREET_DOMAINS) as StreetDomainName[]) {
    assert.equal(STREET_DOMAINS[name].style, name === "town" ? "B" : "A", name);
  }
});

Deno.test("makeStreet() makes streets with every class, in either town", () => {
  for (const style of ["A", "B"] as const) {
    const streets = Array.from({ length: 30 }, (_, i) => makeStreet(i, style, 1.73));
    STREET_CLASSES.forEach((name, label) => {
      const having = streets.filter((street) => street.classes.includes(label)).length;
      assert.ok(having >= 27, `${name} in ${having} of 30 streets of town ${style}`);
    });
    for (const street of streets) {
      assert.ok(street.count > 150 && street.count < 1000, `${street.count} primitives`);
      assert.equal(street.materials.length, street.count);
      assert.ok(street.primitives.every(Number.isFinite));
    }
  }
});

Deno.test("makeStreet() numbers its objects: each car and person is one, and the ground is none", () => {
  for (let seed = 0; seed < 20; seed++) {
    const { classes, parts, objects } = makeStreet(seed, seed % 2 ? "B" : "A", 1.73);
    const numbers = (isWanted: (primitive: number) => boolean) =>
      Array.from(objects).filter((_, i) => isWanted(i));
    // A car has two axles, a person a skull and hair.
    for (const name of ["wheel", "head"] as const) {
      const part = STREET_PARTS.findIndex(([other]) => other === name);
      const pairs = numbers((i) => parts[i] === part);
      const found = new Set(numbers((i) => classes[i] === PART_CLASS[part]));
      assert.equal(found.size, pairs.length / 2, name);
      assert.deepEqual(new Set(pairs), found, name);
    }
    const ground = ["road", "sidewalk"].map((name) => STREET_CLASSES.indexOf(name as "road"));
    assert.deepEqual(new Set(numbers((i) => ground.includes(classes[i]!))), new Set([0]));
  }
});

Deno.test("makeStreet() places the sensor above free road", () => {
  for (let seed = 0; seed < 40; seed++) {
    const height = seed % 2 === 0 ? 1.73 : 2.3;
    const street = makeStreet(seed, seed % 3 === 0 ? "B" : "A", height);
    // Rays down and around the car meet the road first.
    const words = new Float32Array(32 * 8);
    for (let ray = 0; ray < 32; ray++) {
      const angle = ray * Math.PI / 16;
      const [x, y] = [2 * Math.cos(angle), 0.7 * Math.sin(angle)];
      words.set([0, 0, 0, 0, x, y, -height, 0], ray * 8);
    }
    const { primitive, surface } = castRaysReference(street, { count: 32, words });
    primitive.forEach((found, ray) => {
      assert.equal(STREET_CLASSES[street.classes[found]!], "road", `street ${seed}`);
      assert.ok(Math.abs(surface[ray * 4 + 3]! - 1) < 0.01, `street ${seed}: not on its wheels`);
    });
  }
});

Deno.test("makeStreet() gives materials whose albedos are in range", () => {
  const out = new Float64Array(3);
  const kinds = new Set<string>();
  for (let seed = 0; seed < 12; seed++) {
    for (const material of makeStreet(seed, seed % 2 ? "B" : "teacher", 1.73).materials) {
      kinds.add(material.kind);
      for (const [u, v] of [[0, 0], [-3.7, 1.2], [11.3, -4.4]] as const) {
        albedo(material, u, v, out);
        assert.ok(out.every((value) => value >= 0 && value < 2), `${material.kind}: ${out}`);
      }
    }
  }
  for (const kind of ["asphalt", "plaster facade", "brick facade", "foliage", "bark", "wheel"]) {
    assert.ok(kinds.has(kind), `no ${kind}`);
  }
});
