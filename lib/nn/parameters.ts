/**
 * The parameters of a network on the GPU: one buffer of values, one of gradients, one of statistics, so
 * that an optimizer step is one launch and a reset is one copy. Kernels are held packed (see packing.ts),
 * which no optimizer notices; checkpoints keep MinkowskiEngine's names and layouts.
 *
 * @module
 */
import type { Gpu, GpuBuffer } from "../gpu/mod.ts";
import type { Parameter } from "../graph/graph.ts";
import { paddedChannels, Tensor } from "../graph/tensor.ts";
import { packedLength, packKernel, unpackKernel } from "./packing.ts";
import { CheckpointError, type NamedTensor } from "./safetensors.ts";

const PARTS = ["backbone", "classes", "distillation", "probe", "reconstruction"] as const;

/**
 * Which part of the network a tensor belongs to: the backbone ψ, the heads ρ_Y and ρ_2D, the 2D probe, or
 * the head that reconstructs what is masked.
 */
export type Part = typeof PARTS[number];

/** One entry of a network's state dict. */
export interface ParameterSpec {
  /** MinkowskiEngine's state-dict key. */
  readonly name: string;
  readonly part: Part;
  /** `statistic`: a running mean or variance, which no gradient moves. */
  readonly kind: "kernel" | "bias" | "scale" | "shift" | "statistic";
  /** [K, Cin, Cout] or [Cin, Cout] for kernels, [1, C] for biases, [C] for the rest. */
  readonly shape: readonly number[];
}

const ALIGNMENT = 256;

interface Place {
  readonly spec: ParameterSpec;
  readonly offset: number;
  readonly bytes: number;
}

/** Values, gradients and statistics of one network. */
export class Parameters implements Disposable {
  readonly specs: readonly ParameterSpec[];
  readonly values: GpuBuffer;
  readonly gradients: GpuBuffer;
  readonly statistics: GpuBuffer;
  readonly #gpu: Gpu;
  readonly #places = new Map<string, Place>();
  readonly #partEnds = new Map<Part, number>();

  /** Allocates; values are undefined until {@link Parameters.load}. Gradients start at zero. */
  constructor(gpu: Gpu, specs: readonly ParameterSpec[]) {
    this.#gpu = gpu;
    this.specs = specs;
    let learned = 0;
    let kept = 0;
    // Parts stand one after the other, the backbone first, so that each is one range.
    for (const part of PARTS) {
      for (const spec of specs.filter((candidate) => candidate.part === part)) {
        const bytes = Math.ceil(storedLength(spec) * 4 / ALIGNMENT) * ALIGNMENT;
        const isStatistic = spec.kind === "statistic";
        this.#places.set(spec.name, { spec, offset: isStatistic ? kept : learned, bytes });
        if (isStatistic) kept += bytes;
        else learned += bytes;
      }
      this.#partEnds.set(part, learned);
    }
    this.values = gpu.buffer("parameters", learned);
    this.gradients = gpu.zeros("gradients", learned);
    this.statistics = gpu.buffer("running statistics", kept);
  }

  /** Bytes from the start of `values` to the end of this part, the parts before it included. */
  endOf(part: Part): number {
    return this.#partEnds.get(part)!;
  }

  /** Bytes of `values` from the start of part `first` to the end of part `last`. */
  range(first: Part, last: Part): { offset: number; size: number } {
    const before = PARTS[PARTS.indexOf(first) - 1];
    const offset = before === undefined ? 0 : this.endOf(before);
    return { offset, size: this.endOf(last) - offset };
  }

  /** A learned tensor as the graph sees it. */
  parameter(name: string, trainable: boolean): Parameter {
    const { spec, offset, bytes } = this.#place(name);
    const [rows, channels] = storedShape(spec);
    const view = (buffer: GpuBuffer) =>
      new Tensor(name, rows, channels, { binding: { buffer, offset, size: bytes } });
    return { values: view(this.values), gradient: view(this.gradients), trainable };
  }

  /** A running statistic as the graph sees it, [1][C]. */
  statistic(name: string): Tensor {
    const { spec, offset, bytes } = this.#place(name);
    return new Tensor(name, 1, spec.shape[0]!, {
      binding: { buffer: this.statistics, offset, size: bytes },
    });
  }

