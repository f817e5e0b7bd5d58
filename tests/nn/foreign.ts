/**
 * Our state dicts as other engines would save them. Kernels are permuted offset by offset, by MinkowskiEngine's list of
 * offsets, so that nothing here shares a formula with the import.
 */
import type { ParameterSpec } from "../../lib/nn/parameter_spec.ts";
import type { NamedTensor } from "../../lib/nn/safetensors.ts";
import { kernelOffsets } from "../../lib/sparse/kernel_map.ts";
import { goldenState } from "../parity/golden.ts";

type State = Map<string, NamedTensor>;

/** Visits every weight of a kernel of several offsets. */
function forEachWeight(
  shape: readonly number[],
  visit: (offset: number[], cin: number, cout: number, place: number) => void,
): void {
  const [volume, inputs, outputs] = shape as [number, number, number];
  const offsets = kernelOffsets(Math.cbrt(volume), 1);
  const least = Math.min(...offsets.flat());
  offsets.forEach((offset, k) => {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) {
        visit(offset.map((at) => at - least), i, o, (k * inputs + i) * outputs + o);
      }
    }
  });
}

function mapped(
  state: ReadonlyMap<string, NamedTensor>,
  specs: readonly ParameterSpec[],
  convert: (spec: ParameterSpec, data: Float32Array) => [name: string, tensor: NamedTensor],
): State {
  return new Map(
    specs.map((spec) => convert(spec, state.get(spec.name)!.data as Float32Array)),
  );
}

/** As spconv saves it: `.weight` in a layout of five axes, batch norm without a wrapper. */
export function asSpconv(
  state: ReadonlyMap<string, NamedTensor>,
  specs: readonly ParameterSpec[],
  layout: "KRSC" | "RSKC" | "RSCK" = "KRSC",
): State {
  return mapped(state, specs, ({ name, kind, shape }, data) => {
    if (kind === "bias") return [name, { shape: [shape[1]!], data }];
    if (kind !== "kernel") return [name.replace(".bn.", "."), { shape, data }];
    const [edge, cin, cout] = shape.length === 2
      ? [1, ...shape as [number, number]]
      : [Math.cbrt(shape[0]!), shape[1]!, shape[2]!];
    const axes = { K: [cout], R: [edge, edge, edge], S: [], C: [cin] };
    const shapeThere = [...layout].flatMap((axis) => axes[axis as keyof typeof axes]);
    const renamed = name.replace(/kernel$/, "weight");
    // The values of a kernel of one offset keep their order: spconv reads them as [Cin, Cout].
    if (edge === 1) return [renamed, { shape: shapeThere, data }];
    const there = new Float32Array(data.length);
    forEachWeight(shape, ([x, y, z], i, o, place) => {
      const index = { K: [o], R: [x!, y!, z!], S: [], C: [i] };
      const at = [...layout].flatMap((axis) => index[axis as keyof typeof index]);
      there[at.reduce((sum, value, axis) => sum * shapeThere[axis]! + value, 0)] = data[place]!;
    });
    return [renamed, { shape: shapeThere, data: there }];
  });
}

/** As torchsparse saves it: offsets of kernels of even volume are sorted by x, then y, then z. */
export function asTorchsparse(
  state: ReadonlyMap<string, NamedTensor>,
  specs: readonly ParameterSpec[],
): State {
  return mapped(state, specs, ({ name, kind, shape }, data) => {
    if (kind === "bias") return [name, { shape: [shape[1]!], data }];
    if (kind !== "kernel") return [name.replace(".bn.", "."), { shape, data }];
    if (shape.length === 2 || shape[0]! % 2 === 1) return [name, { shape, data }];
    const sorted = kernelOffsets(Math.cbrt(shape[0]!), 1)
      .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]).map(String);
    const there = new Float32Array(data.length);
    forEachWeight(shape, (offset, i, o, place) => {
      const k = sorted.indexOf(String(offset));
      there[(k * shape[1]! + i) * shape[2]! + o] = data[place]!;
    });
    return [name, { shape, data: there }];
  });
}

/** As MinkowskiEngine saves it: with an axis for kernels of one offset, and counters of batches. */
export function asMinkowski(
  state: ReadonlyMap<string, NamedTensor>,
  specs: readonly ParameterSpec[],
): State {
  const there = mapped(
    state,
    specs,
    ({ name, kind, shape }, data) =>
      kind === "kernel" && shape.length === 2
        ? [name, { shape: [1, ...shape], data }]
        : [name, { shape, data }],
  );
  for (const { name } of specs.filter(({ name }) => name.endsWith("running_var"))) {
    const counter = name.replace("running_var", "num_batches_tracked");
    there.set(counter, { shape: [], data: BigInt64Array.of(7n) });
  }
  return there;
}

/** The state with a prefix before every name, or before those that `isIt` picks. */
export function prefixed(
  state: ReadonlyMap<string, NamedTensor>,
  prefix: string,
  isIt: (name: string) => boolean = () => true,
): State {
  return new Map([...state].map(([name, value]) => [isIt(name) ? prefix + name : name, value]));
}

/** A checkpoint as Pointcept saves a SpUNet, filled by the formula of the golden vectors. */
export function goldenSpconv(specs: readonly ParameterSpec[]): Map<string, NamedTensor> {
  const renamed = specs.map((spec) => ({ ...spec, name: spec.name.replace(/kernel$/, "weight") }));
  return new Map(
    [...goldenState(renamed)].map(([name, { shape, data }], i) => {
      if (specs[i]!.kind === "bias") return [name, { shape: shape.slice(1), data }];
      if (specs[i]!.kind !== "kernel") return [name, { shape, data }];
      const edge = shape.length === 2 ? 1 : Math.cbrt(shape[0]!);
      return [name, { shape: [shape.at(-1)!, edge, edge, edge, shape.at(-2)!], data }];
    }),
  );
}
