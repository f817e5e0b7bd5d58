/**
 * The teacher that knows the true class of every pixel. What adaptation gains from it is an upper bound of what any
 * teacher could give; tables show it as such.
 *
 * @module
 */
import type { Dataset, DatasetScene } from "../../datasets/dataset.ts";
import type { Gpu } from "../../gpu/mod.ts";
import type { Photo } from "../../scan/mod.ts";
import {
  type DescribeOptions,
  FeatureMap,
  type FeatureTeacher,
  type TeacherCard,
} from "../../teacher/mod.ts";

/** Edge of a cell in pixels, as in the embedded teachers. */
const PATCH = 8;

/** The share of every class in each cell of a map, f32 [rows * cols][classes padded to 4]. */
export interface ClassShares {
  rows: number;
  cols: number;
  shares: Float32Array;
}

/**
 * The share of every class in every cell of 8 by 8 pixels, without the ignored pixels; zero in a cell that has
 * no other pixels. Where a side is no multiple of 8, cells are a little larger or smaller, so that the map covers
 * the photograph.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { classShares } from "./oracle_teacher.ts";
 *
 * const labels = new Uint8Array(64).fill(1, 0, 16);
 * const { rows, cols, shares } = classShares(labels, { width: 8, height: 8 }, 2);
 * assert.deepEqual([rows, cols, ...shares], [1, 1, 0.75, 0.25, 0, 0]);
 * ```
 *
 * @param labels class of every pixel, [height * width]; whatever is not below `classes` is ignored.
 */
export function classShares(
  labels: Uint8Array,
  size: { width: number; height: number },
  classes: number,
): ClassShares {
  const rows = Math.max(1, Math.round(size.height / PATCH));
  const cols = Math.max(1, Math.round(size.width / PATCH));
  const width = Math.ceil(classes / 4) * 4;
  const shares = new Float32Array(rows * cols * width);
  const known = new Uint32Array(rows * cols);
  for (let v = 0; v < size.height; v++) {
    const row = Math.floor((v + 0.5) * rows / size.height);
    for (let u = 0; u < size.width; u++) {
      const label = labels[v * size.width + u]!;
      if (label >= classes) continue;
      const cell = row * cols + Math.floor((u + 0.5) * cols / size.width);
      shares[cell * width + label]! += 1;
      known[cell]! += 1;
    }
  }
  for (let i = 0; i < shares.length; i++) {
    shares[i]! /= Math.max(1, known[Math.floor(i / width)]!);
  }
  return { rows, cols, shares };
}

/** Describes the photographs of scenes that it was shown by their true classes. */
export class OracleTeacher implements FeatureTeacher {
  readonly card: TeacherCard;
  readonly #gpu: Gpu;
  readonly #classes: number;
  readonly #truth = new WeakMap<Photo, Uint8Array>();

  constructor(gpu: Gpu, dataset: Pick<Dataset, "name" | "classes">) {
    this.#gpu = gpu;
    this.#classes = dataset.classes.length;
    this.card = oracleCard(dataset);
  }

  /**
   * Shows the oracle a scene. It recognises a photograph by the object itself, not by its name.
   *
   * @throws {TypeError} where the data set does not know the true classes of its photographs.
   */
  show({ id, photos, photoClasses }: DatasetScene): void {
    if (photoClasses?.length !== photos.length) {
      throw new TypeError(
        `Cannot show ${id} to the oracle: ${photoClasses?.length ?? 0} of its ${photos.length} ` +
          "photographs have true classes",
      );
    }
    photos.forEach((photo, i) => this.#truth.set(photo, photoClasses[i]!));
  }

  /** @throws {TypeError} for a photograph of a scene that was not shown. */
  describeAll(photos: readonly Photo[], options: DescribeOptions = {}): Promise<FeatureMap[]> {
    return Promise.try(() => {
      using owned = new DisposableStack();
      const maps = photos.map((photo, done) => {
        options.signal?.throwIfAborted();
        const map = owned.use(this.#describe(photo));
        options.onPhoto?.(done + 1);
        return map;
      });
      owned.move();
      return maps;
    });
  }

  destroy(): Promise<void> {
    return Promise.resolve();
  }

  #describe(photo: Photo): FeatureMap {
    const labels = this.#truth.get(photo);
    if (!labels) {
      throw new TypeError(
        `Cannot describe ${photo.name}: its scene was not shown to the oracle`,
      );
    }
    const { rows, cols, shares } = classShares(labels, photo, this.#classes);
    const buffer = this.#gpu.upload(`true classes of ${photo.name}`, shares);
    return new FeatureMap(rows, cols, this.#classes, buffer);
  }
}

/** The card of the oracle of a data set: `oracle-NAME`, as wide as there are classes. */
export function oracleCard({ name, classes }: Pick<Dataset, "name" | "classes">): TeacherCard {
  return {
    id: `oracle-${name}`,
    file: "none",
    width: classes.length,
    inputName: "image",
    outputName: "shares",
    outputForm: "map",
    prefixTokens: 0,
    patch: PATCH,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    shortSide: PATCH,
    licence: "MIT",
    provenance: "The true class of every pixel, from the data set itself: an upper bound, no model",
  };
}
