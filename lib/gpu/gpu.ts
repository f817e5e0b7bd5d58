/**
 * One WebGPU device and everything that belongs to it: limits, buffers with their ledger and pool,
 * pipelines cached by kernel and constants, submission, readback, errors.
 *
 * Deno reports few WebGPU mistakes by itself: a broken shader gives a pipeline object, and a bad dispatch is dropped
 * without a word. So every creation and submission happens inside an error scope, and the next {@link Gpu.read} or
 * {@link Gpu.settled} throws what the scopes caught. No scope spans an `await`: between push and pop another task's
 * error could land in it.
 *
 * Memory that a GPU does not have is such an error as well: Deno gives a buffer whose every use is refused, and the device
 * lives on once others are freed.
 *
 * @module
 */
import { GpuBuffer, Ledger } from "./buffer.ts";
import {
  CapacityError,
  GpuLostError,
  GpuMemoryError,
  GpuUnavailableError,
  GpuValidationError,
} from "./errors.ts";
import { type KernelChoice, type KernelSetting, settingsFor } from "./kernel_setting.ts";
import type { Kernel, Launch } from "./kernel.ts";
import { kernelText, type RowPrecision } from "./row_storage.ts";
import { BufferPool } from "./pool.ts";
import { requestAdapter } from "./vulkan.ts";
import { type Pipeline, Program, type ProgramDevice } from "./program.ts";

/** Settings of {@link Gpu.open}. */
export interface GpuOptions {
  /** Bytes that idle buffers may hold together; 1 GiB by default. */
  poolBytes?: number;
  /** Fill every new buffer with garbage, so that tests catch reads of what was never written. */
  poison?: boolean;
  /** The matrix kernels that it is to run; `auto` by default. */
  kernels?: KernelChoice;
  /** How activations are stored; `f32` by default. */
  precision?: RowPrecision;
}

/** An array of 32-bit elements that a buffer can be read into. */
export type WordArray = typeof Float32Array | typeof Uint32Array | typeof Int32Array;

const BINDING_TYPES = {
  read: "read-only-storage",
  write: "storage",
  uniform: "uniform",
} as const satisfies Record<Kernel["bindings"][number], GPUBufferBindingType>;

const OPTIONAL_FEATURES: GPUFeatureName[] = ["timestamp-query", "shader-f16"];

/** A WebGPU device, opened with the adapter's own limits. */
export class Gpu implements Disposable, ProgramDevice {
  /** The WebGPU device itself. */
  readonly device: GPUDevice;
  /** The adapter's name as the driver gives it. */
  readonly adapterName: string;
  /** True for a CPU implementation such as Mesa's lavapipe. */
  readonly isSoftware: boolean;
  /** The matrix kernels that run on it, those that suit the adapter best unless another setting is chosen. */
  kernels: KernelSetting;
  /** The live buffers. */
  readonly ledger: Ledger = new Ledger();
  /** Counters of what was done so far; tests assert on them. Clearing and copying a buffer are writes. */
  readonly stats = { pipelines: 0, submits: 0, readbacks: 0, writes: 0 };
  /** Resolves when the device is lost, with the reason. */
  readonly lost: Promise<GpuLostError>;
  readonly #pool: BufferPool;
  readonly #poison: boolean;
  readonly #pipelines = new Map<Kernel, Map<string, Pipeline>>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #scopes: Promise<GPUError | null>[] = [];
  #lostError: GpuLostError | null = null;

