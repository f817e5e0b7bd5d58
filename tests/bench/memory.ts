/**
 * The memory that steps take for each voxel: the bytes of their plans, laid out without a GPU. Parameters, kernel maps
 * and targets come on top.
 */
import type { Gpu } from "../../lib/gpu/mod.ts";
import { Student } from "../../lib/nn/student.ts";
import { stepFootprint, type StepKind } from "../../lib/segment/step_footprint.ts";
import { tableLine } from "./measure.ts";
import { levelCounts, roomCloud } from "./room_cloud.ts";

const STEPS: readonly StepKind[] = ["prediction", "adaptation", "training"];
const TEACHER_WIDTH = 384;
const VOXELS = 40_000;

/** Prints one line for each network; the columns `live` and `stored` are those of the adaptation. */
export function benchMemory(gpu: Gpu): void {
  const coords = roomCloud(1, VOXELS);
  console.log(`\nplanned on ${VOXELS} voxels, a teacher ${TEACHER_WIDTH} wide`);
  console.log(tableLine("bytes a voxel", ["predict", "adapt", "train", "live", "stored"]));
  for (const backbone of ["MinkUNet14Slim", "MinkUNet14A", "MinkUNet34C", "SpUNet-v1m1"]) {
    const student = new Student({
      backbone,
      classes: Array.from({ length: 20 }, (_, i) => `class ${i}`),
      features: ["red", "green", "blue"],
      teacher: { id: "teacher", width: TEACHER_WIDTH },
    });
    const levels = levelCounts(coords, student.network.depth);
    const plans = STEPS.map((step) =>
      stepFootprint(student, step, levels, gpu.limits, gpu.kernels)
    );
    const { liveBytes, storedBytes } = plans[STEPS.indexOf("adaptation")]!;
    const bytes = [...plans.map(({ bytes }) => bytes), liveBytes, storedBytes];
    console.log(tableLine(`  ${backbone}`, bytes.map((count) => (count / VOXELS).toFixed(0))));
  }
}
