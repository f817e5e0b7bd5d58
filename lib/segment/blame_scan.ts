/**
 * Whose fault an error is: a scan that passes a limit of the adapter or of the voxel grid is for the client to mend,
 * everything else is not.
 *
 * @module
 */
import { CapacityError } from "../gpu/mod.ts";
import { blameMemory, ScanError } from "../scan/mod.ts";

/**
 * Replaces a {@link CapacityError} by a {@link ScanError} that tells the client what to do, the runtime's want of memory
 * by a `MemoryError`, and leaves every other error as it is.
 *
 * @param file name of the scan that was being labelled.
 */
export function blameScan(error: unknown, file: string): unknown {
  if (!(error instanceof CapacityError)) return blameMemory(error, file, "label");
  return new ScanError({
    file,
    action: "label",
    problem: error.message,
    mend: "cut the scan, take stray points out, or set another voxelSize",
    cause: error,
  });
}
