/**
 * What a network needs of a scan besides its features: the kernel maps between the voxels of its pyramid. It is built once
 * for each scan, whatever the weights.
 *
 * @module
 */
import type { Gpu, GpuBuffer } from "../gpu/mod.ts";
import { type KernelMap, type KernelMapSpec, Pyramid } from "../sparse/mod.ts";
import type { ScanStructure } from "./layers.ts";
import type { Network } from "./network.ts";

/** The structure of one scan for one network. Owns its buffers. */
export class BuiltStructure implements ScanStructure, Disposable {
  readonly #pyramid: Pyramid;
  readonly #maps: ReadonlyMap<string, KernelMap>;

  private constructor(pyramid: Pyramid, maps: ReadonlyMap<string, KernelMap>) {
    this.#pyramid = pyramid;
    this.#maps = maps;
  }

  /**
   * Builds all that a network asks for.
   *
   * @param coords vec4i [count], distinct; copied.
   * @throws {RangeError} where coordinates occur twice.
   * @throws {CapacityError} where the scan is too large for the adapter.
   */
  static async build(
    gpu: Gpu,
    network: Pick<Network, "depth" | "maps">,
    coords: GpuBuffer,
    count: number,
  ): Promise<BuiltStructure> {
    using owned = new DisposableStack();
    const pyramid = owned.use(await Pyramid.build(gpu, coords, count, network.depth));
    const specs = network.maps();
    const built = await pyramid.kernelMaps(specs);
    owned.move();
    return new BuiltStructure(pyramid, new Map(specs.map((spec, i) => [specKey(spec), built[i]!])));
  }

  /**
   * Gives a kernel map.
   *
   * @throws {TypeError} where the network did not ask for it.
   */
  kernelMap(spec: KernelMapSpec): KernelMap {
    const map = this.#maps.get(specKey(spec));
    if (!map) throw new TypeError(`Cannot find kernel map ${specKey(spec)}: it was not built`);
    return map;
  }

  /** Frees the buffers. */
  [Symbol.dispose](): void {
    this.#pyramid.destroy();
  }
}

function specKey(spec: KernelMapSpec): string {
  return `kernel ${spec.kernelSize} stride ${spec.stride} dilation ${spec.dilation} from ${spec.from}`;
}
