/**
 * What can be known of the version of a GPU driver. WebGPU does not tell it, so it is taken from what changes with it.
 *
 * @module
 */

/** Folders of the Vulkan loader's manifests; a package of a driver has its own. */
const MANIFESTS = ["/etc/vulkan/icd.d", "/usr/share/vulkan/icd.d"];
/** Where NVIDIA's kernel module names its version. */
const NVIDIA = "/proc/driver/nvidia/version";
/** Variables that choose another manifest. */
export const DRIVER_VARIABLES = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"];
/** Paths that {@link driverVersion} reads. */
export const DRIVER_PATHS = [...MANIFESTS, NVIDIA];

/** A text that is another one once the driver, the system or the WebGPU of Deno is another one. */
export async function driverVersion(): Promise<string> {
  const known = [Deno.version.deno, Deno.build.target];
  // Elsewhere drivers come with the system.
  if (Deno.build.os !== "linux") return [...known, Deno.osRelease()].join("; ");
  known.push(...DRIVER_VARIABLES.map((name) => Deno.env.get(name) ?? ""));
  for (const folder of MANIFESTS) known.push(...await manifestsIn(folder));
  known.push((await Deno.readTextFile(NVIDIA).catch(() => "")).split("\n")[0]!);
  return known.filter((text) => text !== "").join("; ");
}

/** Names and times of the manifests in a folder: packages keep the time at which they were built. */
async function manifestsIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const { mtime } = await Deno.stat(`${folder}/${name}`);
      found.push(`${name} ${mtime?.toISOString().slice(0, 10)}`);
    }
  } catch {
    // Another loader keeps them elsewhere; then they tell nothing.
  }
  return found.sort();
}
