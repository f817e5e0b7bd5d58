import assert from "node:assert/strict";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import { Random } from "../../lib/random/random.ts";

Deno.test("Random gives the published sequence of sfc32, and independent streams", () => {
  // The published algorithm, written out with BigInt; its first 16 outputs are discarded.
  const mask = 0xffffffffn;
  let [a, b, c, counter] = [7n, 3n, 0x9e3779b9n, 1n];
  const next = () => {
    const result = (a + b + counter) & mask;
    counter = (counter + 1n) & mask;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) & mask;
    c = (((c << 21n) & mask | (c >> 11n)) + result) & mask;
    return Number(result);
  };
  for (let i = 0; i < 16; i++) next();
  const random = new Random(7, 3);
  for (let i = 0; i < 100; i++) assert.equal(random.uint32(), next());
  assert.notEqual(new Random(7, 3).uint32(), new Random(7, 4).uint32());
});

Deno.test("Random draws normal numbers and samples without repeats", () => {
  const random = new Random(1);
  let sum = 0, square = 0;
  const count = 20000;
  for (let i = 0; i < count; i++) {
    const value = random.normal();
    sum += value;
    square += value * value;
  }
  assert.ok(Math.abs(sum / count) < 0.03 && Math.abs(square / count - 1) < 0.04);
  const sample = random.sample(50, 20);
  assert.equal(new Set(sample).size, 20);
  assert.ok(sample.every((value) => value < 50));
  assert.deepEqual([...random.sample(5, 9)].sort(), [0, 1, 2, 3, 4]);
});

Deno.test("mulberry32() gives the published sequence", () => {
  // The published C, in BigInt: z = (x += 0x6D2B79F5); z = (z ^ z >> 15) * (z | 1); z ^= z + (z ^ z >> 7) * (z | 61).
  const mask = 0xffffffffn;
  let x = 9n;
  const next = mulberry32(9);
  for (let i = 0; i < 100; i++) {
    x = (x + 0x6d2b79f5n) & mask;
    let z = ((x ^ (x >> 15n)) * (x | 1n)) & mask;
    z ^= (z + (((z ^ (z >> 7n)) * (z | 61n)) & mask)) & mask;
    assert.equal(next(), Number(z ^ (z >> 14n)) / 2 ** 32);
  }
});
