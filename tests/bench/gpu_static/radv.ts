/**
 * RADV, Mesa's Vulkan driver of AMD GPUs, on its null device: the compiler runs in full for a family of GPUs of which
 * none need be there, and tells how it placed a kernel. Nothing can be executed.
 *
 * @module
 */
import type { Kernel } from "../../../lib/gpu/mod.ts";
import { check, cText, Struct, VulkanDevice } from "./vulkan.ts";

/** How the compiler placed a kernel. */
export interface Placement {
  /** Vector registers of a thread, and scalar registers of a wave. */
  readonly vgprs: number;
  readonly sgprs: number;
  /** Registers that did not fit and were spilled to memory, of both kinds. */
  readonly spills: number;
  /** Bytes of memory of a wave, for spills and for arrays that are indexed. */
  readonly scratch: number;
  /** Bytes of workgroup memory. */
  readonly workgroupBytes: number;
  /** Waves that a SIMD can hold at a time; others hide what one waits for. */
  readonly waves: number;
}

const EXTENSIONS = ["VK_KHR_pipeline_executable_properties", "VK_EXT_robustness2"];
const UNIFORM_BUFFER = 6;
const STORAGE_BUFFER = 7;
const COMPUTE = 0x20;
const CAPTURE_STATISTICS = 0x40;
/** VkPipelineExecutableStatisticKHR: name at 16, value at 536. */
const MOST_STATISTICS = 64;
const STATISTIC_BYTES = 544;

/** The compiler for one family of GPUs. */
export class RadvCompiler {
  /** The device's name with the driver's version. */
  readonly name: string;
  readonly #device: VulkanDevice;

  /**
   * @param family as RADV names it: NAVI21, GFX1100, VEGA20 and others.
   * @throws {Error} for a family that this version of RADV does not know.
   */
  constructor(manifest: string, family: string) {
    Deno.env.set("RADV_FORCE_FAMILY", family);
    // What was compiled before is not in the way, and nothing is kept.
    Deno.env.set("MESA_SHADER_CACHE_DISABLE", "true");
    // WebGPU asks for the same robustness, which costs instructions.
    const robustness = new Struct(32, 1000286000).u32(16, 1);
    const statistics = new Struct(24, 1000269000).u32(16, 1).pointer(8, robustness);
    const features = new Struct(240, 1000059000).u32(16, 1).pointer(8, statistics);
    this.#device = new VulkanDevice(manifest, EXTENSIONS, features);
    this.name = `${this.#device.name}, Mesa ${this.#device.driverVersion}`;
  }

  /** Compiles the SPIR-V of a kernel. */
  compile(kernel: Kernel, spirv: Uint8Array<ArrayBuffer>): Placement {
    const module = this.#create(
      "vkCreateShaderModule",
      new Struct(40, 16).u64(24, BigInt(spirv.length)).pointer(32, spirv),
    );
    // VkComputePipelineCreateInfo holds VkPipelineShaderStageCreateInfo at 24.
    const info = new Struct(96, 29).u32(16, CAPTURE_STATISTICS)
      .u32(24, 18).u32(44, COMPUTE).u64(48, module).pointer(56, cText("main"))
      .u64(72, this.#layout(kernel));
    return placement(this.#statistics(this.#pipeline(info)));
  }

  #layout(kernel: Kernel): bigint {
    const types = [
      UNIFORM_BUFFER,
      ...kernel.bindings.map((use) => use === "uniform" ? UNIFORM_BUFFER : STORAGE_BUFFER),
    ];
    const bindings = new Struct(24 * types.length);
    types.forEach((type, i) => bindings.u32(24 * i, i, type, 1, COMPUTE));
    const set = this.#create(
      "vkCreateDescriptorSetLayout",
      new Struct(32, 32).u32(20, types.length).pointer(24, bindings),
    );
    return this.#create(
      "vkCreatePipelineLayout",
      new Struct(48, 30).u32(20, 1).pointer(24, new Struct(8).u64(0, set)),
    );
  }

  #create(name: string, info: Struct): bigint {
    const create = this.#device.function(name, {
      parameters: ["pointer", "buffer", "pointer", "buffer"],
      result: "i32",
    });
    const handle = new Struct(8);
    check(name, create.call(this.#device.handle, info.bytes, null, handle.bytes));
    return handle.readU64(0);
  }

  #pipeline(info: Struct): bigint {
    const name = "vkCreateComputePipelines";
    const create = this.#device.function(name, {
      parameters: ["pointer", "u64", "u32", "buffer", "pointer", "buffer"],
      result: "i32",
    });
    const handle = new Struct(8);
    check(name, create.call(this.#device.handle, 0n, 1, info.bytes, null, handle.bytes));
    return handle.readU64(0);
  }

  #statistics(pipeline: bigint): Map<string, number> {
    const name = "vkGetPipelineExecutableStatisticsKHR";
    const get = this.#device.function(name, {
      parameters: ["pointer", "buffer", "buffer", "buffer"],
      result: "i32",
    });
    const info = new Struct(32, 1000269003).u64(16, pipeline);
    const count = new Struct(4).u32(0, MOST_STATISTICS);
    const found = new Struct(MOST_STATISTICS * STATISTIC_BYTES);
    for (let i = 0; i < MOST_STATISTICS; i++) found.u32(i * STATISTIC_BYTES, 1000269004);
    check(name, get.call(this.#device.handle, info.bytes, count.bytes, found.bytes));
    return new Map(Array.from({ length: count.readU32(0) }, (_, i) => {
      const offset = i * STATISTIC_BYTES;
      return [found.readText(offset + 16), Number(found.readU64(offset + 536))];
    }));
  }
}

function placement(statistics: ReadonlyMap<string, number>): Placement {
  const get = (name: string) => {
    const value = statistics.get(name);
    if (value === undefined) throw new Error(`Cannot read statistics: RADV gives no "${name}"`);
    return value;
  };
  return {
    vgprs: get("VGPRs"),
    sgprs: get("SGPRs"),
    spills: get("Spilled VGPRs") + get("Spilled SGPRs"),
    scratch: get("Scratch size"),
    workgroupBytes: get("LDS size"),
    waves: get("Subgroups per SIMD"),
  };
}
