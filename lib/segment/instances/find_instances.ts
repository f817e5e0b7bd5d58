/**
 * Finds the objects of a labelled scan: points of one class that hang together, in space and in what the network says
 * of them. It looks at the whole scan, so that an object that was cut by the blocks of a large scan is one again.
 *
 * @module
 */
import { quantilesOf } from "../../voxels/extent.ts";
import { KeyIndex } from "../../voxels/key_index.ts";
import type { Triple } from "../../voxels/triple.ts";
import { DisjointSets } from "./disjoint_sets.ts";

/** A labelled scan. N is the number of points. */
export interface PredictedScan {
  /** [N][3] coordinates in metres, z up. */
  positions: Float32Array;
  /** [N] class of every point. */
  labels: Uint8Array;
  /** [N][classes] probabilities of all classes. */
  probabilities: Float32Array;
}

/** What makes points one object, whatever their class. */
export interface InstanceSettings {
  /** Metres in z over which parts of an object are joined: at least this, and at most half more. */
  rise: number;
  /**
   * How alike the probabilities of neighbours have to be: the Bhattacharyya coefficient, 1 for equal ones and 0 for those
   * that have no class in common.
   */
  likeness: number;
  /** The fewest points of an object. */
  leastPoints: number;
  /** The fewest cells of an object, half a reach wide. */
  leastCells: number;
}

/** Chosen on validation scenes; `lib/eval/README.md` says how. */
export const INSTANCE_SETTINGS: InstanceSettings = {
  rise: 1,
  likeness: 0.9,
  leastPoints: 10,
  leastCells: 4,
};

/** A reach is as wide as so many cells. */
const CELLS = 2;
/** Cells along an axis for which a key has room. */
const SPAN = 2 ** 17;
/** The most cells from the middle, so that what lies beyond has the key of no cell. */
const MOST = SPAN / 2 - CELLS - 1;
/** What a step along each axis adds to a key. */
const STRIDES = [1, SPAN, SPAN ** 2] as const;
/** Differences between the keys of a cell and of those within reach, each pair of cells once. */
const OFFSETS = offsetsWithinReach();

/**
 * Finds the objects of all classes that have them.
 *
 * @param reaches metres in x and y over which parts of an object are joined, by class: at least this, and at most half
 *   more. Classes without one have no objects.
 * @returns [N] object of every point, numbered from 1 in the order of their first points; 0 for none.
 */
export function findInstances(
  scan: PredictedScan,
  reaches: ReadonlyMap<number, number>,
  settings: InstanceSettings = INSTANCE_SETTINGS,
): Uint32Array {
  const { labels } = scan;
  const instances = new Uint32Array(labels.length);
  const middle = quantilesOf(scan.positions)(0.5);
  let count = 0;
  for (const [label, reach] of reaches) {
    const points = Uint32Array.from(labels.keys().filter((point) => labels[point] === label));
    if (points.length === 0) continue;
    const cells = new ObjectCells(scan, points, {
      middle,
      reaches: [reach, reach, settings.rise],
    });
    const objects = cells.objects(settings);
    for (const [i, cell] of cells.ofPoint.entries()) {
      if (objects.of[cell]! > 0) instances[points[i]!] = count + objects.of[cell]!;
    }
    count += objects.count;
  }
  return inOrder(instances, count);
}

/** Numbers objects anew, in the order of their first points. */
function inOrder(instances: Uint32Array, count: number): Uint32Array {
  const numbers = new Uint32Array(count + 1);
  let last = 0;
  return instances.map((object) => object === 0 ? 0 : numbers[object] ||= ++last);
}

/** The points of one class, sorted into cells half a reach wide. */
class ObjectCells {
  /** [points] cell of every point. */
  readonly ofPoint: Uint32Array;
  readonly #index = new KeyIndex();
  readonly #classes: number;
  /** [cells][classes]: roots of the mean probabilities, whose products say how alike two cells are. */
  readonly #features: Float32Array;

