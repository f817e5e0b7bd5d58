/**
 * What an exported network reads of a scan beside its features: tables of rows by which voxels find their neighbours, the
 * coarser voxels that they become, and the patches that they attend in. The same tables belong to a scan whatever the
 * weights are, so they are inputs of the exported file. Computed on the CPU.
 *
 * @module
 */
import type { Network } from "../nn/network.ts";
import type { PatchPlace } from "../nn/network_layers.ts";
import {
  type CoordinateIndex,
  coordinateKey,
  distinctCoordinatesReference,
  kernelOffsets,
  MAX_DEPTH,
  padPatches,
  patchRows,
  serializationCode,
  serializationDepth,
} from "../sparse/mod.ts";

/** One table of a scan. Levels count from 0, the finest. */
export type TableRequest =
  /** The rows that a convolution of stride 1 reads; -1 where there is no voxel. */
  | { readonly kind: "neighbours"; readonly level: number; readonly kernelSize: number }
  /** For each voxel of `level + 1` the rows of `level` that a halving convolution reads; -1 where there is none. */
  | { readonly kind: "down"; readonly level: number }
  /** For each voxel of `level` the rows of `level + 1` that a doubling convolution reads; -1 where there is none. */
  | { readonly kind: "up"; readonly level: number }
  /** For each voxel of `level + 1` the rows of `level` that it is made of, filled up with the first of them. */
  | { readonly kind: "children"; readonly level: number }
  /** For each voxel of `level` the row of `level + 1` that it is in. */
  | { readonly kind: "parents"; readonly level: number }
  /** The rows of each patch of an order. */
  | { readonly kind: "patches"; readonly place: PatchPlace }
  /** x, y and z of the voxels, on the grid of their level. */
  | { readonly kind: "coordinates"; readonly level: number }
  /** For each voxel its place among the patches, row after row. */
  | { readonly kind: "places"; readonly place: PatchPlace };

/** A table: rows of voxels, [rows][columns], or [rows] where there is one column. */
export interface ScanTable {
  readonly shape: readonly number[];
  readonly rows: BigInt64Array;
}

/** Name of a table among the inputs of an exported network. */
export function tableName(request: TableRequest): string {
  switch (request.kind) {
    case "neighbours":
      return `neighbours_${request.kernelSize}_level${request.level}`;
    case "patches":
    case "places": {
      const { level, order, patch } = request.place;
      return `${request.kind}_${patch}_order${order}_level${level}`;
    }
    default:
      return `${request.kind}_level${request.level}`;
  }
}

/** The voxels of one level. */
interface TableLevel {
  /** Four words for each voxel. */
  readonly coords: Int32Array;
  readonly index: CoordinateIndex;
  /** Distance between neighbours, in the units of `coords`. */
  readonly spacing: number;
  /** Bits of a coordinate in the codes of a space-filling curve. */
  readonly depth: number;
}

/** The tables of one scan for one network. */
export class ScanTables {
  readonly #network: Pick<Network, "depth" | "serialization">;
  readonly #levels: readonly TableLevel[];
  readonly #sequences = new Map<string, Uint32Array>();

  /**
   * @param coords of the voxels, four words for each; distinct.
   * @throws {RangeError} where they reach farther than a point transformer knows.
   */
  constructor(network: Pick<Network, "depth" | "serialization">, coords: Int32Array) {
    this.#network = network;
    this.#levels = network.serialization
      ? serializedLevels(coords, network.depth, network.serialization.parents)
      : pyramidLevels(coords, network.depth);
  }

