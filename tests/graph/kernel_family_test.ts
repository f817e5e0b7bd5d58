/** The matrix kernels of a graph are those of its device. */
import assert from "node:assert/strict";
import { HARDWARE_SETTINGS, type KernelSetting, SOFTWARE_SETTING } from "../../lib/gpu/mod.ts";
import { Graph, type Parameter } from "../../lib/graph/graph.ts";
import { linear, sparseConvolution } from "../../lib/graph/ops/learned.ts";
import { seedGradient } from "./support.ts";

/** Names of the kernels of a convolution and a linear layer, forward and backward. */
function kernelsOf(setting: KernelSetting): string[] {
  const graph = new Graph(setting);
  const tensor = (label: string) => graph.tensor(label, 100, 8, true);
  const weight: Parameter = {
    values: tensor("weight"),
    gradient: tensor("gradient"),
    trainable: true,
  };
  const list = {
    rows: 100,
    tiles: 2,
    mirrored: false,
    entries: tensor("entries"),
    offsets: tensor("offsets"),
    found: tensor("found"),
  };
  const convolved = sparseConvolution(graph, tensor("x"), weight, {
    volume: 1,
    channels: 8,
    forward: list,
    transposed: list,
  });
  const y = linear(graph, convolved, weight, null, 8);
  seedGradient(graph, y, tensor("dy"));
  graph.backward();
  const names = graph.launches.map(({ kernel }) => kernel.name);
  return names.filter((name) => /^(gemm|conv)/.test(name)).sort();
}

Deno.test("a graph launches the matrix kernels of its setting, forward and backward", () => {
  const software = ["conv", "conv", "conv_weight_gradient", "gemm", "gemm", "gemm_weight_gradient"];
  assert.deepEqual(kernelsOf(SOFTWARE_SETTING), software);
  for (const setting of HARDWARE_SETTINGS) {
    assert.deepEqual(kernelsOf(setting), software.map((name) => `${name}_tiled`).sort());
  }
});
