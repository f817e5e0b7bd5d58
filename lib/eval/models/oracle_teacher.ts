/**
 * The teacher that cannot be wrong: it sees the true class of every pixel. What adaptation gains from it bounds
 * from above what any teacher could give; it stands in tables as such and is no method.
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

/** Edge of a cell, pixels: the embedded teachers' patch. */
const PATCH = 8;

/** Cells of a map and the share of every class in each, f32 [rows * cols][classes padded to 4]. */
export interface ClassShares {
  rows: number;
  cols: number;
  shares: Float32Array;
}

/**
 * Share of every class in every 8x8 cell, ignored pixels left out; a cell without a known pixel is zero. Cells
 * stretch a little where a side is no multiple of 8, so that the map covers the photograph.
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

/** A teacher of the scenes that were shown to it. */
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
   * Tells the true classes of a scene's photographs. They are known by the photograph itself, not by its name.
   *
   * @throws {TypeError} where the data set does not know them.
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

  /** @throws {TypeError} where a photograph was never shown. */
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
        `Cannot describe ${photo.name}: the oracle has not been shown the scene it belongs to`,
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
    provenance: "The true class of every pixel of the data set itself: an upper bound, no model",
  };
}
