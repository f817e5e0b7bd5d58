/**
 * The checkpoints of other programs, in either of the formats that they have.
 *
 * @module
 */
import { CheckpointError, type NamedTensor, readSafetensors } from "./safetensors.ts";
import { isTorch, readTorch } from "./torch/mod.ts";

/** How a pickle begins, which PyTorch wrote without an archive before 1.6. */
const PICKLE = 0x80;

/**
 * Reads a safetensors file, or one of `torch.save`.
 *
 * @param file name of the file, for errors.
 * @throws {CheckpointError} naming the entry that is wrong.
 */
export function readCheckpoint(
  bytes: Uint8Array,
  file: string,
): ReadonlyMap<string, NamedTensor> {
  if (isTorch(bytes)) return readTorch(bytes, file);
  if (bytes[0] === PICKLE && bytes[1]! <= 5) {
    throw new CheckpointError(
      `Cannot read ${file}: it is a pickle as PyTorch wrote them before 1.6; load it there, and save ` +
        "its state_dict() again",
    );
  }
  return readSafetensors(bytes, file).tensors;
}
