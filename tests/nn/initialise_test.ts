import assert from "node:assert/strict";
import { initialState } from "../../lib/nn/initialise.ts";
import { Student } from "../../lib/nn/student.ts";
import { mulberry32 } from "../../lib/random/mulberry32.ts";

const SPECS = new Student({
  backbone: "MinkUNet14Slim",
  classes: ["floor", "wall", "chair", "table", "lamp"],
  features: ["red", "green", "blue"],
  teacher: { id: "teacher", width: 32 },
}).parameters();

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: Float32Array): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / values.length);
}

Deno.test("initialState() gives every entry its shape, and the same values for the same seed", () => {
  const state = initialState(SPECS, mulberry32(1));
  assert.deepEqual([...state.keys()], SPECS.map(({ name }) => name));
  for (const { name, shape } of SPECS) {
    assert.deepEqual(state.get(name)!.shape, shape);
    assert.equal(state.get(name)!.data.length, shape.reduce((a, b) => a * b, 1));
  }
  assert.deepEqual(initialState(SPECS, mulberry32(1)), state);
  assert.notDeepEqual(initialState(SPECS, mulberry32(2)), state);
});

Deno.test("initialState() draws the backbone's kernels from N(0, 2 / (K Cout))", () => {
  const state = initialState(SPECS, mulberry32(3));
  for (const { name, kind, part, shape } of SPECS) {
    if (kind !== "kernel" || part !== "backbone") continue;
    const values = state.get(name)!.data as Float32Array;
    const fan = (shape.length === 3 ? shape[0]! : 1) * shape.at(-1)!;
    const expected = Math.sqrt(2 / fan);
    // Five standard errors of the mean and of the deviation of a normal distribution.
    assert.ok(Math.abs(mean(values)) < 5 * expected / Math.sqrt(values.length), `${name}: mean`);
    assert.ok(
      Math.abs(deviation(values) / expected - 1) < 5 / Math.sqrt(2 * values.length),
      `${name}: deviation ${deviation(values)}, not ${expected}`,
    );
    // 31.7 % of a normal distribution lie outside one deviation, 42.3 % of a uniform one.
    const outside = values.filter((value) => Math.abs(value) > expected).length / values.length;
    const error = Math.sqrt(0.317 * 0.683 / values.length);
    assert.ok(Math.abs(outside - 0.3173) < 5 * error, `${name}: ${outside} outside one deviation`);
  }
});

Deno.test("initialState() draws the heads' kernels evenly within 1 / sqrt(Cin)", () => {
  const state = initialState(SPECS, mulberry32(4));
  for (const name of ["final.kernel", "distillation.kernel"]) {
    const { data, shape } = state.get(name)!;
    const values = data as Float32Array;
    const bound = 1 / Math.sqrt(shape[0]!);
    assert.ok(values.every((value) => Math.abs(value) <= bound), name);
    assert.ok(Math.abs(deviation(values) / (bound / Math.sqrt(3)) - 1) < 0.1, name);
    assert.ok(Math.abs(mean(values)) < 5 * bound / Math.sqrt(3 * values.length), name);
  }
});

Deno.test("initialState() sets norms to the identity and biases to zero", () => {
  const state = initialState(SPECS, mulberry32(5));
  for (const { name, kind } of SPECS) {
    if (kind === "kernel") continue;
    const expected = kind === "scale" || name.endsWith(".running_var") ? 1 : 0;
    const values = state.get(name)!.data as Float32Array;
    assert.ok(values.every((value) => value === expected), `${name} starts at ${expected}`);
  }
});
