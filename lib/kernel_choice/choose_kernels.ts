/**
 * Chooses the matrix kernels of a device: the best setting of those that the self-check finds right.
 *
 * @module
 */
import { Gpu, GpuHost, type GpuOptions, type KernelChoice, settingsFor } from "../gpu/mod.ts";
import { type AdapterNotes, notesPath, readNotes, writeNotes } from "./adapter_notes.ts";
import { selfCheck } from "./self_check.ts";

/** No setting of the matrix kernels is right on this device. */
export class KernelError extends Error {
  /** The name of the class. */
  override name = "KernelError";
}

/** What was chosen for a device, and what was left out. */
export interface ChosenKernels {
  /** What is known of the adapter. */
  readonly notes: AdapterNotes;
  /** Settings that would have been better but are wrong on this device, and what is wrong. */
  readonly leftOut: readonly { readonly name: string; readonly fault: string }[];
}

/**
 * Has a device run the best setting that is right on it. Settings that are not known to be right with this driver are checked
 * now; one that is right is not checked again, one that is wrong is, since it may be mended.
 *
 * @param folder of the notes on adapters.
 * @param again has settings checked that are known to be right as well.
 * @throws {KernelError} where none is right.
 * @throws {GpuLostError} where the device is lost meanwhile.
 */
export async function chooseKernels(
  gpu: Gpu,
  choice: KernelChoice = "auto",
  folder?: string,
  again = false,
): Promise<ChosenKernels> {
  const notes = await readNotes(gpu.adapterName, folder);
  const leftOut: { name: string; fault: string }[] = [];
  for (const setting of settingsFor(gpu, choice, notes.fastest, gpu.kernels.precision)) {
    const { name } = setting;
    const isKnown = notes.verdicts[name] === null;
    const fault = isKnown && !again ? null : await selfCheck(gpu, setting);
    if (isKnown !== (fault === null)) {
      if (fault === null) notes.verdicts[name] = null;
      else delete notes.verdicts[name];
      // A folder that cannot be written to costs another check the next time.
      await writeNotes(notes, folder).catch(() => {});
    }
    if (fault === null) {
      gpu.kernels = setting;
      return { notes, leftOut };
    }
    leftOut.push({ name, fault });
  }
  throw new KernelError(
    `Cannot compute on ${gpu.adapterName}: ${
      leftOut.map(({ name, fault }) => `with kernels ${name}, ${fault}`).join("; ")
    }; install another version of its driver` +
      (choice === "auto" ? "" : ", or leave the choice of kernels to the adapter") +
      ` (what was right is kept in ${notesPath(gpu.adapterName, folder)}, faults are not)`,
  );
}

/**
 * Opens a device that runs the best matrix kernels that are right on it.
 *
 * @throws {GpuUnavailableError} where there is no adapter.
 * @throws {KernelError} where no kernels are right on it.
 */
export async function openGpu(options: GpuOptions = {}): Promise<Gpu> {
  const gpu = await Gpu.open(options);
  try {
    await chooseKernels(gpu, options.kernels);
    return gpu;
  } catch (error) {
    gpu.destroy();
    throw error;
  }
}

/** A host whose devices run the best matrix kernels that are right on them. */
export function gpuHost(options: GpuOptions = {}): GpuHost {
  return new GpuHost(options, openGpu);
}
