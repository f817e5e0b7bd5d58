/**
 * The SPIR-V that WebGPU hands to a driver. WebGPU does not show it, so the driver's own function is overwritten, in the
 * memory of this process, by a jump to one of ours.
 *
 * The process can run nothing on its GPU from then on: it is good for this tool alone.
 *
 * @module
 */
import type { Gpu, Kernel } from "../../../lib/gpu/mod.ts";
import { check, VulkanDevice } from "./vulkan.ts";

const PAGE = 4096n;
const READ_WRITE_EXECUTE = 7;

/** Gives the SPIR-V of kernels. */
export class SpirvTap {
  readonly #gpu: Gpu;
  #latest: Uint8Array<ArrayBuffer> | null = null;

  /** @param gpu an open device of the driver that the manifest names. */
  constructor(gpu: Gpu, manifest: string) {
    this.#gpu = gpu;
    const device = new VulkanDevice(manifest);
    const createModule = new Deno.UnsafeCallback(
      { parameters: ["pointer", "pointer", "pointer", "pointer"], result: "i32" },
      (_device, info, _allocator, module) => {
        // VkShaderModuleCreateInfo: codeSize at 24, pCode at 32.
        const view = new Deno.UnsafePointerView(info!);
        const size = Number(view.getBigUint64(24));
        this.#latest = new Uint8Array(
          Deno.UnsafePointerView.getArrayBuffer(view.getPointer(32)!, size).slice(0),
        );
        nullHandles(module, 1);
        return 0;
      },
    );
    const createPipelines = new Deno.UnsafeCallback(
      { parameters: ["pointer", "pointer", "u32", "pointer", "pointer", "pointer"], result: "i32" },
      (_device, _cache, count, _infos, _allocator, pipelines) => {
        nullHandles(pipelines, count);
        return 0;
      },
    );
    replaceFunction(device.address("vkCreateShaderModule"), createModule.pointer);
    replaceFunction(device.address("vkCreateComputePipelines"), createPipelines.pointer);
  }

  /** The SPIR-V of a kernel with these constants, and these of its rows in float16. */
  async spirv(
    kernel: Kernel,
    constants: Readonly<Record<string, number>>,
    half: readonly string[],
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.#latest = null;
    this.#gpu.pipeline(kernel, constants, half);
    await this.#gpu.settled();
    if (this.#latest === null) throw new Error(`Cannot find the SPIR-V of ${kernel.name}`);
    return this.#latest;
  }
}

/** Null handles may be destroyed like any others. */
function nullHandles(pointer: Deno.PointerValue, count: number): void {
  new BigUint64Array(Deno.UnsafePointerView.getArrayBuffer(pointer!, 8 * count)).fill(0n);
}

/** Overwrites the beginning of a function by `mov rax, target; jmp rax`. */
function replaceFunction(address: Deno.PointerObject, target: Deno.PointerObject): void {
  const libc = Deno.dlopen("libc.so.6", {
    mprotect: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  });
  const first = Deno.UnsafePointer.value(address) / PAGE * PAGE;
  // The jump may reach into the next page.
  const pages = Deno.UnsafePointer.create(first);
  check("mprotect", libc.symbols.mprotect(pages, 2n * PAGE, READ_WRITE_EXECUTE));
  const code = new DataView(Deno.UnsafePointerView.getArrayBuffer(address, 12));
  code.setUint16(0, 0x48b8);
  code.setBigUint64(2, Deno.UnsafePointer.value(target), true);
  code.setUint16(10, 0xffe0);
}
