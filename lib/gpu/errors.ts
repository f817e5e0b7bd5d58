/**
 * What can go wrong with the GPU, as types that callers can tell apart.
 *
 * @module
 */

/** No adapter answers: there is neither a GPU nor a software Vulkan driver. */
export class GpuUnavailableError extends Error {
  override name = "GpuUnavailableError";
}

/** The device was lost (driver reset, unplugged, destroyed). Open a fresh {@link Gpu} and start the work again. */
export class GpuLostError extends Error {
  override name = "GpuLostError";
}

/** WebGPU refused a command: a mistake of ours. The message carries the labels of the objects concerned. */
export class GpuValidationError extends Error {
  override name = "GpuValidationError";
}

/**
 * The work is too large: it passes a limit of the adapter, or of the integers that count voxels and rows. A smaller
 * scan or larger voxels mend it, so it is the caller's data that is at fault and not the program.
 */
export class CapacityError extends Error {
  override name = "CapacityError";
}
