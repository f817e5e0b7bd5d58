/**
 * `deno task bench --tune`: times the settings of the matrix kernels on the adapter at hand, and writes down the fastest for
 * the program to read. The layers are those of a MinkUNet on the surface of a room; what counts is the time of all.
 */
import { type Gpu, type KernelSetting, settingsFor } from "../../lib/gpu/mod.ts";
import { notesPath, readNotes, selfCheck, writeNotes } from "../../lib/kernel_choice/mod.ts";
import { benchLayers, roomMaps } from "./convolution.ts";
import { tableLine } from "./measure.ts";

/** Prints the milliseconds of each setting, and writes the fastest into the notes on the adapter. */
export async function tune(gpu: Gpu, rounds: number): Promise<void> {
  const notes = await readNotes(gpu.adapterName);
  const times = new Map<KernelSetting, number>();
  for (const setting of settingsFor(gpu, "auto")) {
    const fault = notes.verdicts[setting.name] ??= await selfCheck(gpu, setting);
    if (fault !== null) console.log(`${setting.name} is left out: ${fault}`);
  }
}
