/**
 * The scenes of a data set, cached on disk: generating a room anew for every method and every run would cost more
 * than labelling it.
 *
 * @module
 */
import type { Dataset, DatasetScene, DatasetSplit } from "../../datasets/dataset.ts";
import { contentKey, type FileCache } from "./file_cache.ts";
import { packScene, unpackScene } from "./scene_file.ts";

/** Reads scenes through the cache; the last one stays in memory, since methods are compared scene by scene. */
export class SceneCache {
  readonly #dataset: Dataset;
  readonly #split: DatasetSplit;
  readonly #files: FileCache;
  #last: { key: string; scene: DatasetScene } | null = null;

  constructor(dataset: Dataset, split: DatasetSplit, files: FileCache) {
    this.#dataset = dataset;
    this.#split = split;
    this.#files = files;
  }

  /** Reads a scene, without the scan's own file (`scan.bytes` is empty). */
  async scene(domain: string, index: number): Promise<DatasetScene> {
    const { name } = this.#dataset;
    const version = this.#dataset.version(domain);
    // The kind changes with what data sets say of a scene, so that one without its objects is not found.
    const key = contentKey(
      "scene with all objects",
      name,
      version,
      domain,
      this.#split,
      `${index}`,
    );
    if (this.#last?.key === key) return this.#last.scene;
    let file = await this.#files.get(key);
    if (!file) {
      file = packScene(await this.#dataset.scene(domain, this.#split, index));
      await this.#files.put(key, file);
    }
    this.#last = { key, scene: unpackScene(file) };
    return this.#last.scene;
  }
}
