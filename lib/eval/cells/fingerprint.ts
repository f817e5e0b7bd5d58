/**
 * What the cells of an evaluation depend on, by name: versions of scenes, hashes of models, settings of variants.
 * Cells of another fingerprint are not mixed with those of a journal.
 *
 * @module
 */
import type { Dataset, DatasetSplit } from "../../datasets/dataset.ts";
import type { KernelSetting } from "../../gpu/mod.ts";
import { settingsOf } from "../../segment/options.ts";
import { METHODS } from "../../ttt/methods/mod.ts";
import type { EvalModels } from "../models/eval_models.ts";
import type { Study } from "../studies/study.ts";
import type { Variant } from "../studies/variant.ts";
import type { Fingerprint } from "../../journal/journal.ts";
import type { CellBatch } from "./plan.ts";

/** To be raised when cells come to be computed differently. */
const FORMAT = "1";

/** The fingerprint of a plan. */
export async function fingerprintOf(
  plan: readonly CellBatch[],
  studies: readonly Study[],
  { dataset, split, models, adapter, kernels }: {
    dataset: Dataset;
    split: DatasetSplit;
    models: EvalModels;
    /** Name of the GPU. */
    adapter: string;
    /** Its matrix kernels. */
    kernels: KernelSetting;
  },
): Promise<Fingerprint> {
  const prints: Record<string, string> = {
    format: FORMAT,
    benchmark: dataset.name,
    split,
    adapter,
    // Journals from before there were other kernels go on.
    ...(kernels.name === "software" ? {} : { kernels: kernels.name }),
  };
  for (const { sequences } of studies) {
    for (const { domain } of sequences.flatMap(({ parts }) => parts)) {
      prints[`scenes of ${domain}`] = dataset.version(domain);
    }
  }
  for (const batch of plan) {
    const { checkpoint, teacher, seed, target } = batch;
    prints[`teacher ${teacher}`] = (await models.teacher(teacher)).hash;
    const name = [checkpoint, checkpoint === "joint" ? teacher : target].filter(Boolean);
    prints[`student ${name.join(" ")}, seed ${seed}`] = await models.studentIdentity(batch);
  }
  for (const { variant } of studies.flatMap(({ entries }) => entries)) {
    prints[`variant ${variant.id}`] = variantPrint(variant);
  }
  return prints;
}

/** Everything that a variant's cells depend on, defaults filled in. */
function variantPrint({ label: _, ...variant }: Variant): string {
  const settings = settingsOf(METHODS.get(variant.method)!, variant.settings);
  return JSON.stringify({ ...variant, settings });
}
