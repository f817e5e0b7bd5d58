/**
 * The tables of a report as data; Markdown and HTML write the same ones.
 *
 * @module
 */
import type { Difference, Results, StudyResult } from "../results/results.ts";
import type { CheckedClaim } from "./claims.ts";
import { percent } from "../../terminal/format.ts";
import { LEAST_SCENES, signed, withInterval } from "./numbers.ts";
import { scenesOf } from "./summary.ts";

/** A table of plain text; the first column names the rows. */
export interface Table {
  title: string;
  /** How the table is to be read. */
  note: string;
  head: string[];
  rows: string[][];
  /** The best cells, as indices of row and column. */
  best?: readonly (readonly [row: number, column: number])[];
}

const NONE = "";

/** The claims and whether they hold. */
export function claimsTable(claims: readonly CheckedClaim[]): Table {
  return {
    title: "What was to be shown",
    note: "The claims were fixed beforehand. Points are points of mIoU; intervals are 95 %.",
    head: ["claim", "holds", "evidence"],
    rows: claims.map(({ claim, holds, evidence }) => [claim, holds ? "yes" : "no", evidence]),
  };
}

/** mIoU by variant and domain. */
export function miouTable(study: StudyResult): Table {
  const domains = Object.keys(study.domains);
  const hasMean = Object.keys(study.mean).length > 0;
  const columns = [
    ...domains.map((domain) => study.variants.map(({ id }) => study.domains[domain]![id]?.miou)),
    ...(hasMean ? [study.variants.map(({ id }) => study.mean[id]?.miou)] : []),
  ];
  return {
    best: columns.flatMap((values, column) =>
      bestRows(values).map((row) => [row, 1 + column] as const)
    ),
    title: `${study.title}: mIoU`,
    note:
      "Mean IoU over classes in %, from one confusion matrix over all points of a domain's scenes, in the " +
      `mean over training seeds; ${scenesText(study)}` +
      (hasMean ? "; the mean is over the shifted domains." : "."),
    head: [
      "",
      ...domains,
      ...(hasMean ? ["mean", "relative to source"] : []),
      "seeds",
    ],
    rows: study.variants.map(({ id, label, seeds }) => {
      const mean = study.mean[id];
      return [
        label,
        ...domains.map((domain) => {
          const result = study.domains[domain]![id];
          return result ? percent(result.miou) : NONE;
        }),
        ...(hasMean
          ? [
            mean ? percent(mean.miou) : NONE,
            mean && mean.relative !== null && id !== "source" ? `${signed(mean.relative)} %` : NONE,
          ]
          : []),
        `${seeds}`,
      ];
    }),
  };
}

/** The rows with the largest of several values, as it is written. */
function bestRows(values: readonly (number | undefined)[]): number[] {
  const written = values.map((value) => value === undefined ? -Infinity : Number(percent(value)));
  const largest = Math.max(...written);
  return values.length < 2 ? [] : [...written.keys()].filter((row) => written[row] === largest);
}

/** How many scenes the figures are based on. */
function scenesText(study: StudyResult): string {
  const counts = new Set(
    Object.values(study.domains).flatMap((all) =>
      Object.values(all).map(({ perScene }) => perScene.length)
    ),
  );
  return `scenes per domain: ${[...counts].join(", ")}`;
}

/** mIoU by variant and domain of the points that no photograph sees; null where they are not counted apart. */
function unseenTable(study: StudyResult): Table | null {
  const all = Object.values(study.domains).flatMap((results) => Object.values(results));
  if (all.every(({ unseen }) => unseen === undefined)) return null;
  const cell = (value?: number) => value === undefined ? NONE : percent(value);
  const hasMean = Object.keys(study.mean).length > 0;
  return {
    title: `${study.title}: mIoU of points that no photograph sees`,
    note: "As above, over these points alone; empty where there are none.",
    head: ["", ...Object.keys(study.domains), ...(hasMean ? ["mean"] : [])],
    rows: study.variants.map(({ id, label }) => [
      label,
      ...Object.values(study.domains).map((results) => cell(results[id]?.unseen)),
      ...(hasMean ? [cell(study.mean[id]?.unseen)] : []),
    ]),
  };
}

/** Differences to source only. */
export function gainsTable(study: StudyResult): Table {
  return differences(
    study,
    `${study.title}: difference to source`,
    scenesOf(study) < LEAST_SCENES
      ? "Points of mIoU; too few scenes for intervals."
      : "Points of mIoU with 95 % intervals, paired by scene; ▲ the interval lies above zero, ▼ below zero, " +
        "! more than half a point below source.",
    () => "source",
  );
}

/** Differences to each variant's own step 0: what its gradient steps are worth. */
export function stepZeroTable(study: StudyResult): Table {
  return differences(
    study,
    `${study.title}: difference to the own step 0`,
    "Points of mIoU over the same student that predicts in the same way without a gradient step: what the " +
      "steps are worth.",
    ({ stepZero }) => stepZero,
  );
}

/**
 * Where along a sequence each variant lies lowest against its own step 0, over the windows of successive scans that the
 * chart of the study shows.
 */
