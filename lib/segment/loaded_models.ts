/**
 * A student's source weights and its teacher on one device, with what belongs to that device: the memories of online
 * methods and the size of blocks. Loaded again after the device was lost.
 *
 * @module
 */
import type { Gpu, GpuBuffer } from "../gpu/mod.ts";
import { paddedChannels } from "../graph/tensor.ts";
import type { OpenTeacher } from "../models/model_files.ts";
import type { StudentFile } from "../models/students.ts";
import { Parameters } from "../nn/parameters.ts";
import type { Student } from "../nn/student.ts";
import type { FeatureTeacher } from "../teacher/mod.ts";
import type { OnlineMemory } from "../ttt/methods/mod.ts";
import { BlockSizer } from "./block_size.ts";

/** What is to be loaded. */
export interface ModelsToLoad {
  readonly network: Student;
  readonly file: StudentFile;
  /** Null where the student knows no teacher. */
  readonly openTeacher: OpenTeacher | null;
  /** Most voxels of a block. */
  readonly blockVoxels: number;
}

/** Models on a device. */
export class LoadedModels implements AsyncDisposable {
  readonly gpu: Gpu;
  /** The source weights, which never change. */
  readonly source: Parameters;
  /** The teacher's mean over source points; null where the student knows no teacher. */
  readonly centre: GpuBuffer | null;
  readonly teacher: FeatureTeacher | null;
  readonly blockSizer: BlockSizer;
  /** What online methods keep from scan to scan, by method. */
  readonly #memories: Map<string, Disposable> = new Map();

  private constructor(
    models: Pick<LoadedModels, "gpu" | "source" | "centre" | "teacher" | "blockSizer">,
  ) {
    ({
      gpu: this.gpu,
      source: this.source,
      centre: this.centre,
      teacher: this.teacher,
      blockSizer: this.blockSizer,
    } = models);
  }

  /** Loads a student and its teacher onto a device. */
  static async load(
    gpu: Gpu,
    { network, file, openTeacher, blockVoxels }: ModelsToLoad,
  ): Promise<LoadedModels> {
    using owned = new DisposableStack();
    const source = owned.use(new Parameters(gpu, network.parameters()));
    source.load(file.tensors);
    const mean = file.centre;
    const centre = mean && owned.use(gpu.zeros("teacher mean", paddedChannels(mean.length) * 4));
    if (mean && centre) gpu.write(centre, mean);
    const teacher = await openTeacher?.(gpu) ?? null;
    owned.move();
    const blockSizer = new BlockSizer(network, gpu, blockVoxels);
    return new LoadedModels({ gpu, source, centre, teacher, blockSizer });
  }

  /** Whether an online method keeps something from scan to scan. */
  get remembers(): boolean {
    return this.#memories.size > 0;
  }

  /** What a method keeps from scan to scan. */
  memoryOf(method: string): OnlineMemory {
    const memories = this.#memories;
    return {
      recall<T extends Disposable>(make: () => T): T {
        const kept = memories.get(method) ?? make();
        memories.set(method, kept);
        return kept as T;
      },
    };
  }

  /** Forgets what online methods keep. */
  forget(): void {
    for (const memory of this.#memories.values()) memory[Symbol.dispose]();
    this.#memories.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.forget();
    this.source.destroy();
    this.centre?.destroy();
    await this.teacher?.destroy();
  }
}
