/**
 * How studies make their variants: a method by its defaults, TTT-KD as in the paper, and the step 0 that each
 * adapting variant is measured against.
 *
 * @module
 */
import type { PredictionSettings } from "../../ttt/methods/fusion.ts";
import type { Method } from "../../ttt/method.ts";
import type { StudyContext, StudyEntry } from "./study.ts";
import type { StudySize } from "./study_size.ts";
import type { MethodSettings, Variant } from "./variant.ts";

/** How variants are labelled that leave out what goes beyond the paper. */
export const AS_IN_THE_PAPER = "as in the paper";

/** The settings of the paper: it has no test-time augmentation. */
export const PAPER_SETTINGS: MethodSettings = { augmentations: 0 };

/**
 * A method with its default settings, and with changes.
 *
 * @throws {RangeError} where there is no such method.
 */
export function variantOf(
  { methods, profile, size }: StudyContext,
  name: string,
  { settings, ...changes }: Partial<Variant> = {},
): Variant {
  const method = methods.get(name);
  if (!method) {
    throw new RangeError(`Cannot run ${name}: there are ${[...methods.keys()].join(", ")}`);
  }
  return {
    id: name,
    label: changes.id ?? name,
    method: name,
    settings: { ...limitedSettings(method, size), ...settings },
    checkpoint: method.checkpoint,
    teacher: profile.teachers[0]!.name,
    online: method.online,
    views: method.usesPhotographs ? "photographs" : "none",
    images: null,
    curve: [],
    // Left out at 1: settings are part of a journal, and those of full runs stay what they were.
    ...(size.voxelScale === 1 ? {} : { voxelScale: size.voxelScale }),
    ...changes,
  };
}

/** The settings whose defaults exceed the limits of a run, set to those limits. */
function limitedSettings(method: Method, { most }: StudySize): MethodSettings {
  const defaults = method.settings.parse({}) as MethodSettings;
  return Object.fromEntries(
    Object.entries(most).filter(([key, limit]) => {
      const value = defaults[key];
      return typeof value === "number" && value > limit;
    }),
  );
}

/** TTT-KD without what goes beyond the paper, and with changes. */
export function paperVariant(
  context: StudyContext,
  { settings, ...changes }: Partial<Variant> = {},
): Variant {
  return variantOf(context, "ttt-kd", {
    id: `ttt-kd, ${AS_IN_THE_PAPER}`,
    label: `ttt-kd, ${AS_IN_THE_PAPER}`,
    ...changes,
    settings: { ...PAPER_SETTINGS, ...settings },
  });
}

/** A variant as an entry of a study, without a step 0. */
export function entryOf(variant: Variant, seeds = 1): StudyEntry {
  return { variant, seeds, stepZero: null, position: null };
}

/** Adds the step 0 of every adapting variant before it, unless it is there already, and links the two. */
export function withStepZero(
  context: StudyContext,
  entries: readonly StudyEntry[],
): StudyEntry[] {
  const all: StudyEntry[] = [];
  for (const entry of entries) {
    const { variant, seeds } = entry;
    if (context.methods.get(variant.method)!.lossName === null) {
      all.push(entry);
      continue;
    }
    const stepZero = stepZeroOf(context, variant);
    const known = all.findIndex(({ variant }) => variant.id === stepZero.id);
    const needed = Math.max(seeds, all[known]?.seeds ?? 0);
    if (known >= 0) all[known] = { ...all[known]!, seeds: needed };
    else if (!entries.some(({ variant }) => variant.id === stepZero.id)) {
      all.push(entryOf(stepZero, needed));
    }
    all.push({ ...entry, stepZero: stepZero.id });
  }
  return all;
}

/** How a method without these settings predicts: by the network alone, with the scan's own statistics, once. */
const PLAIN: PredictionSettings = { fusion: 0, statistics: "batch", augmentations: 0 };

/**
 * The variant with the same student that predicts in the same way without a gradient step: the method's own where it has
 * settings for that, `bn` where the prediction is plain, else `fusion`, which has the settings of the prediction (with weight 0 for the network alone).
 */
function stepZeroOf(context: StudyContext, variant: Variant): Variant {
  const { method, settings, checkpoint, teacher } = variant;
  const { unmoved } = context.methods.get(method)!;
  if (unmoved) {
    const id = `${variant.id}, without steps`;
    return { ...variant, id, label: id, settings: { ...settings, ...unmoved } };
  }
  const parsed = context.methods.get(method)!.settings.parse(settings) as MethodSettings;
  // Settings of the same name mean something else in methods that cannot fuse, such as CoTTA's augmentations.
  const { fusion, unadapted = 0, trust, balance, statistics, augmentations } = {
    ...PLAIN,
    ...("fusion" in parsed ? parsed : {}),
  } as PredictionSettings;
  const isPlain = fusion === PLAIN.fusion && statistics === PLAIN.statistics &&
    augmentations === PLAIN.augmentations && !balance;
  const start = variantOf(context, isPlain ? "bn" : "fusion");
  const defaults = context.methods.get(start.method)!.settings
    .parse(start.settings) as MethodSettings;
  const needed: MethodSettings = isPlain
    ? { augmentations }
    // Without a step the network and its weights from before the steps say the same.
    : { weight: fusion / (1 + unadapted), trust, balance, statistics, augmentations };
  const changed = Object.entries(needed).filter(([key, value]) => defaults[key] !== value);
  const changes = changed.map(([key, value]) => `${key} ${value}`);
  const student = checkpoint === start.checkpoint && teacher === start.teacher
    ? []
    : [`${checkpoint === "joint" ? teacher : checkpoint} student`];
  if (changes.length + student.length === 0) return start;
  const id = [start.id, ...changes, ...student].join(", ");
  // To a reader, a fusion with weight 0 is the network alone.
  const alone = [
    "bn",
    ...(statistics === PLAIN.statistics ? [] : [`${statistics} statistics`]),
    ...(augmentations === PLAIN.augmentations ? [] : [`${augmentations} augmentations`]),
  ];
  return {
    ...start,
    id,
    label: fusion === 0 && !isPlain ? [...alone, ...student].join(", ") : id,
    settings: { ...start.settings, ...Object.fromEntries(changed) },
    checkpoint,
    teacher,
  };
}
