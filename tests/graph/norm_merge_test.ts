/** The kernel that merges batch statistics must not take memory at every dispatch. */
import assert from "node:assert/strict";
import { normMerge } from "../../kernels/norm/records.ts";
import { type Gpu, launch } from "../../lib/gpu/mod.ts";
import { withGpu } from "../gpu.ts";

const C4 = 4;
const DISPATCHES = 200;
const MIB = 2 ** 20;
/** Where lavapipe could unroll the loops, it kept 45 MiB and more of compiled variants. */
const MOST_GROWTH = 16 * MIB;

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

withGpu("norm_merge is not compiled again at every dispatch", async (gpu) => {
  for (const rows of [200, 600]) {
    await merge(gpu, rows);
    const before = Deno.memoryUsage().rss;
    await merge(gpu, rows);
    const grown = Deno.memoryUsage().rss - before;
    assert.ok(grown < MOST_GROWTH, `${rows} rows: ${Math.round(grown / MIB)} MiB more`);
  }
});
