/**
 * Prints how many bytes this process grows by when batch statistics are merged again and again, once for each number of
 * rows: JSON. It is a process of its own because the other tests grow meanwhile.
 *
 * @module
 */
import { normMerge } from "../../kernels/norm/records.ts";
import { Gpu, launch } from "../../lib/gpu/mod.ts";

const C4 = 4;
const DISPATCHES = 200;

/** Merges the statistics of `rows` rows again and again. */
async function merge(gpu: Gpu, rows: number): Promise<void> {
  using partials = gpu.zeros("partials", Math.ceil(rows / 64) * 2 * C4 * 16);
  using mean = gpu.zeros("mean", C4 * 16);
  using variance = gpu.zeros("variance", C4 * 16);
  using runningMean = gpu.zeros("running mean", C4 * 16);
  using runningVariance = gpu.zeros("running variance", C4 * 16);
  const once = launch(normMerge, {
    constants: { C4 },
    params: { rows, momentum: 0.1, inverseRows: 1 / rows, inverseFreedom: 1 / (rows - 1) },
    bindings: [partials, mean, variance, runningMean, runningVariance],
    workgroups: 1,
  });
  gpu.run(Array.from({ length: DISPATCHES }, () => once));
  await gpu.finished();
}

using gpu = await Gpu.open({});
const growth: Record<number, number> = {};
for (const rows of [200, 600]) {
  await merge(gpu, rows);
  const before = Deno.memoryUsage().rss;
  await merge(gpu, rows);
  growth[rows] = Deno.memoryUsage().rss - before;
}
console.log(JSON.stringify(growth));