  constructor(
    { positions, probabilities, labels }: PredictedScan,
    points: Uint32Array,
    { middle, reaches }: { middle: Triple; reaches: Triple },
  ) {
    this.ofPoint = Uint32Array.from(points, (point) => {
      let key = 0;
      for (let axis = 0; axis < 3; axis++) {
        const cell = (positions[3 * point + axis]! - middle[axis]!) * CELLS / reaches[axis]!;
        // What lies farther away than cells can be counted is piled up there.
        key += (SPAN / 2 + Math.max(-MOST, Math.min(MOST, Math.floor(cell)))) * STRIDES[axis]!;
      }
      return this.#index.numberOf(key);
    });
    this.#classes = probabilities.length / labels.length;
    this.#features = this.#meansOf(probabilities, points);
  }

  #meansOf(probabilities: Float32Array, points: Uint32Array): Float32Array {
    const classes = this.#classes;
    const sums = new Float32Array(this.#index.count * classes);
    const counts = new Uint32Array(this.#index.count);
    for (const [i, cell] of this.ofPoint.entries()) {
      counts[cell]!++;
      for (let k = 0; k < classes; k++) {
        sums[cell * classes + k]! += probabilities[points[i]! * classes + k]!;
      }
    }
    return sums.map((sum, i) => Math.sqrt(sum / counts[Math.floor(i / classes)]!));
  }

  #likeness(one: number, other: number): number {
    let sum = 0;
    for (let k = 0; k < this.#classes; k++) {
      sum += this.#features[one * this.#classes + k]! * this.#features[other * this.#classes + k]!;
    }
    return sum;
  }

  /** Joins cells to objects. @returns the object of each cell, from 1, or 0; and how many objects there are */
  objects(
    { likeness, leastPoints, leastCells }: InstanceSettings,
  ): { of: Uint32Array; count: number } {
    const { count } = this.#index;
    const keys = this.#index.keys();
    const sets = new DisjointSets(count);
    for (let cell = 0; cell < count; cell++) {
      for (const offset of OFFSETS) {
        const other = this.#index.find(keys[cell]! + offset);
        if (other !== null && this.#likeness(cell, other) >= likeness) sets.join(cell, other);
      }
    }
    const points = new Uint32Array(count);
    const cells = new Uint32Array(count);
    for (const cell of this.ofPoint) points[sets.find(cell)]!++;
    for (let cell = 0; cell < count; cell++) cells[sets.find(cell)]!++;
    const of = new Uint32Array(count);
    let objects = 0;
    for (let cell = 0; cell < count; cell++) {
      const set = sets.find(cell);
      if (points[set]! < leastPoints || cells[set]! < leastCells) continue;
      if (of[set] === 0) of[set] = ++objects;
      of[cell] = of[set]!;
    }
    return { of, count: objects };
  }
}

function offsetsWithinReach(): number[] {
  const steps = Array.from({ length: 2 * CELLS + 1 }, (_, i) => i - CELLS);
  const [x, y, z] = STRIDES;
  return steps.flatMap((k) => steps.flatMap((j) => steps.map((i) => i * x + j * y + k * z)))
    .filter((offset) => offset > 0);
}

/**
 * Counts objects by class.
 *
 * @param instances [N] object of every point, 0 for none; all points of one have one class.
 * @param names class names.
 * @returns numbers of objects by class name, without classes that have none.
 */
export function countInstances(
  instances: Uint32Array,
  labels: Uint8Array,
  names: readonly string[],
): Record<string, number> {
  const counted = new Map<number, number>();
  for (const [point, object] of instances.entries()) {
    // Objects are numbered in the order of their first points.
    if (object > counted.size) counted.set(object, labels[point]!);
  }
  const counts: Record<string, number> = {};
  for (const label of [...counted.values()].sort((a, b) => a - b)) {
    counts[names[label]!] = (counts[names[label]!] ?? 0) + 1;
  }
  return counts;
}
