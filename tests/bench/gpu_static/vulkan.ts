/**
 * As much of Vulkan as the tool needs, by Deno's FFI. Offsets in structs are those of vulkan_core.h on 64-bit machines.
 *
 * @module
 */

/** A struct in memory that C reads: its size, and setters by the offset of a field in bytes. */
export class Struct {
  /** The memory itself. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  // C's pointers do not keep alive what they point at.
  readonly #pointees: ArrayBufferView[] = [];

  /** A struct of zeros; a Vulkan struct begins with its type, `VkStructureType`. */
  constructor(size: number, type = 0) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
    if (type !== 0) this.u32(0, type);
  }

  /** Sets 32-bit words from `offset` on. */
  u32(offset: number, ...values: number[]): this {
    values.forEach((value, i) => this.#view.setUint32(offset + 4 * i, value, true));
    return this;
  }

  /** Sets a 64-bit word: a size or a handle. */
  u64(offset: number, value: bigint): this {
    this.#view.setBigUint64(offset, value, true);
    return this;
  }

  /** Points at other memory; `pNext` is at offset 8. */
  pointer(offset: number, to: Struct | Uint8Array<ArrayBuffer>): this {
    const bytes = to instanceof Struct ? to.bytes : to;
    this.#pointees.push(bytes, ...to instanceof Struct ? to.#pointees : []);
    return this.u64(offset, Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
  }

  /** Reads a 32-bit word. */
  readU32(offset: number): number {
    return this.#view.getUint32(offset, true);
  }

  /** Reads a 64-bit word. */
  readU64(offset: number): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  /** Reads text that ends with a zero. */
  readText(offset: number): string {
    return new TextDecoder().decode(this.bytes.subarray(offset, this.bytes.indexOf(0, offset)));
  }
}

/** Text as C has it. */
export function cText(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

const LOADER = {
  vkCreateInstance: { parameters: ["buffer", "pointer", "buffer"], result: "i32" },
  vkEnumeratePhysicalDevices: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  vkGetPhysicalDeviceProperties: { parameters: ["pointer", "buffer"], result: "void" },
  vkCreateDevice: { parameters: ["pointer", "buffer", "pointer", "buffer"], result: "i32" },
  vkGetDeviceProcAddr: { parameters: ["pointer", "buffer"], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/** A device of one driver. It lives as long as the process. */
export class VulkanDevice {
  /** The device's name, as the driver gives it. */
  readonly name: string;
  /** The driver's version, as Mesa counts. */
  readonly driverVersion: string;
  /** The handle, `VkDevice`. */
  readonly handle: Deno.PointerValue;
  readonly #loader: Deno.DynamicLibrary<typeof LOADER>;

  /**
   * Opens the first device of the driver that a manifest names. The loader and the drivers read the environment while
   * they do so.
   *
   * @param features the struct `VkPhysicalDeviceFeatures2` or others for `pNext`; the caller's extensions go with it.
   */
  constructor(manifest: string, extensions: readonly string[] = [], features?: Struct) {
    Deno.env.set("VK_ICD_FILENAMES", manifest);
    Deno.env.delete("VK_DRIVER_FILES");
    this.#loader = Deno.dlopen("libvulkan.so.1", LOADER);
    const vk = this.#loader.symbols;
    const application = new Struct(48).u32(44, 1 << 22 | 3 << 12);
    const created = new Struct(8);
    check(
      "vkCreateInstance",
      vk.vkCreateInstance(new Struct(64, 1).pointer(24, application).bytes, null, created.bytes),
    );
    const instance = Deno.UnsafePointer.create(created.readU64(0));
    const count = new Struct(4).u32(0, 1);
    check(
      "vkEnumeratePhysicalDevices",
      vk.vkEnumeratePhysicalDevices(instance, count.bytes, created.bytes),
    );
    if (count.readU32(0) === 0) throw new Error(`Cannot open a device: ${manifest} offers none`);
    const physical = Deno.UnsafePointer.create(created.readU64(0));
    const properties = new Struct(1024);
    vk.vkGetPhysicalDeviceProperties(physical, properties.bytes);
    const version = properties.readU32(4);
    this.name = properties.readText(20);
    this.driverVersion = [version >>> 22, version >>> 12 & 1023, version & 4095].join(".");
    const priority = new Uint8Array(new Float32Array([1]).buffer);
    const queue = new Struct(40, 2).u32(24, 1).pointer(32, priority);
    const names = new Struct(8 * extensions.length);
    extensions.forEach((name, i) => names.pointer(8 * i, cText(name)));
    const info = new Struct(72, 3).u32(20, 1).pointer(24, queue)
      .u32(48, extensions.length).pointer(56, names);
    if (features) info.pointer(8, features);
    check("vkCreateDevice", vk.vkCreateDevice(physical, info.bytes, null, created.bytes));
    this.handle = Deno.UnsafePointer.create(created.readU64(0));
  }

  /** The address of a function of the driver. */
  address(name: string): Deno.PointerObject {
    const address = this.#loader.symbols.vkGetDeviceProcAddr(this.handle, cText(name));
    if (address === null) throw new Error(`Cannot find ${name} in the driver of ${this.name}`);
    return address;
  }

  /** A function of the driver, to be called. */
  function<const F extends Deno.ForeignFunction>(name: string, type: F): Deno.UnsafeFnPointer<F> {
    return new Deno.UnsafeFnPointer(this.address(name) as Deno.PointerObject<F>, type);
  }
}

/** Throws unless a function of Vulkan has succeeded; some successes say that there was more to tell. */
export function check(name: string, result: number): void {
  if (result < 0) throw new Error(`Cannot go on: ${name} failed with ${result}`);
}
