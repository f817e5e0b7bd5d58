/**
 * All kernels of the program, by the folders that they stand in.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/mod.ts";

const KERNELS = new URL("../../kernels/", import.meta.url);

/** A folder of kernels. */
export interface KernelFolder {
  readonly records: readonly Kernel[];
  /** WGSL text by file name. */
  readonly files: ReadonlyMap<string, string>;
}

/** The folders, by name. */
export async function kernelFolders(): Promise<KernelFolder[]> {
  const names = [...Deno.readDirSync(KERNELS)].filter((entry) => entry.isDirectory);
  const folders: KernelFolder[] = [];
  for (const name of names.map((entry) => entry.name).sort()) {
    const folder = new URL(`${name}/`, KERNELS);
    const exported: Record<string, Kernel> = await import(new URL("records.ts", folder).href);
    const files = [...Deno.readDirSync(folder)].map((file) => file.name)
      .filter((file) => file.endsWith(".wgsl"))
      .map((file) => [file, Deno.readTextFileSync(new URL(file, folder))] as const);
    folders.push({ records: Object.values(exported), files: new Map(files) });
  }
  return folders;
}
