/**
 * The parameters of a network on the GPU: one buffer of values, one of gradients and one of statistics, so that an
 * optimizer step is one launch and a reset is one copy. Kernels are stored packed (see packing.ts), which makes no
 * difference to an optimizer; checkpoints keep MinkowskiEngine's names and layouts.
 *
 * @module
 */
import { type Gpu, type GpuBuffer, WINDOW_BYTES } from "../gpu/mod.ts";
import type { Parameter } from "../graph/graph.ts";
import { paddedChannels, Tensor } from "../graph/tensor.ts";
import { packKernel, unpackKernel } from "./packing.ts";
import {
  type ParameterSpec,
  type Part,
  PARTS,
  storedLength,
  storedShape,
} from "./parameter_spec.ts";
import { CheckpointError, type NamedTensor } from "./safetensors.ts";

/** Bytes; WebGPU binds buffers at multiples of it. */
const ALIGNMENT = 256;
/** Differences that an error lists. */
const MOST_LISTED = 8;

/** Where an entry is stored: bytes in the buffer of values, or in that of statistics. */
interface Slot {
  readonly spec: ParameterSpec;
  readonly offset: number;
  readonly bytes: number;
}

/** Values, gradients and statistics of one network. */
export class Parameters implements Disposable {
  /** The entries, in the order of the network. */
  readonly specs: readonly ParameterSpec[];
  /** All learned entries, and room for a window on the last. */
  readonly values: GpuBuffer;
  /** Their gradients, laid out like {@link Parameters.values}. */
  readonly gradients: GpuBuffer;
  /** The running statistics. */
  readonly statistics: GpuBuffer;
  readonly #gpu: Gpu;
  readonly #slots = new Map<string, Slot>();
  readonly #partEnds = new Map<Part, number>();

  /** Allocates the buffers. Values are undefined until {@link Parameters.load}; gradients start at zero. */
  constructor(gpu: Gpu, specs: readonly ParameterSpec[]) {
    this.#gpu = gpu;
    this.specs = specs;
    let learned = 0;
    let kept = 0;
    // Parts are stored one after another, so that each is one range.
    for (const part of PARTS) {
      for (const spec of specs.filter((candidate) => candidate.part === part)) {
        const bytes = Math.ceil(storedLength(spec) * 4 / ALIGNMENT) * ALIGNMENT;
        const offset = isStatistic(spec) ? kept : learned;
        this.#slots.set(spec.name, { spec, offset, bytes });
        if (isStatistic(spec)) kept += bytes;
        else learned += bytes;
      }
      this.#partEnds.set(part, learned);
    }
    this.values = gpu.buffer("parameters", learned + WINDOW_BYTES);
    this.gradients = gpu.zeros("gradients", learned);
    this.statistics = gpu.buffer("running statistics", kept);
  }

  /** Gives the bytes of `values` from its start to the end of a part. */
  endOf(part: Part): number {
    return this.#partEnds.get(part)!;
  }

  /** Gives the range of `values`, in bytes, from the start of part `first` to the end of part `last`. */
  range(first: Part, last: Part): { offset: number; size: number } {
    const before = PARTS[PARTS.indexOf(first) - 1];
    const offset = before === undefined ? 0 : this.endOf(before);
    return { offset, size: this.endOf(last) - offset };
  }

  /**
   * Gives a learned entry as the graph takes it.
   *
   * @throws {TypeError} where the network has no entry of that name.
   */
  parameter(name: string, trainable: boolean): Parameter {
    const { spec, offset, bytes } = this.#slot(name);
    const [rows, channels] = storedShape(spec);
    const view = (buffer: GpuBuffer) =>
      new Tensor(name, rows, channels, { binding: { buffer, offset, size: bytes } });
    return { values: view(this.values), gradient: view(this.gradients), trainable };
  }

  /**
   * Gives a running statistic as the graph takes it, [1][C].
   *
   * @throws {TypeError} where the network has no entry of that name.
   */
  statistic(name: string): Tensor {
    const { spec, offset, bytes } = this.#slot(name);
    return new Tensor(name, 1, spec.shape[0]!, {
      binding: { buffer: this.statistics, offset, size: bytes },
    });
  }

