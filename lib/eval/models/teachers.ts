/**
 * The teachers of an evaluation by name: models on disk, each behind the feature cache, and the oracle.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Dataset, DatasetScene } from "../../datasets/dataset.ts";
import type { Gpu } from "../../gpu/mod.ts";
import { type FeatureTeacher, Teacher, type TeacherCard } from "../../teacher/mod.ts";
import { readTeacher } from "../../models/teachers.ts";
import { ORACLE_TEACHER } from "../studies/benchmarks.ts";
import { contentKey, type FileCache } from "../cache/file_cache.ts";
import { CachedTeacher } from "./cached_teacher.ts";
import { oracleCard, OracleTeacher } from "./oracle_teacher.ts";

/** A teacher that can be opened on a device. */
export interface EvalTeacher {
  readonly card: TeacherCard;
  /** Changes whenever the features of a photograph would. */
  readonly hash: string;
  /** Opens the model; the caller destroys it. */
  open(gpu: Gpu): Promise<FeatureTeacher>;
  /** Receives every scene before its photographs are described; the oracle learns the true classes this way. */
  show(scene: DatasetScene): void;
}

/** The path of a teacher's card: that of an embedded one by its name, or a path to a JSON file as it is. */
export function teacherPath(name: string): string {
  return name.endsWith(".json")
    ? name
    : fileURLToPath(new URL(`../../../fixtures/teachers/${name}.json`, import.meta.url));
}

/** Whether a teacher exists: the oracle, or a card on disk. */
export async function hasTeacher(name: string): Promise<boolean> {
  if (name === ORACLE_TEACHER) return true;
  return await Deno.stat(teacherPath(name)).then(() => true, () => false);
}

/**
 * A teacher by name.
 *
 * @param dataset whose scenes the oracle knows.
 * @param files cache of feature maps.
 */
export async function findTeacher(
  name: string,
  dataset: Dataset,
  files: FileCache,
): Promise<EvalTeacher> {
  return name === ORACLE_TEACHER ? oracle(dataset) : await model(name, files);
}

async function model(name: string, files: FileCache): Promise<EvalTeacher> {
  const { card, onnx, externalData } = await readTeacher(teacherPath(name));
  return {
    card,
    hash: contentKey(JSON.stringify(card), onnx),
    open: (gpu) =>
      Promise.resolve(
        new CachedTeacher({
          gpu,
          card,
          onnx,
          files,
          open: () => Teacher.load(gpu, card, onnx, { externalData }),
        }),
      ),
    show: () => {},
  };
}

function oracle(dataset: Dataset): EvalTeacher {
  const card = oracleCard(dataset);
  let opened: OracleTeacher | null = null;
  return {
    card,
    hash: contentKey(JSON.stringify(card)),
    open: (gpu) => Promise.resolve(opened = new OracleTeacher(gpu, dataset)),
    show: (scene) => opened?.show(scene),
  };
}
