import assert from "node:assert/strict";
import { packParams, type ParamValues, paramWords } from "../../lib/gpu/mod.ts";

const LAYOUT = {
  scale: "vec2f",
  count: "u32",
  shift: "i32",
  up: "vec4f",
  focal: "f32",
  centre: "vec2f",
} as const;

const VALUES: ParamValues<typeof LAYOUT> = {
  centre: [7, 8],
  focal: 0.1,
  up: [1, 2, 3, 4],
  shift: -2,
  count: 2 ** 32 - 1,
  scale: [5, 6],
};

Deno.test("packParams() places values by name where WGSL has their fields", () => {
  const words = packParams(LAYOUT, VALUES, "kernel");
  assert.equal(words.length, paramWords(LAYOUT));
  assert.deepEqual([words[2], words[3]], [2 ** 32 - 1, 2 ** 32 - 2]);
  const floats = [...new Float32Array(words.buffer)];
  assert.deepEqual(floats.slice(0, 2), [5, 6]);
  // The lone float is followed by a gap: a vec2f is aligned to two words.
  assert.deepEqual(floats.slice(4), [1, 2, 3, 4, Math.fround(0.1), 0, 7, 8]);
});

Deno.test("packParams() refuses a field without a value and a value without a field", () => {
  const { count: _, ...rest } = VALUES;
  assert.throws(() => packParams(LAYOUT, rest, "kernel"), {
    name: "TypeError",
    message: /launch kernel.*no value for "count"/,
  });
  assert.throws(() => packParams(LAYOUT, { ...VALUES, toString: 1 }, "kernel"), {
    name: "TypeError",
    message: /no field "toString"/,
  });
});

/** Whether the compiler takes `Value` for params of `LAYOUT`. */
type Accepts<Value> = Value extends ParamValues<typeof LAYOUT> ? true : false;

Deno.test("ParamValues asks for every field, each of its type", () => {
  const accepts: [
    Accepts<typeof VALUES>,
    Accepts<Omit<typeof VALUES, "count">>,
    Accepts<Omit<typeof VALUES, "scale"> & { scale: number }>,
    Accepts<Omit<typeof VALUES, "up"> & { up: [number, number] }>,
  ] = [true, false, false, false];
  assert.equal(accepts.length, 4);
});
