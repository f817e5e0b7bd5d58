/**
 * What a network needs of the places of a scan's voxels: kernel maps between the levels of its pyramid, or, for a point
 * transformer, the levels lined up and cut into patches. It is built once for each scan, whatever the weights.
 *
 * @module
 */
import type { Gpu, GpuBuffer } from "../gpu/mod.ts";
import type { AttentionPatches } from "../graph/transformer/patch_attention.ts";
import { rotationsOf } from "../graph/transformer/heads.ts";
import { Tensor } from "../graph/tensor.ts";
import {
  type KernelMap,
  type KernelMapSpec,
  patchRows,
  type PatchRule,
  patchTiles,
  Pyramid,
  Serialization,
  type SerializationOptions,
  type SerializedStage,
} from "../sparse/mod.ts";
import { indexTensor, type MergedRows, type ScanStructure } from "./layers.ts";
import type { PatchPlace } from "./network_layers.ts";
import type { Network, NetworkSerialization } from "./network.ts";

/** What a structure depends on beside network and voxels. A student's scan is one cloud as it is. */
export interface StructureOptions
  extends Pick<SerializationOptions, "offset" | "permutations" | "originGrid"> {
  /** How long patches are where a batch has small clouds; `flash` by default, as published networks were trained. */
  readonly patchRule?: PatchRule;
  /** u32 [voxels]: 1 where a voxel is masked; none by default. */
  readonly mask?: Tensor;
}

/** The network's part of a structure. */
type StructuredNetwork = Pick<Network, "depth" | "maps" | "serialization">;

/** The structure of one scan for one network. Owns its buffers. */
export class BuiltStructure implements ScanStructure, Disposable {
  readonly mask: Tensor | null;
  /** The levels of a point transformer, lined up; null for a network of convolutions. */
  readonly serialization: Serialization | null;
  readonly #maps: ReadonlyMap<string, KernelMap>;
  readonly #patches: ReadonlyMap<string, AttentionPatches>;
  readonly #rotations: readonly (Tensor | null)[];
  readonly #owned: DisposableStack;

  private constructor(fields: {
    mask: Tensor | null;
    serialization: Serialization | null;
    maps: ReadonlyMap<string, KernelMap>;
    patches: ReadonlyMap<string, AttentionPatches>;
    rotations: readonly (Tensor | null)[];
    owned: DisposableStack;
  }) {
    this.mask = fields.mask;
    this.serialization = fields.serialization;
    this.#maps = fields.maps;
    this.#patches = fields.patches;
    this.#rotations = fields.rotations;
    this.#owned = fields.owned;
  }

  /**
   * Builds all that a network asks for.
   *
   * @param coords vec4i [count], distinct; copied.
   * @throws {RangeError} where coordinates occur twice, or options do not fit together.
   * @throws {CapacityError} where the scan is too large for the adapter or for the codes of a point transformer.
   */
  static async build(
    gpu: Gpu,
    network: StructuredNetwork,
    coords: GpuBuffer,
    count: number,
    options: StructureOptions = {},
  ): Promise<BuiltStructure> {
    using owned = new DisposableStack();
    const maps = new Map<string, KernelMap>();
    const mask = options.mask ?? null;
    const keep = async (pyramid: Pyramid, specs: readonly KernelMapSpec[], from = 0) => {
      owned.use(pyramid);
      const built = await pyramid.kernelMaps(
        specs.map((spec) => ({ ...spec, from: spec.from - from })),
      );
      specs.forEach((spec, i) => maps.set(specKey(spec), built[i]!));
    };
    const { serialization: rule, depth } = network;
    if (!rule) {
      await keep(await Pyramid.build(gpu, coords, count, depth), network.maps());
      const none = { serialization: null, patches: new Map(), rotations: [] };
      return new BuiltStructure({ ...none, mask, maps, owned: owned.move() });
    }
    const serialization = owned.use(
      await Serialization.build(gpu, coords, count, {
        orders: rule.orders,
        parents: rule.parents,
        halvings: new Array<number>(depth).fill(1),
        // The grid of the coarsest level is that of the whole scan, so that blocks of a large scan keep it.
        originGrid: 2 ** depth,
        ...options,
      }),
    );
    for (const [level, { apart, count }] of serialization.stages.entries()) {
      const wanted = network.maps().filter(({ from }) => from === level);
      await keep(await Pyramid.build(gpu, apart, count, 0), wanted, level);
    }
    const patches = allPatches(gpu, owned, serialization, rule, options.patchRule ?? "flash");
    const rotations = await allRotations(gpu, owned, serialization, rule);
    return new BuiltStructure({
      mask,
      serialization,
      maps,
      patches,
      rotations,
      owned: owned.move(),
    });
  }

