/**
 * Corrections that are remembered, as a file in the safetensors format.
 *
 * @module
 */
import { CheckpointError, readSafetensors, writeSafetensors } from "../../nn/safetensors.ts";
import type { RememberedCorrections } from "../../ttt/corrections.ts";

/** Makes the file. */
export function rememberedBytes(
  { width, descriptions, classes }: RememberedCorrections,
): Uint8Array<ArrayBuffer> {
  const count = classes.length;
  const tensors = new Map([
    ["descriptions", { shape: [count, width], data: descriptions }],
    ["classes", { shape: [count], data: Float32Array.from(classes) }],
  ]);
  return writeSafetensors({ tensors, metadata: {} });
}

/**
 * Reads the file.
 *
 * @throws {CheckpointError} naming the file where it is none that {@link rememberedBytes} made.
 */
export function readRemembered(bytes: Uint8Array, path: string): RememberedCorrections {
  const { tensors } = readSafetensors(bytes, path);
  const [said, classes] = [tensors.get("descriptions"), tensors.get("classes")];
  const [count, width] = said?.shape ?? [];
  const isWhole = said?.data instanceof Float32Array && classes?.data instanceof Float32Array &&
    width !== undefined && classes.data.length === count;
  if (!isWhole) throw new CheckpointError(`Cannot read ${path}: it has no corrections`);
  return { width, descriptions: said.data, classes: Uint8Array.from(classes.data) };
}
