/**
 * The students of an evaluation: embedded ones, else from the cache, else trained now. All students of a benchmark
 * are trained with the same settings; they differ in their objective, their teacher and their seed. All may have another
 * network than the embedded ones.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Dataset } from "../../datasets/dataset.ts";
import type { Gpu } from "../../gpu/mod.ts";
import type { CheckpointKind } from "../../ttt/method.ts";
import { readStudent } from "../../models/students.ts";
import { trainStudent } from "../../train/training.ts";
import type { TrainingProgress } from "../../train/training_run.ts";
import { removeUnfinished } from "../../train/unfinished_run.ts";
import { parseTrainingConfig, type TrainingConfig } from "../../train/training_config.ts";
import { contentKey, type FileCache } from "../cache/file_cache.ts";
import type { EvalTeacher } from "./teachers.ts";

/** A student that is asked for. */
export interface StudentSpec {
  kind: CheckpointKind;
  /** The teacher that a joint student is distilled from. */
  teacher: EvalTeacher;
  seed: number;
  /** The domain on whose labels an oracle is trained; null for every other kind. */
  target: string | null;
}

/** What {@link EvalStudents} needs. */
export interface EvalStudentsOptions {
  /** The data set that students are trained on. */
  dataset: Dataset;
  /** Cache of trained students. */
  files: FileCache;
  gpu: () => Promise<Gpu>;
  /** Path of a checkpoint that stands for every student; null where each has its own. */
  given: string | null;
  /** Network of the students that are trained; null for that of the embedded ones. */
  backbone: string | null;
  onProgress?: (id: string, progress: TrainingProgress) => void;
}

/** How an oracle is trained on its target domain. */
const ORACLE_TRAINING = { scenes: 60, epochs: 4, learningRate: 1e-3 };

/** Finds or trains students. */
export class EvalStudents {
  readonly #options: EvalStudentsOptions;

  constructor(options: EvalStudentsOptions) {
    this.#options = options;
  }

  /** Text that changes whenever the weights of a student would; nothing is trained for it. */
  async identity(spec: StudentSpec): Promise<string> {
    const { given } = this.#options;
    const file = given ?? await this.embedded(spec);
    return file === null ? await this.#key(spec) : contentKey(await Deno.readFile(file));
  }

  /** The path of a student's checkpoint; the student is trained where there is none yet. */
  async path(spec: StudentSpec): Promise<string> {
    const { given, files } = this.#options;
    const file = given ?? await this.embedded(spec);
    if (file !== null) return file;
    const key = await this.#key(spec);
    if (await files.get(key) === null) {
      const unfinished = `${files.path(key)}.unfinished`;
      await Deno.mkdir(dirname(unfinished), { recursive: true });
      await files.put(key, await this.#train(spec, unfinished));
      await removeUnfinished(unfinished);
    }
    return files.path(key);
  }

  /** The path of the embedded checkpoint of a student; null where there is none. */
  async embedded({ kind, teacher, seed }: Omit<StudentSpec, "target">): Promise<string | null> {
    if (this.#options.backbone !== null) return null;
    const path = studentFile(`${this.#options.dataset.name}-${kind}.safetensors`);
    if (!existsSync(path)) return null;
    const { card } = await readStudent(path);
    const config = await this.#config(kind);
    const isTaught = card.teacher === null || card.teacher.id === teacher.card.id;
    return isTaught && config.seed === seed ? path : null;
  }

  async #key(spec: StudentSpec): Promise<string> {
    const { dataset } = this.#options;
    const config = await this.#specConfig(spec);
    return contentKey(
      "student",
      JSON.stringify(config),
      dataset.version(config.domain),
      spec.kind === "joint" ? spec.teacher.hash : "",
      spec.kind === "oracle" ? await this.identity(startOf(spec)) : "",
    );
  }

  /** @param unfinished file that holds the run until it is finished. */
  async #train(spec: StudentSpec, unfinished: string): Promise<Uint8Array> {
    const { dataset, onProgress } = this.#options;
    const config = await this.#specConfig(spec);
    const gpu = await this.#options.gpu();
    const teacher = spec.kind === "joint" ? await spec.teacher.open(gpu) : null;
    try {
      return await trainStudent({
        gpu,
        config,
        teacher,
        dataset: {
          ...dataset,
          count: dataset.count.bind(dataset),
          version: dataset.version.bind(dataset),
          scene: async (...request) => {
            const scene = await dataset.scene(...request);
            spec.teacher.show(scene);
            return scene;
          },
        },
        ...(spec.kind === "oracle"
          ? { from: await readStudent(await this.path(startOf(spec))) }
          : {}),
        licence: "MIT",
        unfinished: { path: unfinished },
        ...(onProgress ? { onProgress: (progress) => onProgress(config.id, progress) } : {}),
      });
    } finally {
      await teacher?.destroy();
    }
  }

  /**
   * The training settings of a kind: those of the embedded student, else of the embedded joint one. A network that is
   * asked for has settings of its own or, where there are none, the same.
   */
  async #config(kind: CheckpointKind): Promise<TrainingConfig> {
    const { dataset: { name }, backbone } = this.#options;
    const objective = kind === "oracle" ? "labels" : kind;
    const network = backbone === null ? {} : { backbone };
    for (const relative of [...(backbone === null ? [] : [backbone]), kind, "joint"]) {
      const path = studentFile(`${name}-${relative}.train.json`);
      try {
        const json = JSON.parse(await Deno.readTextFile(path));
        return parseTrainingConfig(JSON.stringify({ ...json, objective, ...network }), path);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    const domain = this.#source();
    const settings = { id: "student", benchmark: name, domain, objective, ...network };
    return parseTrainingConfig(JSON.stringify(settings), "the default training settings");
  }

  async #specConfig(spec: StudentSpec): Promise<TrainingConfig> {
    const { kind, teacher, seed, target } = spec;
    const { dataset, backbone } = this.#options;
    const usual = { ...await this.#config(kind), seed };
    const taught = (backbone === null ? "" : `-${backbone}`) +
      (kind === "joint" ? `-${teacher.card.id}` : "");
    const config = kind === "oracle" && target !== null
      ? {
        ...usual,
        ...ORACLE_TRAINING,
        id: `${dataset.name}-oracle${taught}-${target}-${seed}`,
        domain: target,
      }
      : { ...usual, id: `${dataset.name}-${kind}${taught}-${seed}` };
    // A folder of real scans may hold fewer scenes than a procedural world is asked for.
    return { ...config, scenes: Math.min(config.scenes, dataset.count(config.domain, "train")) };
  }

  #source(): string {
    const { domains, name } = this.#options.dataset;
    const source = domains.find(({ isSource }) => isSource);
    if (source) return source.name;
    throw new RangeError(
      `Cannot train students on ${name}: it has no source domain; name a checkpoint by --student`,
    );
  }
}

/** The student whose training an oracle continues. */
function startOf(spec: StudentSpec): StudentSpec {
  return { ...spec, kind: "labels", target: null };
}

function studentFile(name: string): string {
  return fileURLToPath(new URL(`../../../fixtures/students/${name}`, import.meta.url));
}
