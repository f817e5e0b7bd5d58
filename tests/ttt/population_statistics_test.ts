/** Statistics of the norm layers over several scans. */
import assert from "node:assert/strict";
import { PopulationStatistics, statisticsPlan } from "../../lib/ttt/population_statistics.ts";
import { SparseScan } from "../../lib/voxels/sparse_scan.ts";
import { withGpu } from "../gpu.ts";
import { assertClose } from "../graph/support.ts";
import { boxPoints, CARD, smallScan } from "./small_scan.ts";

withGpu(
  "PopulationStatistics adds the variance of the scenes' means to that within",
  async (gpu) => {
    using small = await smallScan(gpu);
    const { student, parameters: source } = small.context;
    using parameters = source.clone();
    const population = new PopulationStatistics();
    const each: Map<string, Float32Array>[] = [];
    for (const seed of [1, 2, 3]) {
      const points = boxPoints(seed, 200 * seed);
      using scan = await SparseScan.build(gpu, student, CARD.features, points, CARD.voxelSize);
      const context = { gpu, student, scan, parameters };
      using plan = statisticsPlan(context, 1);
      plan.submit();
      each.push(await parameters.statisticsDict());
      await population.add(context);
    }
    const tensors = population.tensors();
    assert.deepEqual([...tensors.keys()].sort(), [...each[0]!.keys()].sort());
    for (const [name, tensor] of tensors) {
      const data = tensor.data as Float32Array;
      if (!name.endsWith("running_var")) continue;
      const meanName = name.replace("running_var", "running_mean");
      const means = each.map((scene) => scene.get(meanName)!);
      const mean = data.map((_, c) => means.reduce((sum, of) => sum + of[c]! / 3, 0));
      const variance = data.map((_, c) =>
        each.reduce(
          (sum, of, i) => sum + (of.get(name)![c]! + (means[i]![c]! - mean[c]!) ** 2) / 3,
          0,
        )
      );
      assertClose(tensors.get(meanName)!.data as Float32Array, mean, 1e-5, meanName);
      assertClose(data, variance, 1e-5, name);
    }
  },
);
