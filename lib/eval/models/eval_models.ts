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
import { readStudent } from "../../models/students.ts";
import { CHECKPOINT_KINDS, METHODS } from "../../ttt/methods/mod.ts";
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
   * Finds out which variants have a student. A student without a teacher's heads is none for methods that use
   * photographs.
   *
   * @param teachers the benchmark's, the default one first.
   * @param trains whether students may be trained; otherwise only embedded ones count.
   * @returns whether a variant's student exists or may be trained.
   */
  async availability(
    teachers: readonly BenchmarkTeacher[],
    trains: boolean,
  ): Promise<(variant: Variant) => boolean> {
    // Whether each has a teacher's heads.
    const available = new Map<string, boolean>();
    for (const [index, { name }] of teachers.entries()) {
      if (!await hasTeacher(name)) continue;
      const teacher = await this.teacher(name);
      for (const kind of CHECKPOINT_KINDS) {
        const { given } = this.#options;
        // A given checkpoint stands for students of labels and of the default teacher.
        const file = given === null
          ? await this.#students.embedded({ kind, teacher, seed: 0 })
          : (kind === "labels" || kind === "joint") && index === 0
          ? given
          : null;
        if (file !== null) available.set(`${kind} ${name}`, await hasTeacherHeads(file));
        else if (trains && given === null) available.set(`${kind} ${name}`, kind === "joint");
      }
    }
    return ({ checkpoint, teacher, method }) => {
      const hasHeads = available.get(`${checkpoint} ${teacher}`);
      return hasHeads !== undefined && (hasHeads || !METHODS.get(method)?.usesPhotographs);
    };
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

/** Whether a student can be distilled at test time. */
async function hasTeacherHeads(file: string): Promise<boolean> {
  const { card: { teacher } } = await readStudent(file);
  return teacher !== null && teacher.head !== "none";
}
