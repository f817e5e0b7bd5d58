/**
 * The studies as data: which question each asks, and which variants it compares on which scenes. To add a
 * study, add a function here and its name in `study.ts`; runner and report need nothing else.
 *
 * @module
 */
import {
  AS_IN_THE_PAPER,
  entryOf,
  PAPER_SETTINGS,
  paperVariant,
  variantOf,
  withStepZero,
} from "./variants.ts";
import type { BuiltStudy, Study, StudyContext, StudyName } from "./study.ts";
import { focusSequences, mainSequences, streamSequences } from "./study_scenes.ts";
import type { MethodSettings, Variant } from "./variant.ts";

/** Methods that are run from every training seed; the others are expensive and are run from one. */
const SEEDED = ["source", "joint", "bn", "probe", "fusion", "ttt-kd-online", "ttt-kd"];

const ONLINE: readonly { label: string; settings: MethodSettings }[] = [
  { label: AS_IN_THE_PAPER, settings: {} },
  { label: "drawn back 5 % a scan", settings: { anchor: 0.05 } },
  { label: "reset by the KD loss", settings: { reset: "kd-loss" } },
  { label: "drawn back 5 %, reset by the KD loss", settings: { anchor: 0.05, reset: "kd-loss" } },
];

const ABLATIONS: readonly { label: string; settings: MethodSettings }[] = [
  { label: "8 test-time augmentations", settings: { augmentations: 8 } },
  { label: "statistics of training", settings: { statistics: "running" } },
  { label: "statistics with the lower loss", settings: { statistics: "auto" } },
  { label: "mean of all steps' predictions", settings: { average: true } },
  { label: "stops at the source KD loss", settings: { stop: "source-loss" } },
  { label: "stops by held-out photographs", settings: { stop: "held-out" } },
  { label: "targets weighed by their length", settings: { targetTrust: 1 } },
  { label: "targets weighed by its square", settings: { targetTrust: 2 } },
  { label: "guard", settings: { guard: 2 } },
  { label: "fused with the 2D probe", settings: { fusion: 1 } },
  { label: "fused, with consistency loss", settings: { fusion: 1, consistency: 1 } },
];

const BUILDERS: Readonly<Record<StudyName, (context: StudyContext) => Study>> = {
  main: mainStudy,
  steps: stepsStudy,
  images: imagesStudy,
  teachers: teachersStudy,
  online: onlineStudy,
  ablations: ablationsStudy,
  "virtual-views": virtualViewsStudy,
};

/** Builds a study. Variants that no student is available for are left out and named. */
export function buildStudy(name: StudyName, context: StudyContext): BuiltStudy {
  return withStudents(BUILDERS[name](context), context);
}

/** Builds the study that settings are chosen by: every method's own grid, on the shifted domains. */
export function tuningStudy(context: StudyContext): BuiltStudy {
  const { chosen, dataset, methods, size } = context;
  const domains = size.domains ??
    dataset.domains.filter(({ isSource }) => !isSource).map(({ name }) => name);
  const entries = chosen.flatMap((name) =>
    (methods.get(name)?.grid ?? []).map((settings) =>
      entryOf(variantOf(context, name, {
        id: `${name}, ${JSON.stringify(settings)}`,
        label: Object.entries(settings).map(([key, value]) => `${key} ${value}`).join(", "),
        settings,
      }))
    )
  );
  return withStudents({
    name: "tune",
    title: "Choice of settings",
    about: "Every setting of each method's own grid, on validation scenes.",
    entries,
    sequences: mainSequences(context, domains),
  }, context);
}

