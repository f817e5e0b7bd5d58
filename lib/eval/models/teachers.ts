/**
 * The teachers of an evaluation by name: models on disk, each behind the feature cache, and the oracle.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Dataset, DatasetScene } from "../../datasets/dataset.ts";
import type { Gpu } from "../../gpu/mod.ts";
import { type FeatureTeacher, Teacher, type TeacherCard } from "../../teacher/mod.ts";
import { readTeacher } from "../../models/models.ts";
import { ORACLE_TEACHER } from "../studies/benchmarks.ts";
import { contentKey, type FileCache } from "../cache/file_cache.ts";
import { CachedTeacher } from "./cached_teacher.ts";
import { oracleCard, OracleTeacher } from "./oracle_teacher.ts";

/** A teacher that can be opened on a device. */
export interface EvalTeacher {
  readonly card: TeacherCard;
  /** Changes whenever what it says of a photograph would. */
  readonly hash: string;
  open(gpu: Gpu): Promise<FeatureTeacher>;
  /** Hears of every scene before its photographs are described. */
  show(scene: DatasetScene): void;
}

/** Where the card of a teacher is: an embedded one's name, or a path. */
export function teacherPath(name: string): string {
  return name.endsWith(".json")
    ? name
    : fileURLToPath(new URL(`../../../fixtures/teachers/${name}.json`, import.meta.url));
}

/** Whether there is such a teacher for a data set; the oracle needs scenes that know their pixels. */
export async function hasTeacher(name: string): Promise<boolean> {
  if (name === ORACLE_TEACHER) return true;
  return await Deno.stat(teacherPath(name)).then(() => true, () => false);
}

/** A teacher by name. */
export async function evalTeacher(
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