  #slot(name: string): Slot {
    const slot = this.#slots.get(name);
    if (!slot) throw new TypeError(`Cannot find parameter "${name}": the network has none`);
    return slot;
  }

  /**
   * Loads a state dict. All names and shapes are checked before anything is written. PyTorch's counters of batches
   * (`num_batches_tracked`) are ignored.
   *
   * @throws {CheckpointError} listing the entries that are missing, left over, or of another shape.
   */
  load(tensors: ReadonlyMap<string, NamedTensor>): void {
    this.#check(tensors, [...this.#slots.values()]);
    this.#write(this.values, tensors, (spec) => !isStatistic(spec));
    this.#write(this.statistics, tensors, isStatistic);
  }

  /**
   * Loads all running statistics, and leaves the learned entries, which then need not be packed again.
   *
   * @throws {CheckpointError} listing the entries that are missing, left over, or of another shape.
   */
  loadStatistics(tensors: ReadonlyMap<string, NamedTensor>): void {
    this.#check(tensors, [...this.#slots.values()].filter(({ spec }) => isStatistic(spec)));
    this.#write(this.statistics, tensors, isStatistic);
  }

  #write(
    buffer: GpuBuffer,
    tensors: ReadonlyMap<string, NamedTensor>,
    belongs: (spec: ParameterSpec) => boolean,
  ): void {
    const words = new Float32Array(buffer.size / 4);
    for (const slot of this.#slots.values()) {
      if (belongs(slot.spec)) store(tensors.get(slot.spec.name)!, slot, words);
    }
    this.#gpu.write(buffer, words);
  }

  /** Throws where a state dict differs from these entries. */
  #check(tensors: ReadonlyMap<string, NamedTensor>, slots: readonly Slot[]): void {
    const problems: string[] = [];
    for (const { spec: { name, shape } } of slots) {
      const tensor = tensors.get(name);
      if (!tensor) problems.push(`"${name}" is missing`);
      else if (tensor.shape.join() !== shape.join()) {
        problems.push(`"${name}" is [${tensor.shape}], not [${shape}]`);
      } else if (!(tensor.data instanceof Float32Array)) problems.push(`"${name}" is not F32`);
    }
    const names = new Set(slots.map(({ spec }) => spec.name));
    for (const name of tensors.keys()) {
      if (!names.has(name) && !name.endsWith(".num_batches_tracked")) {
        problems.push(`"${name}" is left over`);
      }
    }
    if (problems.length === 0) return;
    const more = problems.length - MOST_LISTED;
    throw new CheckpointError(
      `Cannot load the checkpoint: ${problems.slice(0, MOST_LISTED).join("; ")}${
        more > 0 ? `; and ${more} more` : ""
      }`,
    );
  }

  /**
   * Reads the state of an optimizer, by the names of the entries that it belongs to.
   *
   * @param buffer laid out like `values`, or like the first parts of it.
   */
  async readOptimizerState(buffer: GpuBuffer): Promise<Map<string, NamedTensor>> {
    const values = await this.#gpu.read(buffer, Float32Array);
    return this.#unpack(values, null, this.#slotsIn(buffer).map(({ spec }) => spec));
  }

  /**
   * Writes what {@link Parameters.readOptimizerState} read.
   *
   * @throws {CheckpointError} where a tensor is missing or of another shape.
   */
  writeOptimizerState(buffer: GpuBuffer, tensors: ReadonlyMap<string, NamedTensor>): void {
    const values = new Float32Array(buffer.size / 4);
    for (const slot of this.#slotsIn(buffer)) {
      const { name, shape } = slot.spec;
      const tensor = tensors.get(name);
      if (!(tensor?.data instanceof Float32Array) || tensor.shape.join() !== shape.join()) {
        throw new CheckpointError(`Cannot load ${buffer.label}: "${name}" must be F32 [${shape}]`);
      }
      store(tensor, slot, values);
    }
    this.#gpu.write(buffer, values);
  }

  /** The learned entries for which a buffer has room. */
  #slotsIn(buffer: GpuBuffer): Slot[] {
    return [...this.#slots.values()].filter(({ spec, offset, bytes }) =>
      !isStatistic(spec) && offset + bytes <= buffer.size
    );
  }

  /** Reads the state dict back, in the order of the specs. */
  async stateDict(): Promise<Map<string, NamedTensor>> {
    return this.#unpack(
      await this.#gpu.read(this.values, Float32Array),
      await this.#gpu.read(this.statistics, Float32Array),
    );
  }

  /** Reads the running statistics back, by name. */
  async statisticsDict(): Promise<Map<string, Float32Array>> {
    const tensors = this.#unpack(null, await this.#gpu.read(this.statistics, Float32Array));
    return new Map([...tensors].map(([name, { data }]) => [name, data]));
  }

  /** Reads all gradients back, by name. */
  async gradientDict(): Promise<Map<string, NamedTensor>> {
    return this.#unpack(await this.#gpu.read(this.gradients, Float32Array), null);
  }

  #unpack(
    values: Float32Array | null,
    statistics: Float32Array | null,
    specs: readonly ParameterSpec[] = this.specs,
  ) {
    const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const spec of specs) {
      const source = isStatistic(spec) ? statistics : values;
      if (!source) continue;
      const first = this.#slot(spec.name).offset / 4;
      const stored = source.subarray(first, first + storedLength(spec));
      const data = unpacked(stored, spec);
      tensors.set(spec.name, { shape: spec.shape, data });
    }
    return tensors;
  }

  /** Copies values and statistics from parameters of the same network, and sets gradients to zero. */
  copyFrom(source: Parameters): void {
    this.#gpu.copy(source.values, 0, this.values, 0, this.values.size);
    this.#gpu.copy(source.statistics, 0, this.statistics, 0, this.statistics.size);
    this.#gpu.clear(this.gradients);
  }

  /** Gives parameters with the same values and statistics in buffers of their own; gradients are zero. */
  clone(): Parameters {
    const copy = new Parameters(this.#gpu, this.specs);
    copy.copyFrom(this);
    return copy;
  }

  /** Frees the buffers. */
  destroy(): void {
    this.values.destroy();
    this.gradients.destroy();
    this.statistics.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

function isStatistic({ kind }: ParameterSpec): boolean {
  return kind === "statistic";
}

/** Stores an entry in its slot, in the form that it has on the GPU. */
function store({ data }: NamedTensor, { spec, offset }: Slot, target: Float32Array): void {
  const values = data as Float32Array;
  if (spec.kind === "kernel") return target.set(packKernel(values, spec.shape), offset / 4);
  const [rows, channels] = storedShape(spec);
  for (let row = 0; row < rows; row++) {
    target.set(
      values.subarray(row * channels, (row + 1) * channels),
      offset / 4 + row * paddedChannels(channels),
    );
  }
}

/** Gives the values of an entry from the form that it has on the GPU. */
function unpacked(stored: Float32Array, spec: ParameterSpec): Float32Array {
  if (spec.kind === "kernel") return unpackKernel(stored, spec.shape);
  const [rows, channels] = storedShape(spec);
  const values = new Float32Array(rows * channels);
  for (let row = 0; row < rows; row++) {
    const first = row * paddedChannels(channels);
    values.set(stored.subarray(first, first + channels), row * channels);
  }
  return values;
}