export function lowestTable(study: StudyResult): Table {
  const sequences = Object.entries(study.domains);
  const rows = study.variants.flatMap(({ id, label, stepZero }) => {
    const cells = sequences.map(([, all]) => {
      const [own, other] = [all[id], stepZero === null ? undefined : all[stepZero]];
      if (!own?.running || !other?.running) return NONE;
      const differences = own.running.map((miou, i) => miou - other.running![i]!);
      const lowest = Math.min(...differences);
      const last = differences.indexOf(lowest) + own.perScene.length - differences.length + 1;
      return `${signed(lowest)}, up to scan ${last}`;
    });
    return cells.every((cell) => cell === NONE) ? [] : [[label, ...cells]];
  });
  return {
    title: `${study.title}: lowest difference to the own step 0 along the sequence`,
    note: "Points of mIoU of the last scans together, in the window where it is lowest.",
    head: ["", ...sequences.map(([name]) => name)],
    rows,
  };
}

type StudyVariant = StudyResult["variants"][number];

function differences(
  study: StudyResult,
  title: string,
  note: string,
  rivalOf: (variant: StudyVariant) => string | null,
): Table {
  const domains = Object.keys(study.domains);
  const hasMean = Object.keys(study.mean).length > 0;
  const rows = study.variants.flatMap((variant) => {
    const rival = rivalOf(variant);
    if (rival === null || rival === variant.id) return [];
    const cells = domains.map((domain) => {
      const result = study.domains[domain]![variant.id];
      const difference = result?.against[rival];
      if (!difference) return NONE;
      const isHarmed = rival === "source" && result!.harmed && difference.scenes >= LEAST_SCENES;
      return marked(difference) + (isHarmed ? " !" : "");
    });
    const mean = study.mean[variant.id]?.against[rival];
    if (cells.every((cell) => cell === NONE)) return [];
    return [[
      variant.label,
      ...cells,
      ...(hasMean ? [mean ? marked(mean) : NONE] : []),
    ]];
  });
  return { title, note, head: ["", ...domains, ...(hasMean ? ["mean of shifted"] : [])], rows };
}

/** A difference, its interval, and on which side of zero the interval lies. */
function marked(difference: Difference): string {
  const [low, high] = difference.scenes < LEAST_SCENES ? [0, 0] : difference.ci95;
  return withInterval(difference) + (low > 0 ? " ▲" : high < 0 ? " ▼" : "");
}

/** IoU by class and variant, one table per domain. */
export function classTables(study: StudyResult, classes: readonly string[]): Table[] {
  return Object.entries(study.domains).map(([domain, variants]) => {
    const shown = study.variants.filter(({ id }) => variants[id]);
    return {
      title: `IoU by class: ${domain}`,
      note: "In %, over all scenes and training seeds together.",
      head: ["", ...shown.map(({ label }) => label)],
      rows: classes.map((name) => [
        name,
        ...shown.map(({ id }) => {
          const iou = variants[id]!.perClass[name];
          return iou === undefined ? NONE : percent(iou);
        }),
      ]),
    };
  });
}

/** What it costs to label a scan. */
export function costTable(results: Results): Table {
  return {
    title: "Cost",
    note:
      `Gradient steps and wall time per scan on ${results.adapter}; features of photographs come from the ` +
      "cache where it holds them.",
    head: ["", "gradient steps", "seconds per scan"],
    rows: Object.entries(results.cost).map(([id, { gradientSteps, secondsPerScan }]) => [
      id,
      Number.isInteger(gradientSteps) ? `${gradientSteps}` : gradientSteps.toFixed(1),
      secondsPerScan.toFixed(2),
    ]),
  };
}

/** The domains. */
export function domainsTable({ about }: Results): Table {
  return {
    title: "Domains",
    note: "Students are trained on the source domain; the others are new to them at test time.",
    head: ["", "what differs"],
    rows: Object.entries(about).map(([name, { about, isSource }]) => [
      isSource ? `${name} (trained on)` : name,
      about,
    ]),
  };
}

/** Everything that the cells depend on. */
export function settingsTable(results: Results): Table {
  return {
    title: "Settings and provenance",
    note:
      "What the figures were made with. The same command on the same adapter gives the same figures, except for " +
      "the seconds.",
    head: ["", ""],
    rows: [
      ["command", results.command],
      ...Object.entries(results.settings),
    ],
  };
}

/** mIoU by number of gradient steps. */
function curveTable(study: StudyResult): Table {
  const curves = Object.entries(study.domains).flatMap(([domain, all]) =>
    Object.values(all).flatMap(({ curve, perScene }) =>
      curve ? [{ domain, curve, scenes: perScene.length }] : []
    )
  );
  const steps = curves[0]?.curve.map(({ step }) => step) ?? [];
  return {
    title: `${study.title}: mIoU`,
    note: `In %${
      scenesOf(study) < LEAST_SCENES ? "" : ", with 95 % intervals"
    }, by number of gradient steps; ${scenesText(study)}.`,
    head: ["", ...steps.map((step) => `${step}`)],
    rows: curves.map(({ domain, curve, scenes }) => [
      domain,
      ...steps.map((step) => {
        const point = curve.find((candidate) => candidate.step === step);
        if (!point) return NONE;
        const interval = scenes < LEAST_SCENES ? "" : ` (${point.ci95.map(percent).join(" to ")})`;
        return percent(point.miou) + interval;
      }),
    ]),
  };
}

/** The tables of one study. */
export function studyTables(study: StudyResult): Table[] {
  if (study.name === "steps") return [curveTable(study)];
  return [
    ...[miouTable(study), unseenTable(study), gainsTable(study), stepZeroTable(study)],
    lowestTable(study),
  ].filter((table) => table !== null)
    .filter(({ rows }) => rows.length > 0);
}