  #place(name: string): Place {
    const place = this.#places.get(name);
    if (!place) throw new TypeError(`Cannot find parameter "${name}": the network has none`);
    return place;
  }

  /**
   * Loads a state dict. Every name and shape is checked before anything is written; entries that count
   * batches (`num_batches_tracked`) are ignored.
   *
   * @throws {CheckpointError} listing what is missing, left over, or of another shape.
   */
  load(tensors: ReadonlyMap<string, NamedTensor>): void {
    const problems: string[] = [];
    for (const { spec } of this.#places.values()) {
      const tensor = tensors.get(spec.name);
      if (!tensor) problems.push(`"${spec.name}" is missing`);
      else if (tensor.shape.join() !== spec.shape.join()) {
        problems.push(`"${spec.name}" is [${tensor.shape}], not [${spec.shape}]`);
      } else if (!(tensor.data instanceof Float32Array)) problems.push(`"${spec.name}" is not F32`);
    }
    for (const name of tensors.keys()) {
      if (!this.#places.has(name) && !name.endsWith(".num_batches_tracked")) {
        problems.push(`"${name}" is left over`);
      }
    }
    if (problems.length > 0) {
      const more = problems.length > 8 ? `; and ${problems.length - 8} more` : "";
      throw new CheckpointError(
        `Cannot load the checkpoint: ${problems.slice(0, 8).join("; ")}${more}`,
      );
    }
    const values = new Float32Array(this.values.size / 4);
    const statistics = new Float32Array(this.statistics.size / 4);
    for (const place of this.#places.values()) {
      put(tensors.get(place.spec.name)!, place, isStatistic(place) ? statistics : values);
    }
    this.#gpu.write(this.values, values);
    this.#gpu.write(this.statistics, statistics);
  }

  /**
   * Reads a buffer that is laid out as `values` is, or as the parts that it begins with: an optimizer's memory
   * of them, by the names of what it remembers.
   */
  async readBeside(buffer: GpuBuffer): Promise<Map<string, NamedTensor>> {
    const values = await this.#gpu.read(buffer, Float32Array);
    return this.#unpack(values, null, this.#placesIn(buffer).map(({ spec }) => spec));
  }

  /**
   * Writes what {@link Parameters.readBeside} read.
   *
   * @throws {CheckpointError} where a tensor is missing, or of another shape.
   */
  writeBeside(buffer: GpuBuffer, tensors: ReadonlyMap<string, NamedTensor>): void {
    const values = new Float32Array(buffer.size / 4);
    for (const place of this.#placesIn(buffer)) {
      const { name, shape } = place.spec;
      const tensor = tensors.get(name);
      if (!(tensor?.data instanceof Float32Array) || tensor.shape.join() !== shape.join()) {
        throw new CheckpointError(`Cannot load ${buffer.label}: "${name}" must be F32 [${shape}]`);
      }
      put(tensor, place, values);
    }
    this.#gpu.write(buffer, values);
  }

  /** The learned entries that a buffer has room for. */
  #placesIn(buffer: GpuBuffer): Place[] {
    return [...this.#places.values()].filter((place) =>
      !isStatistic(place) && place.offset + place.bytes <= buffer.size
    );
  }

  /** Reads the state dict back, in the order of the specs. */
  async stateDict(): Promise<Map<string, NamedTensor>> {
    return this.#unpack(
      await this.#gpu.read(this.values, Float32Array),
      await this.#gpu.read(this.statistics, Float32Array),
    );
  }

  /** Reads the running statistics alone back, by name. */
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
      const source = spec.kind === "statistic" ? statistics : values;
      if (!source) continue;
      const first = this.#places.get(spec.name)!.offset / 4;
      const stored = source.subarray(first, first + storedLength(spec));
      const count = spec.shape.reduce((product, size) => product * size, 1);
      const data = spec.kind === "kernel"
        ? unpackKernel(stored, spec.shape)
        : stored.slice(0, count);
      tensors.set(spec.name, { shape: spec.shape, data });
    }
    return tensors;
  }

  /** Copies values and statistics from parameters of the same network; gradients become zero. */
  copyFrom(source: Parameters): void {
    this.#gpu.copy(source.values, 0, this.values, 0, this.values.size);
    this.#gpu.copy(source.statistics, 0, this.statistics, 0, this.statistics.size);
    this.#gpu.clear(this.gradients);
  }

  /** The same values and statistics in buffers of their own; gradients are zero. */
  clone(): Parameters {
    const copy = new Parameters(this.#gpu, this.specs);
    copy.copyFrom(this);
    return copy;
  }

  destroy(): void {
    this.values.destroy();
    this.gradients.destroy();
    this.statistics.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

function isStatistic({ spec }: Place): boolean {
  return spec.kind === "statistic";
}

/** Puts an entry into its place, as the GPU has it. */
function put({ data }: NamedTensor, { spec, offset }: Place, target: Float32Array): void {
  const values = data as Float32Array;
  target.set(spec.kind === "kernel" ? packKernel(values, spec.shape) : values, offset / 4);
}

/** Float32 words that an entry takes on the GPU. */
function storedLength(spec: ParameterSpec): number {
  if (spec.kind === "kernel") return packedLength(spec.shape);
  return paddedChannels(spec.shape.at(-1)!);
}

/** Rows and channels of an entry as it stands on the GPU. */
export function storedShape(spec: ParameterSpec): [rows: number, channels: number] {
  if (spec.kind !== "kernel") return [1, spec.shape.at(-1)!];
  return [storedLength(spec) / 16, 16];
}
