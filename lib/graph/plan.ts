/**
 * A plan is a graph made ready to run: its arenas are allocated, its bind groups made, and a step is one submit, or a few where
 * it is long.
 *
 * @module
 */
import {
  type Binding,
  type Gpu,
  type GpuBuffer,
  type KernelTime,
  type Launch,
  Program,
} from "../gpu/mod.ts";
import type { Graph } from "./graph.ts";
import { planTensors } from "./planner.ts";
import { submitBreaks } from "./submits.ts";
import type { Tensor } from "./tensor.ts";

/** A compiled graph. It owns its arenas; inputs and parameters belong to whoever made them. */
export class Plan implements Disposable {
  readonly #gpu: Gpu;
  readonly #arenas: GpuBuffer[] = [];
  readonly #program: Program;
  readonly #bind: (tensor: Tensor) => Binding;
  /** Bytes of the arenas together. */
  readonly bytes: number;
  /** The most bytes that are live at once: no layout needs less. */
  readonly liveBytes: number;

  /**
   * Places the tensors of a graph and compiles its launches.
   *
   * @param kept planned tensors that will be read back after the step.
   * @param breaks launches at which another submit begins.
   * @throws {CapacityError} where a tensor passes a limit of the device.
   */
  constructor(
    gpu: Gpu,
    graph: Graph,
    kept: readonly Tensor[] = [],
    label = "plan",
    breaks: ReadonlySet<number> = submitBreaks(graph.launches),
  ) {
    const layout = planTensors(
      graph.launches,
      new Set(kept),
      gpu.limits.maxStorageBufferBindingSize,
      gpu.limits.maxBufferSize,
    );
    this.#gpu = gpu;
    this.#bind = (tensor) => {
      if (tensor.binding) return tensor.binding;
      const place = layout.places.get(tensor);
      if (!place) throw new TypeError(`Cannot bind "${tensor.label}": no launch mentions it`);
      return { buffer: this.#arenas[place.arena]!, offset: place.offset, size: place.size };
    };
    try {
      layout.arenas.forEach((size, i) =>
        this.#arenas.push(gpu.buffer(`${label} arena ${i}`, size))
      );
      this.#program = new Program(
        gpu,
        graph.launches.map((launch) => this.#resolve(launch)),
        label,
        breaks,
      );
    } catch (error) {
      for (const arena of this.#arenas) arena.destroy();
      throw error;
    }
    this.bytes = layout.bytes;
    this.liveBytes = layout.liveBytes;
  }

  #resolve(launch: Launch<Tensor>): Launch {
    return { ...launch, bindings: launch.bindings.map(this.#bind) };
  }

  /**
   * Runs every launch once, in one submit or, where they are long, in a few.
   *
   * @param timed what a `Stopwatch` wants around the launches.
   */
  submit(timed?: GPUComputePassTimestampWrites): void {
    this.#program.submit(timed);
  }

  /** Runs once with a timestamp around every launch. */
  profile(): Promise<KernelTime[]> {
    return this.#program.profile();
  }

  /**
   * Reads a tensor back as float32, padding included: [rows * width]. A planned tensor must be one of those `kept`, or it
   * may have been overwritten.
   */
  async read(tensor: Tensor): Promise<Float32Array> {
    const binding = this.#bind(tensor);
    const { buffer, offset } = "buffer" in binding ? binding : { buffer: binding, offset: 0 };
    if (tensor.precision === "f32") {
      return await this.#gpu.read(buffer, Float32Array, tensor.bytes / 4, offset);
    }
    const words = await this.#gpu.read(buffer, Uint32Array, tensor.bytes / 4, offset);
    return Float32Array.from(new Float16Array(words.buffer, words.byteOffset, words.length * 2));
  }

  /** Frees the arenas; the plan cannot be submitted afterwards. */
  destroy(): void {
    this.#program.destroy();
    for (const arena of this.#arenas) arena.destroy();
  }

  /** Calls `destroy()`. */
  [Symbol.dispose](): void {
    this.destroy();
  }
}
