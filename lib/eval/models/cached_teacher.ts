/**
 * A teacher whose feature maps are cached on disk: every method on a scene, and every run, needs the same maps.
 *
 * @module
 */
import type { Gpu } from "../../gpu/mod.ts";
import type { Photo } from "../../scan/mod.ts";
import {
  type DescribeOptions,
  FeatureMap,
  type FeatureTeacher,
  type TeacherCard,
} from "../../teacher/mod.ts";
import { contentKey, type FileCache } from "../cache/file_cache.ts";

/** Rows, columns and channels, u32 each. */
const HEADER_BYTES = 12;

/** What {@link CachedTeacher} needs. */
export interface CachedTeacherOptions {
  gpu: Gpu;
  card: TeacherCard;
  /** The model's file; with the card, a part of the keys. */
  onnx: Uint8Array;
  files: FileCache;
  /** Opens the model itself; called at the first photograph that is not in the cache. */
  open: () => Promise<FeatureTeacher>;
}

/** Describes photographs, from the cache where it holds them. */
export class CachedTeacher implements FeatureTeacher {
  readonly card: TeacherCard;
  readonly #options: CachedTeacherOptions;
  readonly #model: string;
  #teacher: FeatureTeacher | null = null;

  constructor(options: CachedTeacherOptions) {
    this.card = options.card;
    this.#options = options;
    this.#model = contentKey(options.onnx, JSON.stringify(options.card), options.gpu.adapterName);
  }

  async describeAll(
    photos: readonly Photo[],
    options: DescribeOptions = {},
  ): Promise<FeatureMap[]> {
    const keys = photos.map(({ width, height, pixels }) =>
      contentKey("features", this.#model, `${width} ${height}`, pixels)
    );
    const files = await Promise.all(keys.map((key) => this.#options.files.get(key)));
    const unknown = [...files.keys()].filter((i) => files[i] === null);
    if (unknown.length > 0) {
      const made = await this.#describe(unknown.map((i) => photos[i]!), options);
      for (const [order, i] of unknown.entries()) {
        files[i] = made[order]!;
        await this.#options.files.put(keys[i]!, files[i]);
      }
    }
    using owned = new DisposableStack();
    const maps = files.map((file, i) =>
      owned.use(unpackMap(this.#options.gpu, file!, photos[i]!.name))
    );
    owned.move();
    return maps;
  }

  /** Lets the model itself describe photographs, and packs the maps. */
  async #describe(
    photos: readonly Photo[],
    options: DescribeOptions,
  ): Promise<Uint8Array<ArrayBuffer>[]> {
    this.#teacher ??= await this.#options.open();
    using owned = new DisposableStack();
    const files: Uint8Array<ArrayBuffer>[] = [];
    const maps = await this.#teacher.describeAll(photos, options);
    for (const map of maps) owned.use(map);
    for (const map of maps) files.push(await packMap(this.#options.gpu, map));
    return files;
  }

  async destroy(): Promise<void> {
    await this.#teacher?.destroy();
    this.#teacher = null;
  }
}

async function packMap(gpu: Gpu, map: FeatureMap): Promise<Uint8Array<ArrayBuffer>> {
  const values = await gpu.read(map.buffer, Float32Array);
  const file = new Uint8Array(HEADER_BYTES + values.byteLength);
  new Uint32Array(file.buffer, 0, 3).set([map.rows, map.cols, map.channels]);
  file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), HEADER_BYTES);
  return file;
}

function unpackMap(gpu: Gpu, file: Uint8Array<ArrayBuffer>, photo: string): FeatureMap {
  const [rows, cols, channels] = new Uint32Array(file.buffer, file.byteOffset, 3);
  const values = new Float32Array(file.buffer, file.byteOffset + HEADER_BYTES);
  return new FeatureMap(rows!, cols!, channels!, gpu.upload(`features of ${photo}`, values));
}
