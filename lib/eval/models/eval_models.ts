/**
 * The students and teachers of an evaluation, opened as the plan needs them.
 *
 * @module
 */
import type { BatchEngine } from "../cells/runner.ts";
import type { CellBatch } from "../cells/plan.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import type { GpuHost } from "../../gpu/mod.ts";
import { Engine } from "../../segment/engine.ts";
import { CHECKPOINT_KINDS } from "../../ttt/methods/mod.ts";
import type { BenchmarkTeacher } from "../studies/benchmarks.ts";
import type { Variant } from "../studies/variant.ts";
import type { FileCache } from "../cache/file_cache.ts";
import { EvalStudents, type EvalStudentsOptions, type StudentSpec } from "./students.ts";
import { type EvalTeacher, findTeacher, hasTeacher } from "./teachers.ts";

/** What {@link EvalModels} needs. */
export interface EvalModelsOptions extends Omit<EvalStudentsOptions, "gpu"> {
  /** The data set whose scenes are labelled. */
  evaluated: Dataset;
  /** Cache of feature maps. */
  features: FileCache;
  host: GpuHost;
}

/** The models of an evaluation. */
export class EvalModels {
  readonly #options: EvalModelsOptions;
  readonly #students: EvalStudents;
  readonly #teachers = new Map<string, EvalTeacher>();

  constructor(options: EvalModelsOptions) {
    this.#options = options;
    this.#students = new EvalStudents({ ...options, gpu: () => options.host.get() });
  }

  /**
   * Finds out which variants have a student.
   *
   * @param teachers the benchmark's, the default one first.
   * @param trains whether students may be trained; otherwise only embedded ones count.
   * @returns whether a variant's student exists or may be trained.
   */
  async availability(
    teachers: readonly BenchmarkTeacher[],
    trains: boolean,
  ): Promise<(variant: Variant) => boolean> {
    const available = new Set<string>();
    for (const [index, { name }] of teachers.entries()) {
      if (!await hasTeacher(name)) continue;
      for (const kind of CHECKPOINT_KINDS) {
        // A given checkpoint stands for students of labels and of the default teacher.
        const isAvailable = this.#options.given !== null
          ? (kind === "labels" || kind === "joint") && index === 0
          : trains || await this.#students.embedded({
                kind,
                teacher: await this.teacher(name),
                seed: 0,
              }) !== null;
        if (isAvailable) available.add(`${kind} ${name}`);
      }
    }
    return ({ checkpoint, teacher }) => available.has(`${checkpoint} ${teacher}`);
  }

  /** A teacher by name. */
  async teacher(name: string): Promise<EvalTeacher> {
    const known = this.#teachers.get(name);
    if (known) return known;
    const teacher = await findTeacher(name, this.#options.evaluated, this.#options.features);
    this.#teachers.set(name, teacher);
    return teacher;
  }

  /** Text that changes whenever the weights of a batch's student would; nothing is trained for it. */
  async studentIdentity(batch: CellBatch): Promise<string> {
    return await this.#students.identity(await this.#spec(batch));
  }

  /** Opens the student and teacher of a batch; the student is trained where it does not exist. */
  async open(batch: CellBatch): Promise<BatchEngine> {
    const teacher = await this.teacher(batch.teacher);
    const engine = await Engine.open({
      student: await this.#students.path(await this.#spec(batch)),
      teacher: { card: teacher.card, open: (gpu) => teacher.open(gpu) },
      host: this.#options.host,
    });
    return {
      engine,
      show: (scene) => teacher.show(scene),
      [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
    };
  }

  async #spec({ checkpoint, teacher, seed, target }: CellBatch): Promise<StudentSpec> {
    return { kind: checkpoint, teacher: await this.teacher(teacher), seed, target };
  }
}
