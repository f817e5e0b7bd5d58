/**
 * What can go wrong with the GPU, as types that callers can tell apart.
 *
 * @module
 */

/** No adapter: neither hardware nor a software Vulkan driver answers. */
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
