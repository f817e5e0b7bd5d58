/**
 * What can go wrong with the GPU, as types that callers can tell apart.
 *
 * @module
 */

/** No adapter answers: there is neither a GPU nor a software Vulkan driver. */
export class GpuUnavailableError extends Error {
  /** The name of the class. */
  override name = "GpuUnavailableError";
}

/** The device was lost (driver reset, unplugged, destroyed). Open a fresh {@link Gpu} and start the work again. */
export class GpuLostError extends Error {
  /** The name of the class. */
  override name = "GpuLostError";
}

/** WebGPU refused a command: a mistake of ours. The message carries the labels of the objects concerned. */
export class GpuValidationError extends Error {
  /** The name of the class. */
  override name = "GpuValidationError";
}

/**
 * The work is too large: it passes a limit of the adapter, or of the integers that count voxels and rows. A smaller
 * scan or larger voxels mend it, so it is the caller's data that is at fault and not the program.
 */
export class CapacityError extends Error {
  /** The name of the class. */
  override name = "CapacityError";
}

/**
 * The GPU has no memory left for a buffer. Less at once mends it: smaller blocks, larger voxels, or an end of other programs
 * that use the GPU.
 */
export class GpuMemoryError extends Error {
  /** The name of the class. */
  override name = "GpuMemoryError";
}
