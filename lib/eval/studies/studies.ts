/**
 * The studies as data: which variants each compares, on which scenes, and what it asks. A further study is
 * one more function here; runner and report know studies by this form alone.
 *
 * @module
 */
import type { Dataset, DatasetSplit } from "../../datasets/dataset.ts";
import type { Method } from "../../ttt/method.ts";
import { type BenchmarkProfile } from "./benchmarks.ts";
import { type BuiltStudy, type Entry, type Study, type StudyName } from "./study.ts";
import { domainSequence, mixedSequence, type Sequence } from "./sequence.ts";
import type { Settings, Variant } from "./variant.ts";

/** How large the studies are. */
export interface StudySize {
  /** Scenes a domain of the main study. */
  scenes: number;
  /** Scenes a domain of the other studies. */
  studyScenes: number;
  /** How many of the profile's focus domains the other studies look at. */
  focus: number;
  /** Domains of the main study; null takes all. */
  domains: readonly string[] | null;
  /** Scenes of each half of the online sequence. */
  streamScenes: number;
  /** Gradient steps of the steps study. */
  curve: readonly number[];
  /** Which of the profile's numbers of photographs the images study takes. */
  images: "all" | "ends";
  /** Training seeds of the methods in {@link SEEDED}; the others have one. */
  seeds: number;
  /** The most that settings may be, by name, where a study does not say what they are. */
  most: Readonly<Record<string, number>>;
  /** How many times as large as the student's the voxels of every cell are. */
  voxelScale: number;
}

/** Settings of a whole run. */
export const FULL_SIZE: StudySize = {
  scenes: 20,
  studyScenes: 20,
  focus: Infinity,
  domains: null,
  streamScenes: 50,
  curve: [0, 1, 5, 10, 25, 50, 100],
  images: "all",
  seeds: 1,
  most: {},
  voxelScale: 1,
};

/** What `--lite` runs. */
export const LITE_SIZE: StudySize = {
  scenes: 2,
  studyScenes: 1,
  focus: 1,
  domains: null,
  streamScenes: 2,
  curve: [0, 1, 2],
  images: "ends",
  seeds: 1,
  most: { steps: 2, augmentations: 2 },
  voxelScale: 2,
};

/** Methods that are run from every training seed; the others cost as much and are run from one. */
const SEEDED = ["source", "joint", "bn", "probe", "fusion", "ttt-kd-online", "ttt-kd"];

/** Without what goes beyond the paper, which has no averaging over augmentations; and quicker. */
const PAPER: Settings = { augmentations: 0 };
const AS_IN_THE_PAPER = "as in the paper";

/** What studies are made from. */
export interface StudyContext {
  dataset: Dataset;
  split: DatasetSplit;
  profile: BenchmarkProfile;
  methods: ReadonlyMap<string, Method>;
  /** Methods of the main study. */
  chosen: readonly string[];
  size: StudySize;
  /** Whether there is, or may be trained, a student for a variant. */
  isAvailable(variant: Variant): boolean;
}

/** Makes a study. Variants without a student are left out, and named. */
export function buildStudy(name: StudyName, context: StudyContext): BuiltStudy {
  return withStudents(BUILDERS[name](context), context);
}

function withStudents(study: Study, context: StudyContext): BuiltStudy {
  const kept = study.entries.filter(({ variant }) => context.isAvailable(variant));
  return {
    ...study,
    entries: kept.map((entry) => ({
      ...entry,
      stepZero: kept.some(({ variant }) => variant.id === entry.stepZero) ? entry.stepZero : null,
    })),
    sequences: study.sequences.filter(({ parts }) => parts.every(({ scenes }) => scenes > 0)),
    withoutStudent: study.entries.filter((entry) => !kept.includes(entry))
      .map(({ variant }) => variant.id),
  };
}

