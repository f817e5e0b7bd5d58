/**
 * Whose fault an error is: a scan that passes a limit of the adapter or of the voxel grid is for the client to mend,
 * everything else is not.
 *
 * @module
 */
import { CapacityError, GpuMemoryError } from "../gpu/mod.ts";
import { blameMemory, MemoryError, ScanError } from "../scan/mod.ts";

/**
 * Replaces a {@link CapacityError} by a {@link ScanError} that tells the client what to do, the GPU's and the runtime's
 * want of memory by a {@link MemoryError}, and leaves every other error as it is.
 *
 * @param file name of the scan that was being labelled.
 */
export function blameScan(error: unknown, file: string): unknown {
  if (error instanceof GpuMemoryError) {
    return new MemoryError({
      file,
      action: "label",
      problem: "the GPU has too little memory for it",
      mend: "start the program with smaller blocks (--block-voxels), set a larger voxelSize, " +
        "or end other programs that use the GPU",
      cause: error,
    });
  }
  if (!(error instanceof CapacityError)) return blameMemory(error, file, "label");
  return new ScanError({
    file,
    action: "label",
    problem: error.message,
    mend: "cut the scan, take stray points out, or set another voxelSize",
    cause: error,
  });
}
