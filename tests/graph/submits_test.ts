/** Long steps are cut into several submits, which changes nothing else. */
import assert from "node:assert/strict";
import { type Gpu, HARDWARE_SETTINGS, SOFTWARE_SETTING, Stopwatch } from "../../lib/gpu/mod.ts";
import { Graph } from "../../lib/graph/graph.ts";
import { sum } from "../../lib/graph/ops/sum.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { SUBMIT_MULTIPLY_ADDS, submitBreaks } from "../../lib/graph/submits.ts";
import { launchWork } from "../../lib/graph/work.ts";
import { type StepCard, SteppingStudent } from "../bench/distillation_step.ts";
import { withGpu } from "../gpu.ts";

function card(backbone: string, width: number): StepCard {
  return {
    backbone,
    classes: Array.from({ length: 20 }, (_, i) => `class ${i}`),
    features: ["red", "green", "blue"],
    teacher: { id: "teacher", width },
  };
}

/** Two steps of a small network with submits of some multiply-adds, or of any number of them. */
async function adapt(gpu: Gpu, most?: number) {
  using owned = new DisposableStack();
  using student = new SteppingStudent(gpu, card("MinkUNet14Tiny", 12));
  const { graph, history } = await student.step(600, owned);
  const breaks = submitBreaks(graph.launches, most);
  using plan = new Plan(gpu, graph, [], "step", breaks);
  const before = gpu.stats.submits;
  plan.submit();
  plan.submit();
  const submits = (gpu.stats.submits - before) / 2;
  using stopwatch = gpu.features.has("timestamp-query") ? new Stopwatch(gpu, 1) : null;
  plan.submit(stopwatch?.around(0));
  const [nanoseconds = 1] = await stopwatch?.nanoseconds() ?? [];
  const losses = await history.values();
  const { length } = await plan.profile();
  return { breaks: breaks.size, submits, nanoseconds, losses, launches: length };
}

withGpu("a step that is cut into submits gives the bits of one that is not", async (gpu) => {
  const whole = await adapt(gpu);
  const cut = await adapt(gpu, 1e6);
  assert.deepEqual([whole.breaks, whole.submits], [0, 1]);
  assert.ok(cut.breaks > 5);
  assert.equal(cut.submits, cut.breaks + 1);
  assert.deepEqual(cut.losses, whole.losses);
  assert.notEqual(whole.losses[0], whole.losses[1]);
  assert.equal(cut.launches, whole.launches);
  assert.ok(cut.nanoseconds > 0, "the first pass and the last are timed");
});

withGpu("a step of up to 10,000 voxels is one submit, a longer one several", async (gpu) => {
  using owned = new DisposableStack();
  using student = new SteppingStudent(gpu, card("MinkUNet34C", 384));
  for (const kernels of [SOFTWARE_SETTING, HARDWARE_SETTINGS[0]!]) {
    const { graph } = await student.step(10_000, owned, kernels);
    assert.deepEqual([...submitBreaks(graph.launches)], [], kernels.name);
    // A seventh of the limit stands for seven times as many voxels.
    const most = SUBMIT_MULTIPLY_ADDS / 7;
    const sums = [0];
    const breaks = submitBreaks(graph.launches, most);
    graph.launches.forEach((launch, i) => {
      if (breaks.has(i)) sums.push(0);
      sums[sums.length - 1]! += launchWork(launch).multiplyAdds;
    });
    assert.ok(sums.length > 6 && sums.length < 11, `${sums}`);
    assert.ok(sums.every((sum) => sum <= most));
  }
});

Deno.test("submitBreaks() counts nothing for kernels that do not say their work", () => {
  const graph = new Graph(SOFTWARE_SETTING);
  const x = graph.tensor("x", 100, 4);
  for (let i = 0; i < 3; i++) sum(graph, x, x);
  const silent = graph.launches.map((launch) => {
    const { work: _, ...kernel } = launch.kernel;
    return { ...launch, kernel };
  });
  assert.deepEqual([...submitBreaks(graph.launches, 1)], [1, 2]);
  assert.deepEqual([...submitBreaks(silent, 1)], []);
});
