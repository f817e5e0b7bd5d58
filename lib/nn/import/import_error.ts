/**
 * The error of an import.
 *
 * @module
 */
import { CheckpointError } from "../safetensors.ts";

/** A checkpoint that does not fit the network. */
export class ImportError extends CheckpointError {
  /** Name of the class. */
  override name = "ImportError";

  /** @param differences every entry that does not fit; the message lists the first of them. */
  constructor(message: string, readonly differences: readonly string[] = []) {
    super(message);
  }
}
