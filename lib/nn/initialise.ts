/**
 * Initial weights: Kaiming normal (He et al. 2015, arXiv 1502.01852, fan out, ReLU gain) for kernels that a batch norm follows,
 * which have no bias; PyTorch's uniform bound for those of other layers; 1 and 0 for norm layers, 0 for biases and tables,
 * 1e-5 for LayerScale.
 *
 * @module
 */
import { type ParameterSpec, sizeOf } from "./parameter_spec.ts";
import type { NamedTensor } from "./safetensors.ts";

/**
 * Draws a state dict of initial values.
 *
 * @param random gives uniform numbers in [0, 1).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Random } from "../random/random.ts";
 * import { networkOf } from "./networks.ts";
 *
 * const specs = networkOf("MinkUNet14Slim", 4).parameters();
 * const random = new Random(1);
 * const state = initialState(specs, () => random.uniform());
 * assert.deepEqual(state.get("conv0p1s1.kernel")!.shape, [27, 4, 16]);
 * ```
 */
export function initialState(
  specs: readonly ParameterSpec[],
  random: () => number,
): Map<string, NamedTensor> {
  const normal = () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  };
  const names = new Set(specs.map(({ name }) => name));
  return new Map(specs.map(({ name, kind, shape }) => {
    const data = new Float32Array(sizeOf(shape));
    if (kind === "kernel" && !names.has(name.replace(/kernel$/, "bias"))) {
      const [volume, outputs] = [shape.length === 3 ? shape[0]! : 1, shape.at(-1)!];
      const deviation = Math.sqrt(2 / (volume * outputs));
      data.forEach((_, i) => data[i] = deviation * normal());
    } else if (kind === "kernel") {
      const bound = 1 / Math.sqrt(sizeOf(shape.slice(0, -1)));
      data.forEach((_, i) => data[i] = bound * (2 * random() - 1));
    } else if (kind === "scale" || name.endsWith(".running_var")) data.fill(1);
    else if (kind === "layer scale") data.fill(1e-5);
    return [name, { shape, data }];
  }));
}
