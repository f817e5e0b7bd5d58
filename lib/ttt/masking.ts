/**
 * Masks for reconstruction on voxels: blocks of a scan are hidden, and around each visible voxel the network
 * predicts which cells hold a hidden surface. Cells that it can see do not count, so the hidden geometry has to be
 * inferred, as in masked autoencoders (He et al. 2022; for test-time training MATE, Mirza et al. 2023).
 *
 * @module
 */
import type { GpuBuffer } from "../gpu/mod.ts";
import { CELL } from "../graph/losses/occupancy.ts";
import { Tensor } from "../graph/tensor.ts";
import type { StudentCard } from "../nn/card.ts";
import { coordinateKey, tableSlots } from "../sparse/mod.ts";
import type { Random } from "../random/random.ts";
import type { PlanContext } from "./plans/context.ts";
import { pickPoints, type Points } from "../voxels/points.ts";
import { SparseScan } from "../voxels/sparse_scan.ts";

/** Voxels between a voxel and the farthest cell of its neighbourhood, on each axis. */
const REACH = 2;

/** Cells whose occupancy is predicted: the cube of 5 voxels around a voxel. x runs fastest. */
export const CELLS: number = (2 * REACH + 1) ** 3;

/** How a mask is drawn. */
export interface MaskOptions {
  /** Share of the blocks that is hidden, 0 to 1. At least one block stays visible. */
  readonly share: number;
  /** Edge of a block in voxels. Beyond 2 {@link REACH}, no visible voxel reaches the middle of a block. */
  readonly block: number;
}

/** The mask that students are trained with. */
export const MASK = { share: 0.6, block: 4 } as const satisfies MaskOptions;

/** Voxels of a scan on the host: x, y, z, 0 by row. */
export type VoxelCoordinates = Int32Array;

/**
 * Draws which voxels a mask hides: a share of the blocks of a grid that is shifted at random.
 *
 * @returns [voxels], 1 where hidden.
 */
export function drawMask(
  coords: VoxelCoordinates,
  { share, block }: MaskOptions,
  random: Random,
): Uint8Array {
  const shift = [0, 1, 2].map(() => random.integer(block));
  const blocks = new Map<string, number>();
  const blockOf = Uint32Array.from({ length: coords.length / 4 }, (_, row) => {
    const [x, y, z] = shift.map((by, axis) => Math.floor((coords[4 * row + axis]! + by) / block));
    const key = coordinateKey(x!, y!, z!);
    if (!blocks.has(key)) blocks.set(key, blocks.size);
    return blocks.get(key)!;
  });
  const hidden = Math.min(Math.round(share * blocks.size), blocks.size - 1);
  const isHidden = new Uint8Array(blocks.size);
  for (const index of random.sample(blocks.size, hidden)) isHidden[index] = 1;
  return Uint8Array.from(blockOf, (index) => isHidden[index]!);
}

/**
 * Computes the prediction's target around each visible voxel, in the order of the voxels: a cell with a hidden
 * voxel is occupied, one with a visible voxel is ignored, any other is empty.
 */
export function occupancyTargets(
  coords: VoxelCoordinates,
  hidden: Uint8Array,
): { targets: Uint32Array; occupied: number; empty: number } {
  const rows = new VoxelRows(coords);
  const visible = hidden.reduce((count, value) => count + 1 - value, 0);
  const targets = new Uint32Array(visible * CELLS);
  let occupied = 0;
  let empty = 0;
  let at = 0;
  hidden.forEach((isHidden, row) => {
    if (isHidden) return;
    for (let z = -REACH; z <= REACH; z++) {
      for (let y = -REACH; y <= REACH; y++) {
        for (let x = -REACH; x <= REACH; x++) {
          const found = rows.find(
            coords[4 * row]! + x,
            coords[4 * row + 1]! + y,
            coords[4 * row + 2]! + z,
          );
          if (found < 0) {
            empty++;
            targets[at++] = CELL.empty;
          } else if (hidden[found]) {
            occupied++;
            targets[at++] = CELL.occupied;
          } else targets[at++] = CELL.ignored;
        }
      }
    }
  });
  return { targets, occupied, empty };
}

/** Rows by coordinate: open addressing over int32 triples, as on the GPU. */
class VoxelRows {
  readonly #coords: VoxelCoordinates;
  readonly #slots: Int32Array;