const BUILDERS: Readonly<Record<StudyName, (context: StudyContext) => Study>> = {
  main: (context) => ({
    name: "main",
    title: "Methods",
    about: "Every method on every domain, from the same students in the same run.",
    entries: withStepZero(
      context,
      context.chosen.flatMap((name) => [
        ...(name === "ttt-kd" ? [entryOf(paperVariant(context))] : []),
        entryOf(variantOf(context, name), SEEDED.includes(name) ? context.size.seeds : 1),
      ]),
    ),
    sequences: (context.size.domains ?? domainNames(context.dataset))
      .map((domain) => domainSequence(domain, scenesOf(context, domain, context.size.scenes))),
  }),

  steps: (context) => {
    const { curve } = context.size;
    const longest = Math.max(1, ...curve);
    return {
      name: "steps",
      title: "Gradient steps",
      about:
        "TTT-KD looked at on its way. Step 0 is the student with the scan's own batch statistics.",
      entries: [
        entryOf(variantOf(context, "source")),
        entryOf(paperVariant(context, {
          id: `ttt-kd, ${longest} steps looked at after ${curve.join(" ")}`,
          label: "ttt-kd",
          settings: { steps: longest },
          curve,
        })),
      ],
      sequences: focusSequences(context),
    };
  },

  images: (context) => ({
    name: "images",
    title: "Photographs",
    about: "TTT-KD with a part of each scene's photographs, spread evenly over the list.",
    entries: withStepZero(context, [
      entryOf(variantOf(context, "source")),
      ...imagesOf(context).map((images) => ({
        ...entryOf(paperVariant(context, {
          id: `ttt-kd, images ${images}`,
          label: `ttt-kd, ${images} ${images === 1 ? "photograph" : "photographs"}`,
          images,
        })),
        position: images,
      })),
    ]),
    sequences: focusSequences(context),
  }),

  teachers: (context) => {
    const { teachers } = context.profile;
    const placebo = (label: string, change: Partial<Variant>) =>
      entryOf(paperVariant(context, { id: `ttt-kd, ${label}`, label, ...change }));
    return {
      name: "teachers",
      title: "Teachers and placebos",
      about: "Each teacher has its own joint student, and each gain is to be read against that " +
        "student's own step 0. A placebo that gained would show that photographs are not what helps.",
      entries: withStepZero(context, [
        entryOf(variantOf(context, "source")),
        ...teachers.map(({ name, about }, index) =>
          entryOf(paperVariant(context, {
            ...(index === 0 ? {} : { id: `ttt-kd, teacher ${name}` }),
            label: `${name}: ${about}`,
            teacher: name,
          }))
        ),
        placebo("placebo: targets shuffled", { photographs: "shuffled" }),
        placebo("placebo: photographs swapped", { photographs: "swapped" }),
      ]),
      sequences: focusSequences(context),
    };
  },

  online: (context) => ({
    name: "online",
    title: "Online",
    about:
      "A sequence of scans whose domain changes in the middle; weights are kept from scan to " +
      "scan. Each point is the mIoU of the last scans together.",
    entries: [
      entryOf(variantOf(context, "source")),
      entryOf(variantOf(context, "bn")),
      ...ONLINE.map(({ label, settings }) =>
        entryOf(variantOf(context, "ttt-kd-online", {
          id: `ttt-kd-online, ${label}`,
          settings: { ...PAPER, ...settings },
        }))
      ),
    ],
    sequences: streamSequences(context),
  }),

  ablations: (context) => ({
    name: "ablations",
    title: "Beyond the paper",
    about: "What goes beyond the paper, one option at a time.",
    entries: withStepZero(context, [
      entryOf(variantOf(context, "source")),
      entryOf(paperVariant(context)),
      ...ABLATIONS.map(({ label, settings }) =>
        entryOf(paperVariant(context, { id: `ttt-kd, ${label}`, label, settings }))
      ),
    ]),
    sequences: focusSequences(context, context.dataset.domains.find((d) => d.isSource)?.name),
  }),

  views: (context) => ({
    name: "views",
    title: "Virtual views",
    about: "The same methods shown the scene's photographs, and pictures rendered of the scan " +
      "itself. Without either there is bn.",
    entries: [
      entryOf(variantOf(context, "source")),
      entryOf(variantOf(context, "bn")),
      ...[
        variantOf(context, "fusion"),
        paperVariant(context),
        variantOf(context, "ttt-kd-fusion"),
      ].flatMap((own) => {
        const id = `${own.id}, virtual views`;
        return [entryOf(own), entryOf({ ...own, id, label: id, photographs: "virtual" })];
      }),
    ],
    sequences: focusSequences(context, context.dataset.domains.find((d) => d.isSource)?.name),
  }),
};

