/** Targets that count less where the views of a voxel disagree. */
import assert from "node:assert/strict";
import { cosineDistillation } from "../../../lib/graph/losses/cosine_distillation.ts";
import { Tensor } from "../../../lib/graph/tensor.ts";
import { weighTargets } from "../../../lib/ttt/methods/distillation/target_weights.ts";
import { withGpu } from "../../gpu.ts";
import { inputTensor, runGraph } from "../../graph/support.ts";

withGpu("a voxel whose views agree pulls harder, and weights of 0 change nothing", async (gpu) => {
  // Two views that agree give a target of length 2; two that differ by 120 degrees one of length 1; nobody sees the third.
  const targets = [2, 0, Math.cos(Math.PI / 3), Math.sin(Math.PI / 3), 5, 5];
  const pull = async (trust: number) => {
    using owned = new DisposableStack();
    const target = await weighTargets(
      gpu,
      {
        values: inputTensor(gpu, owned, "t", targets, 2, false),
        mask: new Tensor("mask", 3, 1, {
          binding: owned.use(gpu.upload("mask", Float32Array.of(1, 1, 0))),
        }),
        centre: inputTensor(gpu, owned, "centre", [0, 0], 2, false),
      },
      trust,
      owned,
    );
    const { kd, dz } = await runGraph(gpu, (graph, inner) => {
      // At right angles to either target.
      const z = inputTensor(gpu, inner, "z", [0, 1, Math.sin(Math.PI / 3), -0.5, 1, 1], 2);
      const kd = cosineDistillation(graph, z, target, 1);
      graph.backward();
      return { kd, dz: graph.gradient(z) };
    });
    return {
      loss: kd[0]!,
      pulls: [0, 1, 2].map((row) => Math.hypot(dz[2 * row]!, dz[2 * row + 1]!)),
    };
  };
  const near = (got: number[], want: number[]) =>
    got.forEach((value, i) => assert.ok(Math.abs(value - want[i]!) < 1e-5, `${got}, not ${want}`));
  const [plain, weighed, sharply] = [await pull(0), await pull(1), await pull(2)];
  near(plain.pulls, [1 / 2, 1 / 2, 0]);
  near(weighed.pulls, [2 / 3, 1 / 3, 0]);
  near(sharply.pulls, [4 / 5, 1 / 5, 0]);
  near([plain.loss, weighed.loss, sharply.loss], [1, 1, 1]);
});