function withStudents(study: Study, { isAvailable }: StudyContext): BuiltStudy {
  const kept = study.entries.filter(({ variant }) => isAvailable(variant));
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

function mainStudy(context: StudyContext): Study {
  const { chosen, dataset, size } = context;
  const domains = size.domains ?? dataset.domains.map(({ name }) => name);
  return {
    name: "main",
    title: "Methods",
    about: "Every method on every domain, from the same students in the same run.",
    entries: withStepZero(
      context,
      chosen.flatMap((name) => [
        ...(name === "ttt-kd" ? [entryOf(paperVariant(context))] : []),
        entryOf(variantOf(context, name), SEEDED.includes(name) ? size.seeds : 1),
      ]),
    ),
    sequences: mainSequences(context, domains),
  };
}

function stepsStudy(context: StudyContext): Study {
  const { curve } = context.size;
  const longest = Math.max(1, ...curve);
  return {
    name: "steps",
    title: "Gradient steps",
    about:
      "TTT-KD's prediction after some numbers of steps. Step 0 is the student with the scan's own batch " +
      "statistics.",
    entries: [
      entryOf(variantOf(context, "source")),
      entryOf(paperVariant(context, {
        id: `ttt-kd, ${longest} steps read after ${curve.join(" ")}`,
        label: "ttt-kd",
        settings: { steps: longest },
        curve,
      })),
    ],
    sequences: focusSequences(context),
  };
}

function imagesStudy(context: StudyContext): Study {
  const { profile, size } = context;
  const counts = size.images === "all"
    ? profile.images
    : profile.images.filter((_, i, all) => i === 0 || i === all.length - 1);
  return {
    name: "images",
    title: "Photographs",
    about: "TTT-KD with some of each scene's photographs, spread evenly over the list.",
    entries: withStepZero(context, [
      entryOf(variantOf(context, "source")),
      ...counts.map((images) => ({
        ...entryOf(paperVariant(context, {
          id: `ttt-kd, images ${images}`,
          label: `ttt-kd, ${images} ${images === 1 ? "photograph" : "photographs"}`,
          images,
        })),
        position: images,
      })),
    ]),
    sequences: focusSequences(context),
  };
}

function teachersStudy(context: StudyContext): Study {
  const { teachers } = context.profile;
  const placebo = (label: string, change: Partial<Variant>) =>
    entryOf(paperVariant(context, { id: `ttt-kd, ${label}`, label, ...change }));
  return {
    name: "teachers",
    title: "Teachers and placebos",
    about:
      "Each teacher has its own joint student, and each gain is measured against that student's own " +
      "step 0. A placebo that gained would show that something else than the photographs helps.",
    entries: withStepZero(context, [
      entryOf(variantOf(context, "source")),
      ...teachers.map(({ name, about }, index) =>
        entryOf(paperVariant(context, {
          ...(index === 0 ? {} : { id: `ttt-kd, teacher ${name}` }),
          label: `${name}: ${about}`,
          teacher: name,
        }))
      ),
      placebo("placebo: targets shuffled", { views: "shuffled" }),
      placebo("placebo: photographs swapped", { views: "swapped" }),
    ]),
    sequences: focusSequences(context),
  };
}

function onlineStudy(context: StudyContext): Study {
  return {
    name: "online",
    title: "Online",
    about:
      "A sequence of scans whose domain changes in the middle; the weights are kept from scan to scan. " +
      "Each point is the mIoU of the last scans together.",
    entries: withStepZero(context, [
      entryOf(variantOf(context, "source")),
      ...ONLINE.map(({ label, settings }) =>
        entryOf(variantOf(context, "ttt-kd-online", {
          id: `ttt-kd-online, ${label}`,
          settings: { ...PAPER_SETTINGS, ...settings },
        }))
      ),
    ]),
    sequences: streamSequences(context),
  };
}

function ablationsStudy(context: StudyContext): Study {
  return {
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
    sequences: focusSequences(context, { withSource: true }),
  };
}

function virtualViewsStudy(context: StudyContext): Study {
  const compared = [
    variantOf(context, "fusion"),
    paperVariant(context),
    variantOf(context, "ttt-kd-fusion"),
  ];
  return {
    name: "virtual-views",
    title: "Virtual views",
    about:
      "The same methods with the scene's photographs and with views rendered of the scan itself; bn uses " +
      "neither.",
    entries: [
      entryOf(variantOf(context, "source")),
      entryOf(variantOf(context, "bn")),
      ...compared.flatMap((variant) => {
        const id = `${variant.id}, virtual views`;
        return [entryOf(variant), entryOf({ ...variant, id, label: id, views: "virtual" })];
      }),
    ],
    sequences: focusSequences(context, { withSource: true }),
  };
}