const ONLINE: readonly { label: string; settings: Settings }[] = [
  { label: AS_IN_THE_PAPER, settings: {} },
  { label: "drawn back 5 % a scan", settings: { anchor: 0.05 } },
  { label: "reset by the guard", settings: { guard: 2 } },
];

const ABLATIONS: readonly { label: string; settings: Settings }[] = [
  { label: "mean of the scan and 8 augmentations", settings: { augmentations: 8 } },
  { label: "statistics of training", settings: { statistics: "running" } },
  { label: "statistics by which the loss is lower", settings: { statistics: "auto" } },
  { label: "mean of all steps' predictions", settings: { average: true } },
  { label: "stops at the loss of source scenes", settings: { stop: "source-loss" } },
  { label: "stops by held-out photographs", settings: { stop: "held-out" } },
  { label: "guard", settings: { guard: 2 } },
  { label: "fused with the 2D probe", settings: { fusion: 1 } },
  { label: "fused, and drawn to the fused prediction", settings: { fusion: 1, consistency: 1 } },
];

/** The study that settings are chosen by: every method's own grid. */
export function tuningStudy(context: StudyContext): BuiltStudy {
  const shifted = context.size.domains ??
    context.dataset.domains.filter(({ isSource }) => !isSource).map(({ name }) => name);
  return withStudents({
    name: "tune",
    title: "Choice of settings",
    about: "Every setting of each method's own grid, on validation scenes.",
    entries: context.chosen.flatMap((name) =>
      (context.methods.get(name)?.grid ?? []).map((settings) =>
        entryOf(variantOf(context, name, {
          id: `${name}, ${JSON.stringify(settings)}`,
          label: Object.entries(settings).map(([key, value]) => `${key} ${value}`).join(", "),
          settings,
        }))
      )
    ),
    sequences: shifted.map((domain) =>
      domainSequence(domain, scenesOf(context, domain, context.size.scenes))
    ),
  }, context);
}

/** A method by its defaults, with changes. */
function variantOf(
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
    settings: { ...bounded(method, size), ...settings },
    checkpoint: method.checkpoint,
    teacher: profile.teachers[0]!.name,
    online: method.online,
    photographs: method.usesPhotographs ? "own" : "none",
    images: null,
    curve: [],
    // Left out at 1, so that cells of full runs keep the settings that they were noted with.
    ...(size.voxelScale === 1 ? {} : { voxelScale: size.voxelScale }),
    ...changes,
  };
}

/** The settings of a method whose defaults are more than this run allows. */
function bounded(method: Method, { most }: StudySize): Settings {
  const usual = method.settings.parse({}) as Settings;
  return Object.fromEntries(
    Object.entries(most).filter(([key, bound]) => {
      const value = usual[key];
      return typeof value === "number" && value > bound;
    }),
  );
}

/** TTT-KD by its defaults, less what the paper does not have, with changes. */
function paperVariant(
  context: StudyContext,
  { settings, ...changes }: Partial<Variant> = {},
): Variant {
  return variantOf(context, "ttt-kd", {
    id: `ttt-kd, ${AS_IN_THE_PAPER}`,
    label: `ttt-kd, ${AS_IN_THE_PAPER}`,
    ...changes,
    settings: { ...PAPER, ...settings },
  });
}

