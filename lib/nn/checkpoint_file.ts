/**
 * The checkpoints of other programs, in either of the formats that they have.
 *
 * @module
 */
import { type Checkpoint, CheckpointError, readForeignSafetensors } from "./safetensors.ts";
import { isTorch, readTorch } from "./torch/mod.ts";

/** How a pickle begins, which PyTorch wrote without an archive before 1.6. */
const PICKLE = 0x80;

/**
 * Reads a safetensors file, or one of `torch.save`.
 *
 * @param file name of the file, for errors.
 * @param entry name of the dictionary of tensors to take, where a file of `torch.save` has several.
 * @throws {CheckpointError} naming the entry that is wrong, or the dictionaries to choose from.
 */
export function readCheckpoint(bytes: Uint8Array, file: string, entry?: string): Checkpoint {
  if (isTorch(bytes)) return readTorch(bytes, file, entry);
  if (bytes[0] === PICKLE && bytes[1]! <= 5) {
    throw new CheckpointError(
      `Cannot read ${file}: it is a pickle as PyTorch wrote them before 1.6; load it there, and save ` +
        "its state_dict() again",
    );
  }
  const { tensors } = readForeignSafetensors(bytes, file);
  if (entry !== undefined) {
    throw new CheckpointError(
      `Cannot read ${file}: a safetensors file has no dictionary "${entry}"; leave out --entry`,
    );
  }
  return { tensors, dictionary: null, others: [], config: null };
}
