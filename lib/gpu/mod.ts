/**
 * The GPU as the rest of the program sees it. It knows nothing of networks.
 *
 * @module
 */
export { GpuBuffer, Ledger } from "./buffer.ts";
export {
  CapacityError,
  GpuLostError,
  GpuMemoryError,
  GpuUnavailableError,
  GpuValidationError,
} from "./errors.ts";
export { groupsOf64, MAX_WORKGROUPS_PER_AXIS, splitGrid } from "./grid.ts";
export { Gpu, type GpuOptions, type WordArray } from "./gpu.ts";
export { GpuHost } from "./host.ts";
export {
  type Binding,
  type BufferSlice,
  type Extent,
  type Kernel,
  type KernelWork,
  type Launch,
  launch,
  type LaunchOptions,
  WINDOW_BYTES,
} from "./kernel.ts";
export {
  HARDWARE_SETTINGS,
  type HardwareSetting,
  inPrecision,
  KERNEL_CHOICES,
  type KernelChoice,
  type KernelSetting,
  type SettingAdapter,
  settingsFor,
  SOFTWARE_SETTING,
  type SoftwareSetting,
  workgroupBytes,
} from "./kernel_setting.ts";
export {
  inStoredPrecision,
  kernelText,
  lossScaleOf,
  ROW_PRECISIONS,
  type RowPrecision,
} from "./row_storage.ts";
export {
  type AnyParamValues,
  type NoParams,
  packParams,
  type ParamsLayout,
  type ParamType,
  type ParamTypeValues,
  type ParamValues,
  paramWords,
} from "./params.ts";
export { type KernelTime, type Pipeline, Program, type ProgramDevice } from "./program.ts";
export { Stopwatch, type StopwatchDevice } from "./stopwatch.ts";
export { requestAdapter } from "./vulkan.ts";
