/**
 * What is known of the matrix kernels on an adapter, in a file of its own under the models folder: which settings the
 * self-check found right, and which was measured to be the fastest.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import * as attention from "../../kernels/attention/records.ts";
import * as elementwise from "../../kernels/elementwise/records.ts";
import * as matmul from "../../kernels/matmul/records.ts";
import * as norm from "../../kernels/norm/records.ts";
import * as serialization from "../../kernels/serialization/records.ts";
import * as sparse from "../../kernels/sparse/records.ts";
import { driverVersion } from "./driver_version.ts";
import { type Kernel, kernelText } from "../gpu/mod.ts";
import { modelsFolder } from "../teacher/mod.ts";
import { exactly } from "../validation/mod.ts";

/** What is known of the matrix kernels on one adapter. */
export interface AdapterNotes {
  /** The name of the adapter. */
  adapter: string;
  /** Name of the setting that was measured to be the fastest. */
  fastest?: string;
  /** The driver and the kernels for which the verdicts hold. */
  checked: string;
  /** The settings that the self-check found right: null for each. Faults are not kept, since people mend drivers. */
  verdicts: Record<string, null>;
}

/** Before, faults were kept as well. */
type NotesFile = Omit<AdapterNotes, "verdicts"> & { verdicts: Record<string, string | null> };

const schema = exactly<NotesFile>()({
  adapter: z.string(),
  fastest: z.string().exactOptional(),
  checked: z.string(),
  verdicts: z.record(z.string(), z.string().nullable()),
});

/** Gives the folder of the notes. */
export function notesFolder(): string {
  return join(modelsFolder(), "kernels");
}

/** Gives the file with the notes on an adapter. */
export function notesPath(adapter: string, folder: string = notesFolder()): string {
  return join(folder, `${adapter.replaceAll(/[^\w.-]+/g, "_")}.json`);
}

/**
 * Reads the notes on an adapter. Verdicts on another driver, or on other kernels, are left out, and so are faults; a file that
 * is missing or damaged says nothing.
 */
export async function readNotes(adapter: string, folder?: string): Promise<AdapterNotes> {
  const checked = `${await driverVersion()}; kernels ${kernelHash()}`;
  try {
    const text = await Deno.readTextFile(notesPath(adapter, folder));
    const { fastest, ...notes } = schema.parse(JSON.parse(text));
    return {
      adapter,
      ...(fastest === undefined ? {} : { fastest }),
      checked,
      verdicts: notes.checked === checked ? rightOnes(notes.verdicts) : {},
    };
  } catch {
    return { adapter, checked, verdicts: {} };
  }
}

/**
 * Writes the notes on an adapter.
 *
 * @throws {Error} where the folder cannot be written to.
 */
export async function writeNotes(
  notes: AdapterNotes,
  folder: string = notesFolder(),
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const path = notesPath(notes.adapter, folder);
  // Renamed when it is whole, since other processes may read it.
  const unfinished = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(unfinished, `${JSON.stringify(notes, null, 2)}\n`);
  await Deno.rename(unfinished, path);
}

function rightOnes(verdicts: NotesFile["verdicts"]): AdapterNotes["verdicts"] {
  const right = Object.entries(verdicts).filter(([, fault]) => fault === null);
  return Object.fromEntries(right.map(([name]) => [name, null]));
}

/** The kernels that the self-check runs, or some of their folders' others. */
const CHECKED = { attention, elementwise, matmul, norm, serialization, sparse };

/** A hash of the kernels' text. */
function kernelHash(): string {
  const hash = createHash("sha256");
  for (const kernel of Object.values(CHECKED).flatMap((folder) => Object.values<Kernel>(folder))) {
    hash.update(kernelText(kernel)).update(kernelText(kernel, Object.keys(kernel.rows ?? {})));
  }
  return hash.digest("hex").slice(0, 16);
}
