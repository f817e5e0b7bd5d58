/**
 * The tables of a report, as data: Markdown and HTML write the same ones.
 *
 * @module
 */
import type { Difference, Results, StudyResult } from "../results/results.ts";
import type { CheckedClaim } from "./claims.ts";
import { percent, signed, withInterval } from "./numbers.ts";

/** Cells are plain text; the first column names the row. */
export interface Table {
  title: string;
  /** How to read it. */
  note: string;
  head: string[];
  rows: string[][];
}

const NONE = "";

/** The claims, and whether they hold. */
export function claimsTable(claims: readonly CheckedClaim[]): Table {
  return {
    title: "What was to be shown",
    note: "Claims that were fixed beforehand. Points are points of mIoU; intervals are 95 %.",
    head: ["claim", "holds", "evidence"],
    rows: claims.map(({ claim, holds, evidence }) => [claim, holds ? "yes" : "no", evidence]),
  };
}

/** mIoU by variant and domain. */
export function miouTable(study: StudyResult): Table {
  const domains = Object.keys(study.domains);
  const hasMean = Object.keys(study.mean).length > 0;
  return {
    title: `${study.title}: mIoU`,
    note:
      "Mean IoU over classes in %, all points of a domain's scenes in one confusion matrix, mean " +
      `over training seeds; ${scenesOf(study)}` +
      (hasMean ? "; the last columns are means of the shifted domains." : "."),
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

/** How many scenes the figures stand on. */
function scenesOf(study: StudyResult): string {
  const counts = new Set(
    Object.values(study.domains).flatMap((all) =>
      Object.values(all).map(({ perScene }) => perScene.length)
    ),
  );
  return `scenes a domain: ${[...counts].join(", ")}`;
}

/** Differences to source only. */
export function gainsTable(study: StudyResult): Table {
  return differences(
    study,
    `${study.title}: difference to source`,
    "Points of mIoU with 95 % intervals, paired by scene; ▲ the interval lies above zero, ▼ below it; " +
      "! more than half a point below source.",
    () => "source",
  );
}

/** Differences to each variant's own step 0. */
export function stepZeroTable(study: StudyResult): Table {
  return differences(
    study,
    `${study.title}: difference to the own step 0`,
    "Against the same student with the scan's own batch statistics and no gradient step (fused with the " +
      "2D probe where the method is): what is left is what the steps are worth.",
    ({ stepZero }) => stepZero,
  );
}

type Row = StudyResult["variants"][number];

function differences(
  study: StudyResult,
  title: string,
  note: string,
  rivalOf: (variant: Row) => string | null,
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
      return marked(difference) + (rival === "source" && result!.harmed ? " !" : "");
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
  const [low, high] = difference.scenes < 2 ? [0, 0] : difference.ci95;
  return withInterval(difference) + (low > 0 ? " ▲" : high < 0 ? " ▼" : "");
}

/** IoU by class and variant, one table a domain. */
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

/** What a scan costs. */
export function costTable(results: Results): Table {
  return {
    title: "Cost",
    note:
      `Wall time of labelling one scan on ${results.adapter}, features of known photographs from ` +
      "the cache, and gradient steps taken.",
    head: ["", "gradient steps", "seconds a scan"],
    rows: Object.entries(results.cost).map(([id, { gradientSteps, secondsPerScan }]) => [
      id,
      Number.isInteger(gradientSteps) ? `${gradientSteps}` : gradientSteps.toFixed(1),
      secondsPerScan.toFixed(2),
    ]),
  };
}

/** Which domains there are. */
export function domainsTable({ about }: Results): Table {
  return {
    title: "Domains",
    note: "Students are trained on the source and meet the others at test time only.",
    head: ["", "what differs"],
    rows: Object.entries(about).map(([name, { about, isSource }]) => [
      isSource ? `${name} (trained on)` : name,
      about,
    ]),
  };
}

/** Everything that cells depend on. */
export function settingsTable(results: Results): Table {
  return {
    title: "Settings and provenance",
    note:
      "What every figure here was made with. The same command on the same adapter gives the same " +
      "figures, seconds apart.",
    head: ["", ""],
    rows: [
      ["command", results.command],
      ...Object.entries(results.settings),
    ],
  };
}

/** mIoU by gradient steps. */
function curveTable(study: StudyResult): Table {
  const curves = Object.entries(study.domains).flatMap(([domain, all]) =>
    Object.values(all).flatMap(({ curve, perScene }) =>
      curve ? [{ domain, curve, scenes: perScene.length }] : []
    )
  );
  const steps = curves[0]?.curve.map(({ step }) => step) ?? [];
  return {
    title: `${study.title}: mIoU`,
    note: `In %, with 95 % intervals, after this many steps; ${scenesOf(study)}.`,
    head: ["", ...steps.map((step) => `${step}`)],
    rows: curves.map(({ domain, curve, scenes }) => [
      domain,
      ...steps.map((step) => {
        const point = curve.find((candidate) => candidate.step === step);
        if (!point) return NONE;
        const interval = scenes < 2 ? "" : ` (${point.ci95.map(percent).join(" to ")})`;
        return percent(point.miou) + interval;
      }),
    ]),
  };
}

/** The tables of one study. */
export function studyTables(study: StudyResult): Table[] {
  if (study.name === "steps") return [curveTable(study)];
  return [miouTable(study), gainsTable(study), stepZeroTable(study)]
    .filter(({ rows }) => rows.length > 0);
}
