/**
 * Where this machine has the Vulkan drivers that the tool needs: Mesa's lavapipe, by which WebGPU opens a device, and
 * Mesa's RADV, whose compiler is asked. Debian and Ubuntu have both in the package mesa-vulkan-drivers.
 *
 * @module
 */
import { dirname, join } from "node:path";

/** Manifests of the two drivers. */
export interface Drivers {
  readonly lavapipe: string;
  readonly radv: string;
}

/**
 * Finds the manifests, beside those that VK_DRIVER_FILES or VK_ICD_FILENAMES name, or where the system keeps them.
 *
 * @returns the paths, or a sentence that says what is missing.
 */
export function findDrivers(): Drivers | string {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    return "Cannot compile for a GPU that is not here: that needs Linux on x86-64";
  }
  const lavapipe = findManifest("lvp");
  const radv = findManifest("radeon");
  if (lavapipe !== null && radv !== null) return { lavapipe, radv };
  const missing = [lavapipe === null ? "no lavapipe" : "", radv === null ? "no RADV" : ""];
  return `Cannot compile for a GPU that is not here: among the Vulkan drivers is ${
    missing.filter(Boolean).join(" and ")
  }; on Debian and Ubuntu, install mesa-vulkan-drivers and libvulkan1`;
}

function findManifest(name: string): string | null {
  const pattern = new RegExp(`^${name}_icd.*\\.json$`);
  for (const folder of manifestFolders()) {
    try {
      const file = [...Deno.readDirSync(folder)].find((entry) => pattern.test(entry.name));
      if (file) return join(folder, file.name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return null;
}

function manifestFolders(): string[] {
  const named = Deno.env.get("VK_DRIVER_FILES") ?? Deno.env.get("VK_ICD_FILENAMES") ?? "";
  return [
    ...named.split(":").filter(Boolean).map(dirname),
    "/usr/local/share/vulkan/icd.d",
    "/usr/share/vulkan/icd.d",
    "/etc/vulkan/icd.d",
  ];
}
