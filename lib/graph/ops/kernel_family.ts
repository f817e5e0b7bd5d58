/**
 * The choice between the two families of matrix kernels.
 *
 * @module
 */
import type { KernelSetting } from "../../gpu/mod.ts";
import { hardwareKernels } from "./hardware_kernels.ts";
import type { MatrixKernels } from "./matrix_kernels.ts";
import { SOFTWARE_KERNELS } from "./software_kernels.ts";

/** The matrix kernels of a setting. */
export function matrixKernels(setting: KernelSetting): MatrixKernels {
  return setting.family === "software" ? SOFTWARE_KERNELS : hardwareKernels(setting);
}
