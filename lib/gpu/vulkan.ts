/**
 * Requests an adapter. On Linux the environment has to be prepared for Vulkan first.
 *
 * @module
 */

/**
 * Asks the drivers for an adapter; null where none answers. Deno loads the drivers once per process, at the first
 * request, so every request has to come through here.
 */
export async function requestAdapter(
  options: GPURequestAdapterOptions = {},
): Promise<GPUAdapter | null> {
  prepareVulkan();
  return await navigator.gpu?.requestAdapter(options) ?? null;
}

/**
 * Sets the environment variables that the drivers read, unless they are set.
 *
 * Without a Vulkan driver Deno falls back to OpenGL, if that is installed, but its limits are too small for the kernels.
 * Mesa's drivers print an error on stderr if XDG_RUNTIME_DIR is not set.
 */
function prepareVulkan(): void {
  if (Deno.build.os !== "linux") return;
  if (!Deno.env.get("DENO_WEBGPU_BACKEND")) Deno.env.set("DENO_WEBGPU_BACKEND", "vulkan");
  if (!Deno.env.get("XDG_RUNTIME_DIR")) {
    Deno.env.set("XDG_RUNTIME_DIR", Deno.env.get("TMPDIR") ?? "/tmp");
  }
}