  private constructor(adapter: GPUAdapter, device: GPUDevice, options: GpuOptions) {
    this.device = device;
    this.adapterName = adapter.info.description || adapter.info.device || adapter.info.vendor;
    this.isSoftware = adapter.info.isFallbackAdapter ||
      /llvmpipe|lavapipe|swiftshader|software/i.test(this.adapterName);
    this.kernels = settingsFor(
      this,
      options.kernels ?? "auto",
      undefined,
      options.precision,
    )[0]!;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_SRC |
      GPUBufferUsage.COPY_DST;
    this.#pool = new BufferPool(
      (size) => this.#create({ size, usage, label: "pool" }),
      options.poolBytes ?? 2 ** 30,
      device.limits.maxBufferSize,
    );
    this.#poison = options.poison ?? false;
    this.lost = device.lost.then((info) => {
      this.#lostError = new GpuLostError(
        `Cannot go on: the GPU device was lost (${info.message}); ` +
          "where its driver ends work that takes long, smaller blocks help (--block-voxels)",
      );
      return this.#lostError;
    });
    device.addEventListener("uncapturederror", (event) => {
      this.#scopes.push(Promise.resolve((event as GPUUncapturedErrorEvent).error));
    });
  }

  /**
   * Opens a device with all limits of the adapter, and those optional features that it offers.
   *
   * @throws {GpuUnavailableError} where there is no adapter.
   */
  static async open(options: GpuOptions = {}): Promise<Gpu> {
    const adapter = await requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) {
      throw new GpuUnavailableError(
        "Cannot open a GPU: no WebGPU adapter answers; install a Vulkan driver " +
          "(`apt-get install mesa-vulkan-drivers libvulkan1` gives a software one)",
      );
    }
    const requiredLimits: Record<string, number> = {};
    for (
      const name of Object.keys(Object.getOwnPropertyDescriptors(GPUSupportedLimits.prototype))
    ) {
      const value = adapter.limits[name as keyof GPUSupportedLimits];
      if (typeof value === "number") requiredLimits[name] = value;
    }
    const device = await adapter.requestDevice({
      label: "ttt-kd",
      requiredLimits,
      requiredFeatures: OPTIONAL_FEATURES.filter((name) => adapter.features.has(name)),
    });
    return new Gpu(adapter, device, options);
  }

  /** Limits of the device: those of the adapter. */
  get limits(): GPUSupportedLimits {
    return this.device.limits;
  }

  /** Optional features that the device has. */
  get features(): GPUSupportedFeatures {
    return this.device.features;
  }

  /**
   * A storage buffer of `bytes` bytes, rounded up to 16. Its content is undefined: it may be recycled.
   *
   * @throws {CapacityError} beyond the device's largest buffer.
   */
  buffer(label: string, bytes: number): GpuBuffer {
    const size = roundUp(Math.max(bytes, 16), 16);
    if (size > this.limits.maxBufferSize) {
      throw new CapacityError(
        `Cannot allocate "${label}" of ${size} bytes: the adapter allows ${this.limits.maxBufferSize}`,
      );
    }
    this.throwIfLost();
    const raw = this.#pool.take(size);
    raw.label = label;
    const buffer = new GpuBuffer(label, size, raw, (owner, handle) => {
      this.ledger.leave(owner);
      this.#pool.give(handle);
    });
    this.ledger.enter(buffer);
    if (this.#poison) this.write(buffer, new Uint32Array(size / 4).fill(0x7fc0dead));
    return buffer;
  }

  /** A storage buffer filled with zeros. */
  zeros(label: string, bytes: number): GpuBuffer {
    const buffer = this.buffer(label, bytes);
    this.clear(buffer);
    return buffer;
  }

  /**
   * A storage buffer holding a copy of `data`.
   *
   * @param room bytes past its end, which are undefined: {@link WINDOW_BYTES} where windows of the data are bound.
   */
  upload(label: string, data: ArrayBufferView, room = 0): GpuBuffer {
    const buffer = this.buffer(label, data.byteLength + room);
    this.write(buffer, data);
    return buffer;
  }

  /** A uniform buffer. It is not pooled, because its usage differs. */
  uniformBuffer(label: string, bytes: number): GpuBuffer {
    return this.#special(label, bytes, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  }

  /** A buffer that timestamp queries resolve into. */
  queryBuffer(label: string, bytes: number): GpuBuffer {
    return this.#special(label, bytes, GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC);
  }

  #special(label: string, bytes: number, usage: number): GpuBuffer {
    this.throwIfLost();
    const size = roundUp(bytes, 16);
    const handle = this.#create({ label, size, usage });
    const buffer = new GpuBuffer(label, size, handle, (owner, raw) => {
      this.ledger.leave(owner);
      raw.destroy();
    });
    this.ledger.enter(buffer);
    return buffer;
  }

  /** Makes a WebGPU buffer: every one goes through here. */
  #create(descriptor: GPUBufferDescriptor): GPUBuffer {
    return this.guard(() => this.device.createBuffer(descriptor));
  }

  /**
   * Copies host data into a buffer at a byte offset (a multiple of 4), in queue order.
   *
   * @throws {RangeError} where the data does not fit.
   */
  write(buffer: GpuBuffer, data: ArrayBufferView, byteOffset = 0): void {
    this.throwIfLost();
    if (byteOffset + data.byteLength > buffer.size) {
      throw new RangeError(
        `Cannot write ${data.byteLength} bytes at ${byteOffset} into "${buffer.label}": it holds ${buffer.size}`,
      );
    }
    let bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    if (bytes.length % 4 !== 0) {
      const padded = new Uint8Array(roundUp(bytes.length, 4));
      padded.set(bytes);
      bytes = padded;
    }
    // Deno 2.9.6 panics on an empty write (ext/webgpu/queue.rs, unwrap of None): leave it out.
    if (bytes.length === 0) return;
    this.stats.writes++;
    this.guard(() => this.device.queue.writeBuffer(buffer.handle, byteOffset, bytes));
  }

  /** Fills a buffer, or a range of it, with zeros, in queue order. */
  clear(buffer: GpuBuffer, byteOffset = 0, bytes: number = buffer.size - byteOffset): void {
    this.stats.writes++;
    this.guard(() => {
      const encoder = this.device.createCommandEncoder({ label: `clear ${buffer.label}` });
      encoder.clearBuffer(buffer.handle, byteOffset, bytes);
      this.device.queue.submit([encoder.finish()]);
    });
  }

  /** Copies bytes between buffers, in queue order; offsets and length are multiples of 4. */
  copy(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, bytes: number): void {
    this.stats.writes++;
    this.guard(() => {
      const encoder = this.device.createCommandEncoder({ label: `copy ${from.label}` });
      encoder.copyBufferToBuffer(from.handle, fromOffset, to.handle, toOffset, bytes);
      this.device.queue.submit([encoder.finish()]);
    });
  }

  /**
   * Reads `count` elements (all by default) back to the host, after everything submitted so far.
   *
   * @throws {RangeError} where the buffer holds fewer elements.
   * @throws {GpuLostError | GpuMemoryError | GpuValidationError} for what went wrong up to here.
   */
  async read<T extends WordArray>(
    buffer: GpuBuffer,
    type: T,
    count: number = (buffer.size) / 4,
    byteOffset = 0,
  ): Promise<InstanceType<T>> {
    this.throwIfLost();
    const bytes = count * 4;
    if (byteOffset + bytes > buffer.size) {
      throw new RangeError(
        `Cannot read ${bytes} bytes at ${byteOffset} of "${buffer.label}": it holds ${buffer.size}`,
      );
    }
    this.stats.readbacks++;
    const staging = this.#create({
      label: `read ${buffer.label}`,
      size: Math.max(bytes, 16),
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
    try {
      this.guard(() => {
        const encoder = this.device.createCommandEncoder({ label: `read ${buffer.label}` });
        if (bytes > 0) encoder.copyBufferToBuffer(buffer.handle, byteOffset, staging, 0, bytes);
        this.device.queue.submit([encoder.finish()]);
      });
      await staging.mapAsync(GPUMapMode.READ).catch(async (cause) => {
        await this.settled();
        throw new GpuValidationError(`Cannot read "${buffer.label}"`, { cause });
      });
      const copy = staging.getMappedRange().slice(0, bytes);
      staging.unmap();
      await this.settled();
      return new type(copy) as InstanceType<T>;
    } finally {
      staging.destroy();
    }
  }

  /** Encodes the launches into one pass and submits them once. */
  run(launches: readonly Launch[], label?: string): void {
    using program = new Program(this, launches, label);
    program.submit();
  }

  /** Submits the commands that `encode` records, inside an error scope. */
  submit(encode: (encoder: GPUCommandEncoder) => void, label: string): void {
    this.stats.submits++;
    this.guard(() => {
      const encoder = this.device.createCommandEncoder({ label });
      encode(encoder);
      this.device.queue.submit([encoder.finish()]);
    });
  }

  /** Waits for all submitted work, and for its errors as {@link Gpu.settled} does. */
  async finished(): Promise<void> {
    await this.device.queue.onSubmittedWorkDone();
    await this.settled();
  }

  /** The pipeline of a kernel with these constants, and these of its rows in float16; it is made once. */
  pipeline(
    kernel: Kernel,
    constants: Readonly<Record<string, number>> = {},
    half: readonly string[] = [],
  ): Pipeline {
    const key = Object.keys(constants).sort().map((name) => `${name}=${constants[name]}`)
      .concat(half).join();
    let byConstants = this.#pipelines.get(kernel);
    if (!byConstants) this.#pipelines.set(kernel, byConstants = new Map());
    const cached = byConstants.get(key);
    if (cached) return cached;
    const layout = this.#layout(kernel);
    const module = this.device.createShaderModule({
      label: kernel.name,
      code: kernelText(kernel, half),
    });
    const pipeline = this.device.createComputePipeline({
      label: `${kernel.name}(${key})`,
      layout: this.device.createPipelineLayout({
        label: kernel.name,
        bindGroupLayouts: [layout],
      }),
      compute: { module, entryPoint: "main", constants: { ...constants } },
    });
    this.stats.pipelines++;
    const made = { pipeline, layout };
    byConstants.set(key, made);
    return made;
  }

  #layout(kernel: Kernel): GPUBindGroupLayout {
    const key = kernel.bindings.join();
    const cached = this.#layouts.get(key);
    if (cached) return cached;
    const layout = this.device.createBindGroupLayout({
      label: key,
      entries: [
        { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: "uniform" } },
        ...kernel.bindings.map((use, i) => ({
          binding: i + 1,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: BINDING_TYPES[use] },
        })),
      ],
    });
    this.#layouts.set(key, layout);
    return layout;
  }

  /** Runs `work` inside error scopes; the next {@link Gpu.settled} throws what they caught. */
  guard<T>(work: () => T): T {
    this.throwIfLost();
    this.device.pushErrorScope("validation");
    this.device.pushErrorScope("out-of-memory");
    try {
      return work();
    } finally {
      for (let scopes = 0; scopes < 2; scopes++) {
        this.#scopes.push(this.device.popErrorScope().catch(() => null));
      }
    }
  }

  /**
   * Waits for the error scopes of everything done so far.
   *
   * @throws {GpuLostError | GpuMemoryError | GpuValidationError} the first error they caught; want of memory before others,
   *   which follow from it.
   */
  async settled(): Promise<void> {
    const errors = (await Promise.all(this.#scopes.splice(0))).filter((found) => found !== null);
    this.throwIfLost();
    const memory = errors.find((found) => found instanceof GPUOutOfMemoryError);
    if (memory) {
      this.#pool.distrust();
      throw new GpuMemoryError(
        `Cannot go on: the GPU has no memory left (${memory.message}), with ` +
          `${Math.ceil(this.ledger.bytes / 2 ** 20)} MiB in use here; ` +
          "take smaller blocks (--block-voxels), or end other programs that use it",
      );
    }
    if (errors.length > 0) throw new GpuValidationError(errors[0]!.message);
  }

  /**
   * Waits for all submitted work and forgets its errors, so that another try can begin after a
   * {@link GpuMemoryError}, whose buffers are destroyed before.
   *
   * @throws {GpuLostError} where the device is lost.
   */
  async recover(): Promise<void> {
    await this.device.queue.onSubmittedWorkDone();
    await Promise.all(this.#scopes.splice(0));
    this.#pool.distrust();
    this.throwIfLost();
  }

  /**
   * Checks that the device is not lost.
   *
   * @throws {GpuLostError} once it is.
   */
  throwIfLost(): void {
    if (this.#lostError) throw this.#lostError;
  }

  /** Destroys the device. Its live buffers become useless, but the ledger still names them. */
  destroy(): void {
    this.#pool.clear();
    this.device.destroy();
  }

  /** Calls `destroy()`. */
  [Symbol.dispose](): void {
    this.destroy();
  }
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
