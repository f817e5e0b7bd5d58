/**
 * Which matrix kernels a device runs, and whether they are right on it.
 *
 * @module
 */
export {
  type AdapterNotes,
  notesFolder,
  notesPath,
  readNotes,
  writeNotes,
} from "./adapter_notes.ts";
export {
  chooseKernels,
  type ChosenKernels,
  gpuHost,
  KernelError,
  openGpu,
} from "./choose_kernels.ts";
export { DRIVER_PATHS, DRIVER_VARIABLES } from "./driver_version.ts";
export { selfCheck } from "./self_check.ts";
