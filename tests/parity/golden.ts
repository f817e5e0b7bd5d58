/**
 * The golden folder: vectors made by MinkowskiEngine 0.5.4 itself. `TTTKD_GOLDEN` names it; any folder of
 * the same form will do. Without one the parity tests say that they were left out.
 */
import { join } from "node:path";
import { existsSync } from "node:fs";
import {
  type NamedTensor,
  readSafetensors,
  type SafetensorsFile,
} from "../../lib/nn/safetensors.ts";
import type { ParameterSpec } from "../../lib/nn/parameters.ts";

/** The folder, or null where there is none. */
export const GOLDEN: string | null = (() => {
  const folder = Deno.env.get("TTTKD_GOLDEN") ?? "../shared/golden";
  if (existsSync(folder)) return folder;
  console.log(`Parity tests are left out: no folder ${folder}; set TTTKD_GOLDEN`);
  return null;
})();

/** Reads one file of the folder. */
export async function golden(name: string): Promise<SafetensorsFile> {
  return readSafetensors(await Deno.readFile(join(GOLDEN!, name)), name);
}

/** Rows of a golden tensor as plain numbers. */
export function numbers(file: SafetensorsFile, name: string): Float32Array | Int32Array {
  const tensor = file.tensors.get(name);
  if (!tensor) throw new TypeError(`Cannot find "${name}" in the golden file`);
  return tensor.data as Float32Array | Int32Array;
}

function mix32(x: number): number {
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return (x ^ x >>> 16) >>> 0;
}

function fnv1a32(text: string): number {
  let hash = 2166136261;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 16777619);
  return hash >>> 0;
}

/** The weights of the golden networks: they follow from their names (formula in the folder's README). */
export function goldenState(specs: readonly ParameterSpec[]): Map<string, NamedTensor> {
  return new Map(specs.map((spec) => {
    const { name, shape } = spec;
    const count = shape.reduce((product, size) => product * size, 1);
    const hash = fnv1a32(name);
    const data = new Float32Array(count);
    const fan = shape.length === 3 ? shape[0]! * shape[1]! : shape[0]!;
    const kernelScale = Math.sqrt(6 / fan);
    for (let i = 0; i < count; i++) {
      const u = Math.fround(mix32((i + hash) >>> 0) / 2 ** 32 * 2 - 1);
      data[i] = spec.kind === "kernel"
        ? u * kernelScale
        : spec.kind === "scale"
        ? 1 + 0.1 * u
        : name.endsWith(".running_var")
        ? 1 + 0.25 * Math.abs(u)
        : 0.1 * u;
    }
    return [name, { shape, data }];
  }));
}

/** Coordinates [N, 3] as a pyramid takes them: four words a row. */
export function coordinateWords(coords: ArrayLike<number>): Int32Array {
  const words = new Int32Array(coords.length / 3 * 4);
  for (let i = 0; i < coords.length; i++) words[Math.floor(i / 3) * 4 + i % 3] = coords[i]!;
  return words;
}

/** Positions of rows by coordinate, to match MinkowskiEngine's row order with ours. */
export function rowsByCoordinate(coords: ArrayLike<number>, width: number): Map<string, number> {
  const rows = new Map<string, number>();
  for (let row = 0; row < coords.length / width; row++) {
    rows.set([0, 1, 2].map((axis) => coords[row * width + axis]).join(), row);
  }
  return rows;
}
