/**
 * A program is a fixed list of launches whose pipelines, bind groups and uniforms are made once, so that
 * submitting it again costs one encoding and nothing else. A step of adaptation is one program.
 *
 * @module
 */
import { GpuBuffer } from "./buffer.ts";
import { CapacityError } from "./errors.ts";
import { splitGrid } from "./grid.ts";
import { type Kernel, type Launch, WINDOW_BYTES } from "./kernel.ts";
import { packParams, type ParamsLayout, type ParamValues, paramWords } from "./params.ts";
import { Stopwatch, type StopwatchDevice } from "./stopwatch.ts";

/** A compiled kernel. */
export interface Pipeline {
  /** The WebGPU pipeline. */
  readonly pipeline: GPUComputePipeline;
  /** The layout of its bind group. */
  readonly layout: GPUBindGroupLayout;
}

/** What a program needs of the device that it runs on; implemented by `Gpu`. */
export interface ProgramDevice extends StopwatchDevice {
  /** Limits of the device. */
  readonly limits: GPUSupportedLimits;
  /** The pipeline of a kernel with these constants, and these of its rows in float16. */
  pipeline(
    kernel: Kernel,
    constants?: Readonly<Record<string, number>>,
    half?: readonly string[],
  ): Pipeline;
  /** Makes a uniform buffer. */
  uniformBuffer(label: string, bytes: number): GpuBuffer;
  /** Copies host data into a buffer, in queue order. */
  write(buffer: GpuBuffer, data: ArrayBufferView, byteOffset?: number): void;
  /** Runs `work` inside error scopes. */
  guard<T>(work: () => T): T;
}

interface Step {
  name: string;
  pipeline: GPUComputePipeline;
  group: GPUBindGroup;
  grid: [number, number];
}

/** Time that one launch took within a program. */
export interface KernelTime {
  /** Name of the kernel. */
  name: string;
  /** Time on the GPU. */
  nanoseconds: number;
}

/** Launches ready to be submitted any number of times. */
export class Program implements Disposable {
  readonly #gpu: ProgramDevice;
  readonly #label: string;
  /** The launches of each submit. */
  readonly #submits: Step[][] = [];
  readonly #uniforms: GpuBuffer;
  /** Kernel of each launch, and where its struct begins among the uniforms, in bytes. */
  readonly #structs: { readonly kernel: Kernel; readonly offset: number }[] = [];

