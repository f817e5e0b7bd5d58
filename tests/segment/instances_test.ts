import assert from "node:assert/strict";
import { reachOfClass } from "../../lib/classes/things.ts";
import { countInstances, findInstances } from "../../lib/segment/instances/find_instances.ts";
import { thingsOf, withoutThings } from "../../lib/segment/instances/things.ts";
import { Random } from "../../lib/random/random.ts";

const SETTINGS = { rise: 1, likeness: 0.9, leastPoints: 3, leastCells: 1 };
const CHAIR = 1, TABLE = 2;
const REACHES = new Map([[CHAIR, 0.2], [TABLE, 0.2]]);

/** Points as they are described: [class, x, y, z, probability of its class]. */
function scanOf(points: readonly (readonly [number, number, number, number, number?])[]) {
  const classes = 3;
  const probabilities = new Float32Array(points.length * classes);
  points.forEach(([label, , , , sure = 1], i) => {
    for (let k = 0; k < classes; k++) {
      probabilities[i * classes + k] = k === label ? sure : (1 - sure) / (classes - 1);
    }
  });
  return {
    positions: Float32Array.from(points.flatMap(([, x, y, z]) => [x, y, z])),
    labels: Uint8Array.from(points, ([label]) => label),
    probabilities,
  };
}

/** A row of points along x. */
const row = (label: number, from: number, to: number, y = 0, z = 0, sure = 1) =>
  Array.from(
    { length: Math.round((to - from) / 0.05) + 1 },
    (_, i) => [label, from + 0.05 * i, y, z, sure] as const,
  );

const found = (points: Parameters<typeof scanOf>[0], settings = SETTINGS) => [
  ...findInstances(scanOf(points), REACHES, settings),
];
const sizes = (instances: number[]) =>
  Object.values(Object.groupBy(instances, (object) => object)).map((of) => of!.length);

Deno.test("findInstances() tells objects of a class apart by the gap between them", () => {
  const near = [...row(CHAIR, 0, 1), ...row(CHAIR, 1.15, 2)];
  assert.deepEqual(new Set(found(near)), new Set([1]), "15 cm are within reach");
  const far = [...row(CHAIR, 0, 1), ...row(CHAIR, 1.4, 2)];
  assert.deepEqual(found(far), [...Array(21).fill(1), ...Array(13).fill(2)]);
  // Above each other they may lie farther apart than beside each other.
  assert.deepEqual(sizes(found([...row(CHAIR, 0, 1), ...row(CHAIR, 0, 1, 0, 0.9)])), [42]);
  assert.deepEqual(sizes(found([...row(CHAIR, 0, 1), ...row(CHAIR, 0, 1, 0, 1.6)])), [21, 21]);
});

Deno.test("findInstances() joins nothing across classes, and leaves surfaces out", () => {
  const points = [...row(0, 0, 1), ...row(TABLE, 1, 2), ...row(CHAIR, 2, 3)];
  const instances = found(points);
  assert.deepEqual(new Set(instances.slice(0, 21)), new Set([0]));
  // Numbered by their first points, whatever the order of their classes.
  assert.deepEqual([...new Set(instances)], [0, 1, 2]);
  assert.deepEqual(
    countInstances(Uint32Array.from(instances), scanOf(points).labels, [
      "wall",
      "chair",
      "table",
    ]),
    { chair: 1, table: 1 },
  );
});

Deno.test("findInstances() parts neighbours of which the network says something else", () => {
  // Both are chairs; the second one might be a table or a wall as well.
  const points = [...row(CHAIR, 0, 1), ...row(CHAIR, 1.1, 2, 0, 0, 0.4)];
  assert.deepEqual(sizes(found(points)), [21, 19]);
  assert.deepEqual(sizes(found(points, { ...SETTINGS, likeness: 0 })), [40]);
});

Deno.test("findInstances() leaves out what is too small", () => {
  const points = [...row(CHAIR, 0, 1), ...row(CHAIR, 5, 5.05)];
  assert.deepEqual(found(points).slice(-2), [0, 0]);
  const dense = Array.from({ length: 50 }, () => [CHAIR, 9, 9, 0] as const);
  assert.deepEqual(new Set(found(dense)), new Set([1]));
  assert.deepEqual(new Set(found(dense, { ...SETTINGS, leastCells: 2 })), new Set([0]));
});

Deno.test("findInstances() finds the same objects in any order of points, across wide scans and strays", () => {
  const random = new Random(5);
  const boxes = Array.from({ length: 12 }, (_, i) =>
    Array.from({ length: 60 }, () =>
      [
        1 + i % 2,
        40 * i + 0.5 * random.uniform(),
        -90 * i + 0.5 * random.uniform(),
        0.5 * random.uniform(),
      ] as const));
  const stray = [[CHAIR, -3e8, 7e9, 2], [CHAIR, 3e8, 7e9, 2]] as const;
  const points = [...boxes.flat(), ...stray];
  const expected = points.map((_, i) => i < 720 ? 1 + Math.floor(i / 60) : 0);
  assert.deepEqual(found(points), expected);
  const order = points.map((_, i) => i).reverse();
  const reversed = found(order.map((i) => points[i]!));
  const pairs = new Set(reversed.map((object, i) => `${object} ${expected[order[i]!]}`));
  assert.equal(pairs.size, 13, "one number here for each number there");
});

Deno.test("thingsOf() takes the card's word, then the names of classes", () => {
  const classes = ["wall", "Other-Furniture", "car", "excavator"];
  assert.deepEqual([...thingsOf({ classes }, 0.05)], [[1, reachOfClass("other furniture")], [
    2,
    1,
  ]]);
  const things = { excavator: 2, wall: 0.1 };
  assert.deepEqual([...thingsOf({ classes, things }, 0.2)], [[0, 1.5 * 0.2], [3, 2]]);
  assert.equal(thingsOf({ classes: ["road"] }, 0.1).size, 0);
  assert.match(withoutThings({ id: "mine", classes: ["road"] }).text, /"things": \{"road": 0.3\}/);
});
