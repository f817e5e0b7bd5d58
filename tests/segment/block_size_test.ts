/** Sizes of blocks, computed on paper. */
import assert from "node:assert/strict";
import { CapacityError, SOFTWARE_SETTING } from "../../lib/gpu/mod.ts";
import { Student } from "../../lib/nn/student.ts";
import { BlockSizer, largestBlock, mostPoints, stepKindOf } from "../../lib/segment/block_size.ts";
import {
  largestBinding,
  type LayoutLimits,
  stepFootprint,
  type StepKind,
} from "../../lib/segment/step_footprint.ts";
import { METHODS } from "../../lib/ttt/methods/mod.ts";

const STEPS: readonly StepKind[] = ["prediction", "adaptation", "training"];
const MOST = 65_536;

/** Limits of lavapipe, and of a small adapter. */
const LAVAPIPE = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 31 - 1 };
const SMALL = { maxStorageBufferBindingSize: 2 ** 22, maxBufferSize: 2 ** 28 };

function studentOf(backbone: string, width: number): Student {
  return new Student({
    backbone,
    classes: Array.from({ length: 13 }, (_, i) => `class ${i}`),
    features: ["red", "green", "blue"],
    teacher: { id: "teacher", width },
  });
}

for (const backbone of ["MinkUNet14Slim", "MinkUNet34C", "SpUNet-v1m1", "ptv3-slim"]) {
  Deno.test(`largestBlock() of ${backbone} is the default block on usual adapters`, () => {
    for (const step of STEPS) {
      assert.equal(largestBlock(studentOf(backbone, 384), step, LAVAPIPE, MOST), MOST, step);
    }
  });
}

Deno.test("largestBlock() is where a wide teacher's features fill the largest binding", () => {
  const student = studentOf("MinkUNet14Slim", 1024);
  assert.equal(largestBlock(student, "adaptation", LAVAPIPE, MOST), 2 ** 27 / (4 * 1024));
  // A step on labels alone has no tensor of the teacher's width.
  assert.equal(largestBlock(student, "training", LAVAPIPE, MOST), MOST);
});

Deno.test("largestBlock() fits a small adapter, and one voxel more does not", () => {
  const student = studentOf("MinkUNet14Slim", 96);
  const scattered = (voxels: number) => new Array<number>(student.network.depth + 1).fill(voxels);
  const byBuffer: LayoutLimits = { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 22 };
  for (const limits of [SMALL, byBuffer]) {
    for (const step of STEPS) {
      const voxels = largestBlock(student, step, limits, MOST);
      assert.ok(voxels > 1000 && voxels < 32_768, `${voxels} voxels`);
      assert.ok(largestBinding(student, step, scattered(voxels)) <= 2 ** 22);
      assert.ok(largestBinding(student, step, scattered(voxels + 1)) > 2 ** 22);
    }
  }
  const voxels = largestBlock(student, "adaptation", SMALL, MOST);
  stepFootprint(student, "adaptation", scattered(voxels), SMALL);
  assert.throws(
    () => stepFootprint(student, "adaptation", scattered(4 * voxels), SMALL),
    CapacityError,
  );
});

Deno.test("largestBlock() is 0 where nothing fits", () => {
  const limits = { maxStorageBufferBindingSize: 256, maxBufferSize: 256 };
  assert.equal(largestBlock(studentOf("MinkUNet14Slim", 96), "prediction", limits, MOST), 0);
});

Deno.test("BlockSizer.voxels() depends on the kind of step that a method takes", () => {
  const kinds = new Map([...METHODS].map(([name, method]) => [name, stepKindOf(method)]));
  assert.equal(kinds.get("bn"), "prediction");
  assert.equal(kinds.get("fusion"), "prediction");
  assert.equal(kinds.get("ttt-kd-fusion"), "adaptation");
  assert.equal(kinds.get("tent"), "training");
  const device = { limits: LAVAPIPE, kernels: SOFTWARE_SETTING };
  const sizer = new BlockSizer(studentOf("MinkUNet14Slim", 1024), device, MOST);
  assert.equal(sizer.voxels(METHODS.get("ttt-kd")!), 32_768);
  assert.equal(sizer.voxels(METHODS.get("tent")!), MOST);
});

Deno.test("mostPoints() is what coordinates, input features or views leave room for", () => {
  assert.equal(mostPoints(LAVAPIPE, 3, 20), 2 ** 27 / 16);
  assert.equal(mostPoints(LAVAPIPE, 9, 0), Math.floor(2 ** 27 / 48));
  assert.equal(mostPoints(LAVAPIPE, 3, 1000), 2 ** 27 / 128);
  assert.equal(mostPoints({ ...LAVAPIPE, maxBufferSize: 1600 }, 3, 20), 100);
});