  /**
   * Prepares launches to be submitted in order.
   *
   * @param breaks places in the list at which another submit begins; all are one by default.
   * @throws {TypeError} where a launch has more or fewer bindings or params than its kernel declares.
   * @throws {CapacityError} where a binding is larger than the adapter allows.
   * @throws {RangeError} where a window goes past the end of its buffer.
   */
  constructor(
    gpu: ProgramDevice,
    launches: readonly Launch[],
    label = "program",
    breaks: ReadonlySet<number> = new Set(),
  ) {
    this.#gpu = gpu;
    this.#label = label;
    for (const { kernel, bindings } of launches) {
      if (bindings.length !== kernel.bindings.length) {
        throw new TypeError(
          `Cannot launch ${kernel.name}: ${bindings.length} bindings given, ${kernel.bindings.length} declared`,
        );
      }
    }
    const align = gpu.limits.minUniformBufferOffsetAlignment;
    let bytes = 0;
    for (const { kernel } of launches) {
      this.#structs.push({ kernel, offset: bytes });
      bytes += Math.ceil(paramWords(kernel.params) * 4 / align) * align;
    }
    const words = new Uint32Array(Math.max(bytes, align) / 4);
    launches.forEach(({ kernel, params }, i) =>
      words.set(packParams(kernel.params, params, kernel.name), this.#structs[i]!.offset / 4)
    );
    this.#uniforms = gpu.uniformBuffer(`${label} uniforms`, words.byteLength);
    using onFailure = new DisposableStack();
    onFailure.use(this.#uniforms);
    gpu.write(this.#uniforms, words);
    let steps: Step[] = [];
    gpu.guard(() => {
      launches.forEach((launch, i) => {
        if (breaks.has(i)) steps = [];
        const grid = splitGrid(launch.workgroups, gpu.limits.maxComputeWorkgroupsPerDimension);
        if (grid[0] === 0) return;
        const name = launch.kernel.name;
        const { pipeline, layout } = gpu.pipeline(launch.kernel, launch.constants, launch.half);
        const size = paramWords(launch.kernel.params) * 4;
        const group = gpu.device.createBindGroup({
          label: name,
          layout,
          entries: [
            {
              binding: 0,
              resource: { buffer: this.#uniforms.handle, offset: this.#structs[i]!.offset, size },
            },
            ...launch.bindings.map((_, b) => ({
              binding: b + 1,
              resource: bindingResource(launch, b, gpu.limits),
            })),
          ],
        });
        // Launches without work may leave a submit empty.
        if (steps.length === 0) this.#submits.push(steps);
        steps.push({ name, pipeline, group, grid });
      });
    });
    onFailure.move();
  }

  /**
   * Overwrites the params of launch `index` (its place in the list given) from the next submit on.
   *
   * @throws {TypeError} where that launch is of another kernel.
   */
  setParams<const Layout extends ParamsLayout>(
    index: number,
    kernel: Kernel<Layout>,
    params: ParamValues<NoInfer<Layout>>,
  ): void {
    const struct = this.#structs[index];
    if (struct?.kernel !== kernel) {
      throw new TypeError(
        `Cannot set params of ${kernel.name}: launch ${index} is of ${
          struct?.kernel.name ?? "none"
        }`,
      );
    }
    this.#gpu.write(this.#uniforms, packParams(kernel.params, params, kernel.name), struct.offset);
  }

  /**
   * Encodes all launches, the ones of a submit into one pass, and submits them.
   *
   * @param timed what a {@link Stopwatch} wants around the passes.
   */
  submit(timed?: GPUComputePassTimestampWrites): void {
    const last = this.#submits.length - 1;
    this.#submits.forEach((steps, i) =>
      this.#gpu.submit((encoder) => {
        const pass = encoder.beginComputePass({
          label: this.#label,
          ...timestamps(timed, i === 0, i === last),
        });
        for (const step of steps) dispatch(pass, step);
        pass.end();
      }, this.#label)
    );
  }

  /**
   * Runs once with a timestamp around every launch.
   *
   * @throws {RangeError} where the adapter has no timestamp queries.
   */
  async profile(): Promise<KernelTime[]> {
    const times: KernelTime[] = [];
    for (const all of this.#submits) {
      for (let first = 0; first < all.length; first += Stopwatch.most) {
        const steps = all.slice(first, first + Stopwatch.most);
        using stopwatch = new Stopwatch(this.#gpu, steps.length);
        this.#gpu.submit((encoder) => {
          steps.forEach((step, i) => {
            const pass = encoder.beginComputePass({
              label: step.name,
              timestampWrites: stopwatch.around(i),
            });
            dispatch(pass, step);
            pass.end();
          });
        }, `profile ${this.#label}`);
        const nanoseconds = await stopwatch.nanoseconds();
        steps.forEach(({ name }, i) => times.push({ name, nanoseconds: nanoseconds[i]! }));
      }
    }
    return times;
  }

  /** Frees the uniforms; the program cannot be submitted afterwards. */
  destroy(): void {
    this.#uniforms.destroy();
  }

  /** Calls `destroy()`. */
  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** What a pass among several is begun with: the first has the timestamp before them, the last the one after them. */
function timestamps(
  timed: GPUComputePassTimestampWrites | undefined,
  isFirst: boolean,
  isLast: boolean,
): Pick<GPUComputePassDescriptor, "timestampWrites"> {
  if (!timed || !(isFirst || isLast)) return {};
  const { querySet, beginningOfPassWriteIndex: before, endOfPassWriteIndex: after } = timed;
  return {
    timestampWrites: {
      querySet,
      ...(isFirst && before !== undefined ? { beginningOfPassWriteIndex: before } : {}),
      ...(isLast && after !== undefined ? { endOfPassWriteIndex: after } : {}),
    },
  };
}

/** Encodes one launch: every dispatch of the program goes through here. */
function dispatch(pass: GPUComputePassEncoder, step: Step): void {
  pass.setPipeline(step.pipeline);
  pass.setBindGroup(0, step.group);
  pass.dispatchWorkgroups(step.grid[0], step.grid[1]);
}

/** Binding `i` of a launch: all that it names, or a window of it. */
function bindingResource(
  { kernel, bindings, window }: Launch,
  i: number,
  { maxStorageBufferBindingSize: most }: GPUSupportedLimits,
): GPUBufferBinding {
  const named = bindings[i]!;
  const { buffer, offset, size } = named instanceof GpuBuffer
    ? { buffer: named, offset: 0, size: named.size }
    : named;
  if (kernel.bindings[i] === "uniform") {
    const start = offset + window;
    if (start + WINDOW_BYTES > buffer.size) {
      throw new RangeError(
        `Cannot launch ${kernel.name} on "${buffer.label}" of ${buffer.size} bytes: ` +
          `it binds ${WINDOW_BYTES} bytes from byte ${start} on; make the buffer as much larger`,
      );
    }
    return { buffer: buffer.handle, offset: start, size: WINDOW_BYTES };
  }
  if (size > most) {
    throw new CapacityError(
      `Cannot launch ${kernel.name} on "${buffer.label}" of ${size} bytes: the adapter binds at most ${most}`,
    );
  }
  return { buffer: buffer.handle, offset, size };
}
