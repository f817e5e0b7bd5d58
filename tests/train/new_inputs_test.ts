/** Weights of a student that is trained further with more input features. */
import assert from "node:assert/strict";
import type { FeatureName } from "../../lib/nn/features.ts";
import { withInputs } from "../../lib/train/new_inputs.ts";

const SPECS = [
  { name: "stem", part: "backbone", kind: "kernel", shape: [2, 3, 2] },
  { name: "next", part: "backbone", kind: "kernel", shape: [1, 2, 2] },
] as const;

/** A student that reads `one` and `height`: two offsets, two features, two channels. */
const STUDENT = {
  card: { features: ["one", "height"] as FeatureName[] },
  tensors: new Map([
    ["stem", { shape: [2, 2, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) }],
    ["next", { shape: [1, 2, 2], data: Float32Array.of(1, 0, 0, 1) }],
  ]),
} as unknown as Parameters<typeof withInputs>[0];

Deno.test("withInputs() gives new input features weights of zero, and known ones their own", () => {
  const tensors = withInputs(STUDENT, ["height", "roughness", "one"], SPECS);
  const { shape, data } = tensors.get("stem")!;
  assert.deepEqual([...shape], [2, 3, 2]);
  assert.deepEqual([...data].map(Number), [3, 4, 0, 0, 1, 2, 7, 8, 0, 0, 5, 6]);
  assert.equal(tensors.get("next"), STUDENT.tensors.get("next"));
});

Deno.test("withInputs() leaves the weights where the features are the same, or one of the student's own is gone", () => {
  assert.equal(withInputs(STUDENT, ["one", "height"], SPECS), STUDENT.tensors);
  assert.equal(withInputs(STUDENT, ["one", "red", "green"], SPECS), STUDENT.tensors);
});
