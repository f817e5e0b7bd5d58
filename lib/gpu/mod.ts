/**
 * The GPU as the rest of the program sees it. It knows nothing of networks.
 *
 * @module
 */
export { GpuBuffer, Ledger } from "./buffer.ts";
export { GpuLostError, GpuUnavailableError, GpuValidationError } from "./errors.ts";
export { MAX_WORKGROUPS_PER_AXIS, splitGrid } from "./grid.ts";
export { Gpu, type GpuOptions } from "./gpu.ts";
export { GpuHost } from "./host.ts";
export { type Binding, type BufferSlice, f32bits, type Kernel, type Launch } from "./kernel.ts";
export { type KernelTime, Program } from "./program.ts";
