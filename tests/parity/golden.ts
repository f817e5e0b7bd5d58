/**
 * The golden folder: vectors made by MinkowskiEngine 0.5.4 itself. `TTTKD_GOLDEN` names it; any folder of the same form
 * will do, with some of its files or all. If the default folder is missing, the parity tests print that they are left
 * out; a folder that is named must exist and hold at least one case.
 */
import { join } from "node:path";
import { existsSync } from "node:fs";
import {
  type NamedTensor,
  readSafetensors,
  type SafetensorsFile,
} from "../../lib/nn/safetensors.ts";
import type { ParameterSpec } from "../../lib/nn/parameter_spec.ts";
import { fnv1a32, mix32 } from "./golden_formula.ts";

const NAMED = Deno.env.get("TTTKD_GOLDEN");
const FOLDER = NAMED ?? "../shared/golden";

/** Whether the folder was named, so that all its cases are wanted. */
export const IS_NAMED: boolean = NAMED !== undefined;

/** The single operations. */
export const SPARSE_OPS = "sparse_ops.safetensors";
/** A whole network in one mode. */
const NETWORK = /^MinkUNet.*\.(eval|train)\.safetensors$/;

/** The files of the folder that hold cases, by name. */
const FILES: string[] = (() => {
  if (NAMED === undefined && !existsSync(FOLDER)) {
    console.log(`Parity tests are left out: no folder ${FOLDER}; set TTTKD_GOLDEN`);
    return [];
  }
  const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort()
    .filter((name) => name === SPARSE_OPS || NETWORK.test(name));
  if (files.length === 0) {
    throw new Error(
      `Cannot test parity: ${FOLDER} holds neither ${SPARSE_OPS} nor MinkUNet*.eval.safetensors`,
    );
  }
  return files;
})();

/** Every key and shape of the golden networks, or null where the folder does not list them. */
export const GOLDEN_SHAPES: Record<string, Record<string, number[]>> | null = (() => {
  const file = join(FOLDER, "state_dict_shapes.json");
  return FILES.length > 0 && existsSync(file) ? JSON.parse(Deno.readTextFileSync(file)) : null;
})();

/** Whether the folder has the single operations. */
export const HAS_SPARSE_OPS: boolean = FILES.includes(SPARSE_OPS);

/** The whole networks that the folder has. */
export const NETWORK_FILES: readonly string[] = FILES.filter((name) => name !== SPARSE_OPS);

/** Reads one file of the folder. */
export async function golden(name: string): Promise<SafetensorsFile> {
  return readSafetensors(await Deno.readFile(join(FOLDER, name)), name);
}

/** Rows of a golden tensor as plain numbers. */
export function numbers(file: SafetensorsFile, name: string): Float32Array | Int32Array {
  const tensor = file.tensors.get(name);
  if (!tensor) throw new TypeError(`Cannot find "${name}" in the golden file`);
  return tensor.data as Float32Array | Int32Array;
}

/**
 * The weights of the golden networks, which follow from their names (the folder's README has the formula). Every product
 * and sum is computed in float32, with factors rounded to it first, as PyTorch does: in train mode the last bit of a
 * weight decides on which side of zero a ReLU's input lies, and that changes gradient norms by 1e-4.
 */
export function goldenState(specs: readonly ParameterSpec[]): Map<string, NamedTensor> {
  const { fround } = Math;
  const tenth = fround(0.1);
  return new Map(specs.map((spec) => {
    const { name, shape } = spec;
    const count = shape.reduce((product, size) => product * size, 1);
    const hash = fnv1a32(name);
    const data = new Float32Array(count);
    const fan = shape.length === 3 ? shape[0]! * shape[1]! : shape[0]!;
    const kernelScale = fround(Math.sqrt(6 / fan));
    for (let i = 0; i < count; i++) {
      const u = fround(mix32((i + hash) >>> 0) / 2 ** 32 * 2 - 1);
      data[i] = spec.kind === "kernel"
        ? u * kernelScale
        : spec.kind === "scale"
        ? 1 + fround(tenth * u)
        : name.endsWith(".running_var")
        ? 1 + 0.25 * Math.abs(u)
        : tenth * u;
    }
    return [name, { shape, data }];
  }));
}

/** Coordinates [N, 3] as a pyramid takes them, four words for each row. */
export function coordinateWords(coords: ArrayLike<number>): Int32Array {
  const words = new Int32Array(coords.length / 3 * 4);
  for (let i = 0; i < coords.length; i++) words[Math.floor(i / 3) * 4 + i % 3] = coords[i]!;
  return words;
}

/** Row indices by coordinate, to match MinkowskiEngine's order of rows with ours. */
export function rowsByCoordinate(coords: ArrayLike<number>, width: number): Map<string, number> {
  const rows = new Map<string, number>();
  for (let row = 0; row < coords.length / width; row++) {
    rows.set([0, 1, 2].map((axis) => coords[row * width + axis]).join(), row);
  }
  return rows;
}
