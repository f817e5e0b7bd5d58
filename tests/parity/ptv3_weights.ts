/** The weights of Point Transformers by the formula of the golden vectors, under Pointcept's names and in its layouts. */
import type { ParameterSpec } from "../../lib/nn/parameter_spec.ts";
import type { NamedTensor } from "../../lib/nn/safetensors.ts";
import { fnv1a32, mix32 } from "./golden_formula.ts";

/** The name and shape that an entry has in Pointcept's state dict of a segmentor. */
export function pointceptEntry({ name, part, kind, shape }: ParameterSpec): {
  name: string;
  shape: readonly number[];
} {
  const renamed = name.replace(/^final\./, "seg_head.").replace(/\.kernel$/, ".weight");
  const key = part === "backbone" ? `backbone.${renamed}` : renamed;
  if (kind === "bias") return { name: key, shape: shape.slice(1) };
  if (kind !== "kernel") return { name: key, shape };
  const [cin, cout] = shape.slice(-2) as [number, number];
  if (shape.length === 2) return { name: key, shape: [cout, cin] };
  const edge = Math.round(Math.cbrt(shape[0]!));
  return { name: key, shape: [cout, edge, edge, edge, cin] };
}

/** The formula's numbers in [-1, 1) for a name. */
export function goldenNumbers(name: string, count: number): Float32Array {
  const hash = fnv1a32(name);
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = mix32((i + hash) >>> 0) / 2 ** 32 * 2 - 1;
  return numbers;
}

/** The weights of a case in Pointcept's layout: every product and sum is rounded to float32. */
export function pointceptState(specs: readonly ParameterSpec[]): Map<string, NamedTensor> {
  const { fround } = Math;
  const tenth = fround(0.1);
  return new Map(specs.map((spec) => {
    const { name, shape } = pointceptEntry(spec);
    const data = goldenNumbers(name, shape.reduce((product, size) => product * size, 1));
    const scale = fround(
      Math.sqrt(6 / shape.slice(1).reduce((product, size) => product * size, 1)),
    );
    const weigh = spec.kind === "kernel"
      ? (u: number) => u * scale
      : spec.kind === "scale" || spec.kind === "layer scale"
      ? (u: number) => 1 + fround(tenth * u)
      : spec.kind === "table" || spec.kind === "token"
      ? (u: number) => u
      : name.endsWith(".running_var")
      ? (u: number) => 1 + 0.25 * Math.abs(u)
      : (u: number) => tenth * u;
    for (let i = 0; i < data.length; i++) data[i] = weigh(data[i]!);
    return [name, { shape, data }];
  }));
}
