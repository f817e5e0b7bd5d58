/**
 * Initial weights, from a seed: Kaiming normal (He et al. 2015, fan out, ReLU gain) for all kernels of
 * the backbone; PyTorch's uniform bound for the heads; 1 and 0 for batch norm.
 *
 * @module
 */
import type { ParameterSpec } from "./parameters.ts";
import type { NamedTensor } from "./safetensors.ts";

/** A state dict of initial values; `random` gives numbers in [0, 1). */
export function initialState(
  specs: readonly ParameterSpec[],
  random: () => number,
): Map<string, NamedTensor> {
  const normal = () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  };
  return new Map(specs.map((spec) => {
    const count = spec.shape.reduce((product, size) => product * size, 1);
    const data = new Float32Array(count);
    if (spec.kind === "kernel") {
      const volume = spec.shape.length === 3 ? spec.shape[0]! : 1;
      if (spec.part === "backbone") {
        const deviation = Math.sqrt(2 / (volume * spec.shape.at(-1)!));
        data.forEach((_, i) => data[i] = deviation * normal());
      } else {
        const bound = 1 / Math.sqrt(spec.shape[0]!);
        data.forEach((_, i) => data[i] = bound * (2 * random() - 1));
      }
    } else if (spec.kind === "scale" || spec.name.endsWith(".running_var")) data.fill(1);
    return [spec.name, { shape: spec.shape, data }];
  }));
}
