/**
 * The way to an adapter on Linux, where Vulkan has to be prepared first.
 *
 * @module
 */

/**
 * Asks the drivers for an adapter; null where none answers. Deno asks them once a process, so every request has
 * to come through here.
 */
export async function requestAdapter(
  options: GPURequestAdapterOptions = {},
): Promise<GPUAdapter | null> {
  prepareVulkan();
  return await navigator.gpu?.requestAdapter(options) ?? null;
}

/**
 * Sets what the drivers read from the environment, unless it is set.
 *
 * Without a Vulkan driver, Deno falls back to OpenGL where that is installed, whose limits are too small for the
 * kernels. And Mesa's drivers print an error on stderr where XDG_RUNTIME_DIR is not set.
 */
function prepareVulkan(): void {
  if (Deno.build.os !== "linux") return;
  if (!Deno.env.get("DENO_WEBGPU_BACKEND")) Deno.env.set("DENO_WEBGPU_BACKEND", "vulkan");
  if (!Deno.env.get("XDG_RUNTIME_DIR")) {
    Deno.env.set("XDG_RUNTIME_DIR", Deno.env.get("TMPDIR") ?? "/tmp");
  }
}