  /** Makes a table. */
  table(request: TableRequest): ScanTable {
    switch (request.kind) {
      case "neighbours": {
        const level = this.#levels[request.level]!;
        return found(level, level, kernelOffsets(request.kernelSize, level.spacing));
      }
      case "down": {
        const fine = this.#levels[request.level]!;
        return found(this.#levels[request.level + 1]!, fine, kernelOffsets(2, fine.spacing));
      }
      case "up": {
        const fine = this.#levels[request.level]!;
        const offsets = kernelOffsets(2, -fine.spacing);
        return found(fine, this.#levels[request.level + 1]!, offsets);
      }
      case "children":
        return childrenOf(this.#parents(request.level), countOf(this.#levels[request.level + 1]!));
      case "parents": {
        const parents = this.#parents(request.level);
        return { shape: [parents.length], rows: BigInt64Array.from(parents, BigInt) };
      }
      case "coordinates": {
        const { coords } = this.#levels[request.level]!;
        const rows = BigInt64Array.from(coords.filter((_, i) => i % 4 < 3), BigInt);
        return { shape: [coords.length / 4, 3], rows };
      }
      case "patches":
        return this.#patches(request.place).patches;
      case "places":
        return this.#patches(request.place).places;
    }
  }

  /** The coarser row of each voxel of a level of a point transformer. */
  #parents(level: number): number[] {
    const { coords } = this.#levels[level]!;
    const { index } = this.#levels[level + 1]!;
    return Array.from({ length: coords.length / 4 }, (_, row) => {
      const [x, y, z] = coords.subarray(4 * row, 4 * row + 3);
      return index.get(coordinateKey(x! >> 1, y! >> 1, z! >> 1))!;
    });
  }

  #patches({ level, order, patch }: PatchPlace): { patches: ScanTable; places: ScanTable } {
    const sequence = this.#sequence(level, order);
    const count = sequence.length;
    const rows = Math.min(count, patchRows([count], patch, "flash"));
    const { pad, unpad } = padPatches([count], rows);
    const patches = BigInt64Array.from(pad, (position) => BigInt(sequence[position]!));
    const places = new BigInt64Array(count);
    sequence.forEach((row, position) => places[row] = BigInt(unpad[position]!));
    return {
      patches: { shape: [pad.length / rows, rows], rows: patches },
      places: { shape: [count], rows: places },
    };
  }

  /** The rows of a level along one order. */
  #sequence(level: number, order: number): Uint32Array {
    const name = this.#network.serialization!.orders[order]!;
    const key = `${name} ${level}`;
    const known = this.#sequences.get(key);
    if (known) return known;
    const { coords, depth } = this.#levels[level]!;
    const codes = Array.from({ length: coords.length / 4 }, (_, row) => {
      const [x, y, z] = coords.subarray(4 * row, 4 * row + 3);
      return serializationCode(name, depth, x!, y!, z!);
    });
    const sequence = Uint32Array.from(codes.keys())
      .sort((a, b) => codes[a]! < codes[b]! ? -1 : 1);
    this.#sequences.set(key, sequence);
    return sequence;
  }
}

function countOf({ coords }: TableLevel): number {
  return coords.length / 4;
}

/** The levels of a U-Net: coordinates are multiples of their stride. */
function pyramidLevels(coords: Int32Array, depth: number): TableLevel[] {
  return Array.from({ length: depth + 1 }, (_, level) => {
    const spacing = 2 ** level;
    return { ...distinctCoordinatesReference(coords, spacing), spacing, depth: 0 };
  });
}

/** The levels of a point transformer: coordinates are halved, and counted from a corner of the coarsest grid. */
function serializedLevels(
  coords: Int32Array,
  halvings: number,
  parents: "code" | "coordinates",
): TableLevel[] {
  const grid = 2 ** halvings;
  const placed = new Int32Array(coords.length);
  let largest = 0;
  for (let axis = 0; axis < 3; axis++) {
    let least = Infinity;
    for (let i = axis; i < coords.length; i += 4) least = Math.min(least, coords[i]!);
    const origin = Math.floor(least / grid) * grid;
    for (let i = axis; i < coords.length; i += 4) {
      placed[i] = coords[i]! - origin;
      largest = Math.max(largest, placed[i]!);
    }
  }
  if (largest > 2 ** MAX_DEPTH - 2) {
    throw new RangeError(
      `Cannot serialize voxels up to ${largest} from the corner of their box: a point transformer knows ` +
        `${2 ** MAX_DEPTH - 1} along each axis; use larger voxels`,
    );
  }
  const first = serializationDepth(largest);
  return Array.from({ length: halvings + 1 }, (_, level) => ({
    ...distinctCoordinatesReference(placed.map((value) => value >> level), 1),
    spacing: 1,
    depth: parents === "code" ? Math.max(0, first - level) : serializationDepth(largest >> level),
  }));
}

/** The row of `sources` at each offset from each voxel of `level`. */
function found(
  { coords }: TableLevel,
  { index }: TableLevel,
  offsets: readonly (readonly [number, number, number])[],
): ScanTable {
  const count = coords.length / 4;
  const rows = new BigInt64Array(count * offsets.length);
  let at = 0;
  for (let row = 0; row < count; row++) {
    const [x, y, z] = coords.subarray(4 * row, 4 * row + 3) as unknown as [number, number, number];
    for (const [dx, dy, dz] of offsets) {
      rows[at++] = BigInt(index.get(coordinateKey(x + dx, y + dy, z + dz)) ?? -1);
    }
  }
  return { shape: [count, offsets.length], rows };
}

/** The rows of each parent, in ascending order, filled up with the first of them. */
function childrenOf(parents: readonly number[], count: number): ScanTable {
  const children = Array.from({ length: count }, (): number[] => []);
  parents.forEach((parent, row) => children[parent]!.push(row));
  const most = Math.max(...new Set(children.map(({ length }) => length)));
  const rows = new BigInt64Array(count * most);
  children.forEach((own, parent) => {
    for (let i = 0; i < most; i++) rows[parent * most + i] = BigInt(own[i] ?? own[0]!);
  });
  return { shape: [count, most], rows };
}
