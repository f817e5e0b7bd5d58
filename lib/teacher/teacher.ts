/**
 * The frozen 2D model φ: it describes photographs by feature maps.
 *
 * @module
 */
import { type Gpu, GpuBuffer } from "../gpu/mod.ts";
import type { Photo } from "../scan/mod.ts";
import type { TeacherCard } from "./card.ts";
import { TeacherError } from "./errors.ts";
import type { DescribeOptions, FeatureTeacher } from "./feature_teacher.ts";
import { FeatureMap, outputLayout, repack } from "./feature_map.ts";
import { preprocess } from "./preprocess.ts";
import {
  type OnnxOutput,
  type OnnxSession,
  type Provider,
  wasmSession,
  webgpuSession,
} from "./runtime.ts";

/** Settings of {@link Teacher.load}. */
export interface TeacherOptions {
  /** Provider of ONNX Runtime; by default `wasm` on a software adapter, `webgpu` otherwise. */
  provider?: Provider;
  /**
   * Number of photographs that the provider `wasm` describes at once; by default as many as there are cores, up to four.
   * Each has a thread with the model, and about a second of work is needed before a thread begins.
   */
  threads?: number;
  /** Bytes of the files in the card's `externalData`, in their order. */
  externalData?: readonly Uint8Array[];
}

/** A loaded model that describes photographs. */
export class Teacher implements FeatureTeacher, AsyncDisposable {
  /** The card that the model was loaded with. */
  readonly card: TeacherCard;
  /** The provider of ONNX Runtime that runs the model. */
  readonly provider: Provider;
  readonly #gpu: Gpu;
  readonly #loaded: OnnxSession;

  private constructor(gpu: Gpu, card: TeacherCard, provider: Provider, loaded: OnnxSession) {
    this.#gpu = gpu;
    this.card = card;
    this.provider = provider;
    this.#loaded = loaded;
  }

  /**
   * Loads a model.
   *
   * @param onnx bytes of the card's `file`
   * @throws {TeacherError} where the bytes are no model, or its inputs and outputs have other names than in the card
   */
  static async load(
    gpu: Gpu,
    card: TeacherCard,
    onnx: Uint8Array,
    options: TeacherOptions = {},
  ): Promise<Teacher> {
    const provider = options.provider ?? (gpu.isSoftware ? "wasm" : "webgpu");
    const names = card.externalData ?? [];
    const given = options.externalData ?? [];
    if (names.length !== given.length) {
      throw new TypeError(
        `Cannot load teacher ${card.id}: its card names ${names.length} files of external data, got ${given.length}`,
      );
    }
    const externalData = given.map((data, i) => ({ path: names[i]!, data }));
    let loaded: OnnxSession;
    try {
      loaded = await (provider === "wasm"
        ? wasmSession({ onnx, externalData }, options.threads)
        : webgpuSession({ onnx, externalData }, gpu.device));
    } catch (cause) {
      throw new TeacherError(
        `Cannot load teacher ${card.id} from ${card.file}: ${(cause as Error).message}`,
        { file: card.file, cause },
      );
    }
    const { inputNames, outputNames } = loaded;
    const wrong = inputNames.length !== 1 || inputNames[0] !== card.inputName
      ? ["inputName", card.inputName, "inputs", inputNames] as const
      : !outputNames.includes(card.outputName)
      ? ["outputName", card.outputName, "outputs", outputNames] as const
      : null;
    if (wrong) {
      const [field, name, kind, names] = wrong;
      await loaded.release();
      throw new TeacherError(
        `Cannot load teacher ${card.id} from ${card.file}: the card's ${field} is "${name}", the model's ` +
          `${kind} are ${names.join(", ")}`,
        { file: card.file, field },
      );
    }
    return new Teacher(gpu, card, provider, loaded);
  }

  /**
   * Describes one photograph. At most as many calls may overlap as the session has threads.
   *
   * @throws {TypeError} where the output's type or shape is not the card's
   */
  async describe(photo: Photo): Promise<FeatureMap> {
    const { inputName, outputName, width: channels } = this.card;
    const input = preprocess(photo, this.card);
    const output = await this.#loaded.run(inputName, outputName, {
      data: input.data,
      dims: this.card.inputLayout === "NHWC"
        ? [1, input.height, input.width, 3]
        : [1, 3, input.height, input.width],
    });
    try {
      if (output.type !== "float32") {
        throw new TypeError(
          `Cannot use output "${outputName}" of teacher ${this.card.id}: it is ${output.type}, not float32`,
        );
      }
      const layout = outputLayout(this.card, output.dims, input);
      using raw = this.#onGpu(output);
      using owned = new DisposableStack();
      const width = Math.ceil(channels / 4) * 4;
      const rows = owned.use(
        this.#gpu.buffer(`features of ${photo.name}`, layout.rows * layout.cols * width * 4),
      );
      this.#gpu.run([repack(raw, rows, layout, channels)], "teacher output");
      owned.move();
      return new FeatureMap(layout.rows, layout.cols, channels, rows);
    } finally {
      output.dispose();
    }
  }

  /**
   * Describes photographs, as many at once as the session has threads, and gives the maps in the order of the
   * photographs; frees all maps where it fails.
   */
  async describeAll(
    photos: readonly Photo[],
    options: DescribeOptions = {},
  ): Promise<FeatureMap[]> {
    using owned = new DisposableStack();
    const maps: FeatureMap[] = [];
    let next = 0;
    let done = 0;
    const work = async () => {
      while (next < photos.length) {
        options.signal?.throwIfAborted();
        const index = next++;
        maps[index] = owned.use(await this.describe(photos[index]!));
        options.onPhoto?.(++done);
      }
    };
    const finished = await Promise.allSettled(
      Array.from({ length: this.#loaded.threads }, work),
    );
    for (const result of finished) if (result.status === "rejected") throw result.reason;
    options.signal?.throwIfAborted();
    owned.move();
    return maps;
  }

  /** Frees the model. */
  async destroy(): Promise<void> {
    await this.#loaded.release();
  }

  /** Frees the model, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy();
  }

  /** The elements of an output as a buffer that kernels can bind; ONNX Runtime's own buffer lives until the output's disposal. */
  #onGpu({ data }: OnnxOutput): GpuBuffer {
    return data instanceof Float32Array
      ? this.#gpu.upload("teacher output", data)
      : new GpuBuffer("teacher output", data.size, data, () => {});
  }
}
