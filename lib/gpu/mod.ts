/**
 * The GPU as the rest of the program sees it. It knows nothing of networks.
 *
 * @module
 */
export { GpuBuffer, Ledger } from "./buffer.ts";
export { CapacityError, GpuLostError, GpuUnavailableError, GpuValidationError } from "./errors.ts";
export { groupsOf64, MAX_WORKGROUPS_PER_AXIS, splitGrid } from "./grid.ts";
export { Gpu, type GpuOptions } from "./gpu.ts";
export { GpuHost } from "./host.ts";
export {
  type Binding,
  type BufferSlice,
  type Kernel,
  type Launch,
  launch,
  type LaunchOptions,
} from "./kernel.ts";
export {
  type AnyParamValues,
  type NoParams,
  packParams,
  type ParamsLayout,
  type ParamType,
  type ParamValues,
  paramWords,
} from "./params.ts";
export { type KernelTime, Program } from "./program.ts";