  constructor(coords: VoxelCoordinates) {
    this.#coords = coords;
    this.#slots = new Int32Array(tableSlots(coords.length / 4)).fill(-1);
    for (let row = 0; 4 * row < coords.length; row++) {
      const slot = this.#slot(coords[4 * row]!, coords[4 * row + 1]!, coords[4 * row + 2]!);
      this.#slots[slot] = row;
    }
  }

  /** Returns the row of a voxel, -1 where there is none. */
  find(x: number, y: number, z: number): number {
    return this.#slots[this.#slot(x, y, z)]!;
  }

  /** Returns the slot that holds a voxel, or the free one where it would be put. */
  #slot(x: number, y: number, z: number): number {
    const mask = this.#slots.length - 1;
    let hash = Math.imul(x, 0x9e3779b1) + Math.imul(y, 0x85ebca77) + Math.imul(z, 0xc2b2ae3d);
    hash ^= hash >>> 16;
    hash = Math.imul(hash, 0x7feb352d);
    hash ^= hash >>> 15;
    for (let slot = hash & mask;; slot = (slot + 1) & mask) {
      const row = this.#slots[slot]!;
      if (row < 0) return slot;
      const first = 4 * row;
      if (
        this.#coords[first] === x && this.#coords[first + 1] === y && this.#coords[first + 2] === z
      ) return slot;
    }
  }
}

/** A scan of which the network sees only a part. Owns its buffers. */
export class MaskedScan implements Disposable {
  /** The visible part. */
  readonly scan: SparseScan;
  /** u32 [visible voxels][{@link CELLS}], as the occupancy loss takes them. */
  readonly targets: Tensor;
  /** Weight of an occupied cell; with it all occupied cells together weigh as much as all empty ones. */
  readonly positiveWeight: number;

  constructor(scan: SparseScan, targets: GpuBuffer, occupied: number, empty: number) {
    this.scan = scan;
    this.targets = new Tensor("occupancy", scan.voxels.count, CELLS, { binding: targets });
    this.positiveWeight = occupied === 0 ? 1 : empty / occupied;
  }

  [Symbol.dispose](): void {
    this.scan.destroy();
    (this.targets.binding as GpuBuffer).destroy();
  }
}

/** A scan to mask, with the points that it was built from and the names of its input features. */
export interface MaskSource extends Omit<PlanContext, "parameters"> {
  readonly points: Points;
  readonly features: StudentCard["features"];
}

/** Draws masks for one scan. */
export class Masker {
  readonly #source: MaskSource;
  readonly #coords: VoxelCoordinates;
  readonly #pointRow: Uint32Array;

  private constructor(source: MaskSource, coords: VoxelCoordinates, pointRow: Uint32Array) {
    this.#source = source;
    this.#coords = coords;
    this.#pointRow = pointRow;
  }

  /** Reads back the scan's voxels, once for all masks. */
  static async of(source: MaskSource): Promise<Masker> {
    const { gpu, scan: { voxels } } = source;
    return new Masker(
      source,
      await gpu.read(voxels.coords, Int32Array, voxels.count * 4),
      await gpu.read(voxels.pointRow, Uint32Array, voxels.points),
    );
  }

  /** Hides a part of the scan. Visible voxels keep their order. */
  async draw(options: MaskOptions, random: Random): Promise<MaskedScan> {
    const { gpu, student, scan, points, features } = this.#source;
    const hidden = drawMask(this.#coords, options, random);
    const { targets, occupied, empty } = occupancyTargets(this.#coords, hidden);
    const visible = visiblePoints(points, this.#pointRow, hidden);
    using owned = new DisposableStack();
    const built = owned.use(
      await SparseScan.build(gpu, student, features, visible, scan.voxels.size),
    );
    const masked = new MaskedScan(built, gpu.upload("occupancy", targets), occupied, empty);
    owned.move();
    return masked;
  }
}

/** Picks the points outside hidden voxels, in their order. */
function visiblePoints(points: Points, pointRow: Uint32Array, hidden: Uint8Array): Points {
  return pickPoints(
    points,
    Uint32Array.from(pointRow.keys()).filter((p) => hidden[pointRow[p]!] === 0),
  );
}
