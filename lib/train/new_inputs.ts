/**
 * A student that is trained further may read more than before: the weights of new input features are zero at first, so
 * that it predicts what it predicted.
 *
 * @module
 */
import type { StudentFile } from "../models/students.ts";
import type { FeatureName } from "../nn/features.ts";
import { type ParameterSpec, sizeOf } from "../nn/parameter_spec.ts";
import type { NamedTensor } from "../nn/safetensors.ts";

/**
 * Gives the weights of a student for other input features, which may come in another order but include its own.
 *
 * @param specs the entries of the network that reads `features`.
 * @returns the weights; as they are where the features are the same or lack one of its own, which loading then refuses.
 */
export function withInputs(
  { card, tensors }: Pick<StudentFile, "card" | "tensors">,
  features: readonly FeatureName[],
  specs: readonly ParameterSpec[],
): ReadonlyMap<string, NamedTensor> {
  const old = card.features;
  if (`${old}` === `${features}` || !old.every((name) => features.includes(name))) return tensors;
  const result = new Map(tensors);
  for (const { name, kind, shape } of specs) {
    const tensor = tensors.get(name);
    if (kind !== "kernel" || !tensor || `${tensor.shape}` === `${shape}`) continue;
    // [K, Cin, Cout]: rows of Cout weights for each offset and feature.
    const outputs = shape.at(-1)!;
    const data = new Float32Array(sizeOf(shape));
    for (let offset = 0; offset < sizeOf(shape.slice(0, -2)); offset++) {
      features.forEach((feature, to) => {
        const from = old.indexOf(feature);
        for (let c = 0; from >= 0 && c < outputs; c++) {
          data[(offset * features.length + to) * outputs + c] = Number(
            tensor.data[(offset * old.length + from) * outputs + c],
          );
        }
      });
    }
    result.set(name, { shape: [...shape], data });
  }
  return result;
}