function entryOf(variant: Variant, seeds = 1): Entry {
  return { variant, seeds, stepZero: null, position: null };
}

/** Puts the step 0 of every variant that adapts before it, and says which is whose. */
function withStepZero(context: StudyContext, entries: readonly Entry[]): Entry[] {
  const all: Entry[] = [];
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

/** How a method that has no such settings reads its weights: of the scan alone, by its own statistics. */
const PLAIN = { fusion: 0, statistics: "batch", augmentations: 0 };

/** The same student asked in the same way, without a step. */
function stepZeroOf(context: StudyContext, variant: Variant): Variant {
  const { method, settings, checkpoint, teacher } = variant;
  const { fusion, statistics, augmentations }: Settings = {
    ...PLAIN,
    ...context.methods.get(method)!.settings.parse(settings),
  };
  const isPlain = fusion === PLAIN.fusion && statistics === PLAIN.statistics &&
    augmentations === PLAIN.augmentations;
  const start = variantOf(context, isPlain ? "bn" : "fusion");
  const usual = context.methods.get(start.method)!.settings.parse(start.settings) as Settings;
  const asked: Settings = isPlain
    ? { augmentations }
    : { weight: fusion, statistics, augmentations };
  const changed = Object.entries(asked).filter(([key, value]) => usual[key] !== value);
  const told = changed.map(([key, value]) => `${key} ${value}`);
  const student = checkpoint === start.checkpoint && teacher === start.teacher
    ? []
    : [`${checkpoint === "joint" ? teacher : checkpoint} student`];
  if (told.length + student.length === 0) return start;
  const id = [start.id, ...told, ...student].join(", ");
  // A fusion that does not ask the probe is the network alone to a reader.
  const alone = [
    "bn",
    ...(statistics === PLAIN.statistics ? [] : [`${statistics} statistics`]),
    ...(augmentations === PLAIN.augmentations ? [] : [`${augmentations} augmentations`]),
  ];
  const label = fusion === 0 && !isPlain ? [...alone, ...student].join(", ") : id;
  return {
    ...start,
    id,
    label,
    settings: { ...start.settings, ...Object.fromEntries(changed) },
    checkpoint,
    teacher,
  };
}

function domainNames(dataset: Dataset): string[] {
  return dataset.domains.map(({ name }) => name);
}

function scenesOf({ dataset, split }: StudyContext, domain: string, wanted: number): number {
  return Math.min(wanted, dataset.count(domain, split));
}

/** The domains that a study looks at more closely, where the run has them. */
function focusSequences(context: StudyContext, also?: string): Sequence[] {
  const { profile, size } = context;
  const isRun = (domain: string) => size.domains === null || size.domains.includes(domain);
  const focus = profile.focus.filter(isRun).slice(0, size.focus);
  const beside = also === undefined || size.focus === 1 ? [] : [also].filter(isRun);
  return [...beside, ...focus]
    .map((domain) => domainSequence(domain, scenesOf(context, domain, size.studyScenes)));
}

/** The sequence of the online study: the profile's, or of the first two domains that are run, shifted ones first. */
function streamSequences(context: StudyContext): Sequence[] {
  const { profile, size, dataset } = context;
  const run = dataset.domains.toSorted((a, b) => Number(a.isSource) - Number(b.isSource))
    .map(({ name }) => name)
    .filter((name) => size.domains === null || size.domains.includes(name));
  const stream = profile.stream.every((name) => run.includes(name))
    ? profile.stream
    : run.slice(0, 2);
  if (new Set(stream).size < 2) return [];
  return [mixedSequence(stream.map((domain) => ({
    domain,
    scenes: scenesOf(context, domain, size.streamScenes),
  })))];
}

function imagesOf({ profile: { images }, size }: StudyContext): number[] {
  return images.filter((_, i) => size.images === "all" || i === 0 || i === images.length - 1);
}
