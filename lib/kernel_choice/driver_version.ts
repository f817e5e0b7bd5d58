/**
 * What can be known of the version of a GPU driver. WebGPU does not tell it, so it is taken from what changes with it.
 *
 * @module
 */

/** Folders of the Vulkan loader's manifests; a package of a driver has its own. */
const MANIFESTS = ["/etc/vulkan/icd.d", "/usr/share/vulkan/icd.d"];
/** Where NVIDIA's kernel module names its version. */
const NVIDIA = "/proc/driver/nvidia/version";
/** Variables that choose other manifests. */
const MANIFEST_VARIABLES = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"];
/** Variables that choose another driver. */
export const DRIVER_VARIABLES = [...MANIFEST_VARIABLES, "DENO_WEBGPU_BACKEND"];
/** Paths that {@link driverVersion} reads. */
export const DRIVER_PATHS = [...MANIFESTS, NVIDIA];

/** What {@link driverVersion} looks at. */
export interface DriverTraces {
  /** The system. */
  readonly os: typeof Deno.build.os;
  /** Folders of manifests. */
  readonly manifests: readonly string[];
  /** Where NVIDIA's kernel module names its version. */
  readonly nvidia: string;
  /** Today. */
  readonly now: Date;
}

/**
 * A text that is another one once the driver, the system, the backend or the WebGPU of Deno is another one. Where nothing tells
 * the driver's version it is another one every day: drivers are not part of Windows, whose registry only other programs
 * could read, and on Linux some lie where no manifest is found.
 */
export async function driverVersion(traces: Partial<DriverTraces> = {}): Promise<string> {
  const { os, manifests, nvidia, now }: DriverTraces = {
    ...{ os: Deno.build.os, manifests: MANIFESTS, nvidia: NVIDIA, now: new Date() },
    ...traces,
  };
  const known = [Deno.version.deno, Deno.build.target];
  known.push(...DRIVER_VARIABLES.map((name) => Deno.env.get(name) ?? ""));
  const told = await toldBy(os, manifests, nvidia);
  known.push(...told.length > 0 ? told : [now.toISOString().slice(0, 10)]);
  return known.filter((text) => text !== "").join("; ");
}

/** What tells the version; nothing where it cannot be known. */
async function toldBy(
  os: string,
  folders: readonly string[],
  nvidia: string,
): Promise<string[]> {
  // Its drivers come with the system.
  if (os === "darwin") return [Deno.osRelease()];
  // Manifests that a variable names may lie anywhere.
  if (os !== "linux" || MANIFEST_VARIABLES.some((name) => Deno.env.get(name))) return [];
  const manifests = (await Promise.all(folders.map(manifestsIn))).flat();
  const [version] = (await Deno.readTextFile(nvidia).catch(() => "")).split("\n");
  return [...manifests, ...version ? [version] : []];
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
