/**
 * The pyramid of one scan: its voxels at strides 1, 2, 4, ..., a coordinate hash for each stride, and the kernel maps
 * between them. A kernel map is built once for all layers that share it, and freed with the scan.
 *
 * @module
 */
import type { Gpu, GpuBuffer } from "../gpu/mod.ts";
import { distinctCoordinates } from "./coordinate_hash.ts";
import { buildKernelMaps, type KernelMap, type MapLevel } from "./kernel_map.ts";

/** Voxels of one stride. Coordinates stay in input units: they are multiples of the stride. */
export interface Level extends MapLevel {
  /** vec4i (x, y, z, 0) [count], in the order of their first row on the finer level. */
  readonly coords: GpuBuffer;
}

/** Everything that determines a kernel map. */
export interface KernelMapSpec {
  /** Edge of the kernel: odd kernels are centred, even ones start at 0. */
  readonly kernelSize: number;
  /** Ratio of output to input stride, a power of two. */
  readonly stride: number;
  readonly dilation: number;
  /** Level of the inputs; the outputs are on level `from + log2(stride)`. */
  readonly from: number;
}

/** Levels and kernel maps of one scan. Owns its buffers. */
export class Pyramid implements Disposable {
  /** Levels of stride 1, 2, 4, ... */
  readonly levels: readonly Level[];
  readonly #gpu: Gpu;
  readonly #owned: DisposableStack;
  readonly #maps = new Map<string, Promise<KernelMap>>();

  private constructor(gpu: Gpu, levels: readonly Level[], owned: DisposableStack) {
    this.#gpu = gpu;
    this.levels = levels;
    this.#owned = owned;
  }

  /**
   * Builds levels of stride 1, 2, ..., 2^depth: floor(c / stride) * stride, distinct, in the order of first
   * rows. One submit and one readback. `coords` is copied.
   *
   * @param coords vec4i [count], distinct.
   * @throws {RangeError} for a depth that is not an integer of 0..30, and for coordinates that occur twice.
   * @throws {TypeError} where `coords` is too short.
   */
  static async build(gpu: Gpu, coords: GpuBuffer, count: number, depth: number): Promise<Pyramid> {
    if (!Number.isInteger(depth) || depth < 0 || depth > 30) {
      throw new RangeError(
        `Cannot build a pyramid: the depth must be an integer from 0 to 30, got ${depth}`,
      );
    }
    if (coords.size < count * 16) {
      throw new TypeError(
        `Cannot build a pyramid of ${count} rows: "${coords.label}" holds ${coords.size} bytes, not ${
          count * 16
        }`,
      );
    }
    using owned = new DisposableStack();
    using scratch = new DisposableStack();
    const totals = scratch.use(gpu.buffer("level counts", (depth + 1) * 4));
    // Every level is made from level 0, because the counts of the others are not known before the readback; the order
    // of first rows is the same.
    const found = Array.from(
      { length: depth + 1 },
      (_, index) =>
        distinctCoordinates(gpu, owned, scratch, coords, count, 2 ** index, {
          buffer: totals,
          index,
        }),
    );
    gpu.run(found.flatMap(({ launches }) => launches), "pyramid");
    const counts = await gpu.read(totals, Uint32Array, depth + 1);
    if (counts[0] !== count) {
      throw new RangeError(
        `Cannot build a pyramid: of ${count} coordinates only ${counts[0]} are distinct`,
      );
    }
    const levels = found.map(({ table: { coords: roomy, slots, mask } }, index): Level => {
      const count = counts[index]!;
      const coords = owned.use(gpu.buffer(`coordinates at stride ${2 ** index}`, count * 16));
      gpu.copy(roomy, 0, coords, 0, count * 16);
      return { stride: 2 ** index, count, coords, table: { coords, slots, mask } };
    });
    return new Pyramid(gpu, levels, owned.move());
  }

  /**
   * The kernel maps of these layers. Each is built at most once for this pyramid, with two submits and one readback for
   * all that are missing.
   *
   * @throws {RangeError} where a level does not exist, or a kernel size, stride or dilation is impossible.
   * @throws {CapacityError} where a map would be too large.
   * @throws {TypeError} after `destroy()`.
   */
  async kernelMaps(specs: readonly KernelMapSpec[]): Promise<KernelMap[]> {
    if (this.#owned.disposed) {
      throw new TypeError("Cannot build kernel maps: the pyramid was destroyed");
    }
    const missing = new Map<string, KernelMapSpec>();
    for (const spec of specs) {
      const key = specKey(spec);
      if (!this.#maps.has(key)) missing.set(key, spec);
    }
    if (missing.size > 0) this.#build(missing);
    return await Promise.all(specs.map((spec) => this.#maps.get(specKey(spec))!));
  }

  /** Starts building. Callers that ask meanwhile share the promises, and a failure is forgotten. */
  #build(missing: ReadonlyMap<string, KernelMapSpec>): void {
    const built = this.#buildNow([...missing.values()]);
    [...missing.keys()].forEach((key, i) => {
      const map = built.then((maps) => maps[i]!);
      this.#maps.set(key, map);
      map.catch(() => this.#maps.delete(key));
    });
  }

  async #buildNow(specs: readonly KernelMapSpec[]): Promise<KernelMap[]> {
    const requests = specs.map(({ kernelSize, stride, dilation, from }) => {
      if (!(stride >= 1) || !Number.isInteger(Math.log2(stride))) {
        throw new RangeError(
          `Cannot build a kernel map: the stride must be a power of two, got ${stride}`,
        );
      }
      return {
        kernelSize,
        dilation,
        from: this.#level(from),
        to: this.#level(from + Math.log2(stride)),
      };
    });
    using owned = new DisposableStack();
    const maps = await buildKernelMaps(this.#gpu, owned, requests);
    if (this.#owned.disposed) {
      throw new TypeError("Cannot build kernel maps: the pyramid was destroyed");
    }
    this.#owned.use(owned.move());
    return maps;
  }

  #level(index: number): Level {
    const level = this.levels[index];
    if (!level) {
      throw new RangeError(
        `Cannot build a kernel map: there is no level ${index}; levels are 0 to ${
          this.levels.length - 1
        }`,
      );
    }
    return level;
  }

  /** Frees levels and kernel maps. */
  destroy(): void {
    this.#owned.dispose();
    this.#maps.clear();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

function specKey(spec: KernelMapSpec): string {
  return [spec.kernelSize, spec.stride, spec.dilation, spec.from].join();
}
