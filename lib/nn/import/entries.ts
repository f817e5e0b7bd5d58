/**
 * The values of entries in another engine's checkpoint: in which layout they are, and how they become ours.
 *
 * @module
 */
import type { ParameterSpec } from "../parameter_spec.ts";
import type { ForeignTensor } from "../safetensors.ts";
import { type CheckpointFormat, type KernelLayout, transposed } from "./format.ts";
import { ImportError } from "./import_error.ts";

/**
 * Finds the layout in which all kernels have the shapes of the file; the usual one where none fits.
 *
 * @throws {ImportError} where several layouts fit.
 */
export function findLayout(
  format: CheckpointFormat,
  given: ReadonlyMap<string, ForeignTensor>,
  found: ReadonlyMap<ParameterSpec, string>,
): string {
  const kernels = [...found].filter(([{ kind }, name]) =>
    kind === "kernel" && !isLinear(name, given.get(name)!)
  );
  const fitting = Object.entries(format.layouts).filter(([, layout]) =>
    kernels.every(([spec, name]) => hasShape(given.get(name)!, layout.shapes(spec.shape)))
  ).map(([name]) => name);
  if (fitting.length > 1) {
    throw new ImportError(
      `Cannot import the checkpoint: its shapes fit the layouts ${fitting.join(" and ")}; say ` +
        "which with --layout",
    );
  }
  return fitting[0] ?? Object.keys(format.layouts)[0]!;
}

function hasShape({ shape }: ForeignTensor, shapes: readonly (readonly number[])[]): boolean {
  return shapes.some((candidate) => candidate.join() === shape.join());
}

/** Whether an entry is the weight of PyTorch's own linear layer, [Cout, Cin]. */
function isLinear(name: string, { shape }: ForeignTensor): boolean {
  return name.endsWith(".weight") && shape.length === 2;
}

/** Converts the values of an entry to our layout, or says what is wrong with them. */
export function readEntry(
  spec: ParameterSpec,
  name: string,
  tensor: ForeignTensor,
  layout: KernelLayout,
): Float32Array | string {
  if ("unread" in tensor) return tensor.unread;
  const { shape, data } = tensor;
  if (!(data instanceof Float32Array)) return "holds whole numbers, not floats";
  if (!data.every(Number.isFinite)) return "holds numbers that are not finite";
  if (spec.kind !== "kernel") {
    const shapes = spec.kind === "bias" ? [spec.shape, spec.shape.slice(-1)] : [spec.shape];
    return hasShape(tensor, shapes) ? data : `is [${shape}], not [${shapes[0]}]`;
  }
  const [cin, cout] = spec.shape.slice(-2) as [number, number];
  if (spec.part === "classes" && isLinear(name, tensor)) {
    return hasShape(tensor, [[cout, cin]])
      ? transposed(data, cin, cout)
      : `is [${shape}], not [${[cout, cin]}]`;
  }
  const shapes = layout.shapes(spec.shape);
  return hasShape(tensor, shapes)
    ? layout.toMinkowski(data, spec.shape)
    : `is [${shape}], not [${shapes[0]}]`;
}