  /**
   * Gives a kernel map.
   *
   * @throws {TypeError} where the network did not ask for it.
   */
  kernelMap(spec: KernelMapSpec): KernelMap {
    return found(this.#maps, specKey(spec), "kernel map");
  }

  /**
   * Gives the patches of a level in one order.
   *
   * @throws {TypeError} where the network did not ask for them.
   */
  patches(place: PatchPlace): AttentionPatches {
    return found(this.#patches, patchKey(place), "patches");
  }

  /**
   * Gives the rotations of the voxels of a level.
   *
   * @throws {TypeError} where the network did not ask for them.
   */
  rotations(level: number): Tensor {
    const rotations = this.#rotations[level];
    if (!rotations) {
      throw new TypeError(`Cannot find rotations of level ${level}: they were not built`);
    }
    return rotations;
  }

  /**
   * Gives the voxels of a level that became one on the next.
   *
   * @throws {TypeError} where the levels are not those of a point transformer.
   */
  merged(level: number): MergedRows {
    const coarser = this.serialization?.stages[level + 1];
    if (!coarser?.children) {
      throw new TypeError(
        `Cannot find the voxels that level ${level} became: it was not serialized`,
      );
    }
    const { points, pointRow, order, starts } = coarser.children;
    return {
      parents: coarser.count,
      children: {
        points,
        pointRow: indexTensor(pointRow),
        order: indexTensor(order),
        starts: indexTensor(starts),
      },
    };
  }

  /** Frees the buffers. */
  [Symbol.dispose](): void {
    this.#owned.dispose();
  }
}

function found<T>(built: ReadonlyMap<string, T>, key: string, what: string): T {
  const value = built.get(key);
  if (!value) throw new TypeError(`Cannot find ${what} ${key}: it was not built`);
  return value;
}

/** The patches of all levels in all orders, by {@link patchKey}. */
function allPatches(
  gpu: Gpu,
  owned: DisposableStack,
  { stages }: Serialization,
  { patches: sizes }: NetworkSerialization,
  rule: PatchRule,
): Map<string, AttentionPatches> {
  const all = new Map<string, AttentionPatches>();
  for (const [level, stage] of stages.entries()) {
    for (const patch of sizes[level]!) {
      const tiles = stagePatches(gpu, owned, stage, patch, rule);
      stage.orders.forEach(({ sequence }, order) =>
        all.set(patchKey({ level, order, patch }), { ...tiles, sequence: indexTensor(sequence) })
      );
    }
  }
  return all;
}

/** The rotations of all levels. Angles are taken in float64: a shader's sine is coarse far from zero. */
async function allRotations(
  gpu: Gpu,
  owned: DisposableStack,
  { stages }: Serialization,
  { rotations }: NetworkSerialization,
): Promise<(Tensor | null)[]> {
  return await Promise.all(stages.map(async ({ coords, count }, level) => {
    const wanted = rotations[level];
    if (!wanted) return null;
    const places = await gpu.read(coords, Int32Array, 4 * count);
    const numbers = rotationsOf(places, wanted.pairs, wanted.base);
    const buffer = gpu.buffer("rotations", Math.ceil(numbers.length / 4) * 16);
    owned.use(buffer);
    gpu.write(buffer, numbers);
    return new Tensor("rotations", Math.ceil(numbers.length / 4), 4, { binding: buffer });
  }));
}

/** The patches of a level, which are the same in all orders but for the rows that stand in them. */
function stagePatches(
  gpu: Gpu,
  owned: DisposableStack,
  { count, offset }: SerializedStage,
  patch: number,
  rule: PatchRule,
): Omit<AttentionPatches, "sequence"> {
  const rows = patchRows(offset, patch, rule);
  const { queries, keys } = patchTiles(offset, rows);
  const upload = (label: string, words: Uint32Array) =>
    new Tensor(label, words.length / 4, 4, { binding: owned.use(gpu.upload(label, words)) });
  return {
    rows: count,
    patchRows: rows,
    queryTiles: queries.length / 4,
    queries: upload("query tiles", queries),
    keyTiles: keys.length / 4,
    keys: upload("key tiles", keys),
  };
}

function specKey(spec: KernelMapSpec): string {
  return `kernel ${spec.kernelSize} stride ${spec.stride} dilation ${spec.dilation} from ${spec.from}`;
}

function patchKey({ level, order, patch }: PatchPlace): string {
  return `of ${patch} on level ${level} in order ${order}`;
}
