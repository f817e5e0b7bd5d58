/** The bytes of a whole step of TTT-KD. */
import assert from "node:assert/strict";
import { HARDWARE_SETTINGS, inPrecision, SOFTWARE_SETTING } from "../../lib/gpu/mod.ts";
import { launchWork, leastBytes } from "../../lib/graph/work.ts";
import { readStudent } from "../../lib/models/students.ts";
import { SteppingStudent } from "../bench/distillation_step.ts";
import { withGpu } from "../gpu.ts";

withGpu("a step of TTT-KD moves at most 1.5 times the bytes that it has to", async (gpu) => {
  using student = new SteppingStudent(gpu, (await readStudent()).card);
  const hardware = HARDWARE_SETTINGS[0]!;
  const found: number[] = [];
  for (const kernels of [SOFTWARE_SETTING, hardware, inPrecision(hardware, "f16")]) {
    using owned = new DisposableStack();
    const { graph: { launches } } = await student.step(10_000, owned, kernels);
    const bytes = launches.map(launchWork).reduce(
      (sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten,
      0,
    );
    const ratio = bytes / leastBytes(launches);
    assert.ok(ratio > 1 && ratio <= 1.5, `${kernels.name}: ${ratio.toFixed(3)} times the least`);
    found.push(bytes);
  }
  // Weights, pairs and what the losses read are float32 still.
  const share = found[2]! / found[1]!;
  assert.ok(share < 0.8, `activations in float16 leave ${share.toFixed(2)} of the bytes`);
});
