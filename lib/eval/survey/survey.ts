/**
 * The benchmark of labelled surveys: how well methods, and a rule that learned nothing, find ground, vegetation and
 * buildings in each scan. Any student can be judged: the ASPRS codes of its classes say what they mean.
 *
 * @module
 */
import { Confusion } from "../../metrics/confusion.ts";
import type { Segmenter } from "../../segment/segmenter.ts";
import { metricRequest } from "../../segment/metric_request.ts";
import { segmentOptions } from "../../segment/options.ts";
import { METHODS } from "../../ttt/methods/mod.ts";
import { groupOfCode, GROUPS, type SurveyTruth, surveyTruth } from "./asprs_groups.ts";
import { labelByRule } from "./ground_rule.ts";
import type { SurveySample } from "./survey_samples.ts";

/** Name of the rule among the methods. */
export const RULE = "rule";

/** How a method did on a scan. */
export interface SurveyScore {
  readonly method: string;
  /** Name of the student; null for the rule. */
  readonly student: string | null;
  /** Share of the points that are labelled rightly, 0 to 1. */
  readonly accuracy: number;
  /**
   * F1 of each of {@link GROUPS}, 0 to 1; null where it occurs in neither truth nor prediction, and of all of them where
   * the truth has one group alone, since nothing then tells who sees it where it is not.
   */
  readonly f1: readonly (number | null)[];
}

/** How methods did on a scan. */
export interface SurveyResult {
  readonly scan: string;
  /** What it is averaged with in tables; by default it stands alone. */
  readonly domain?: string;
  readonly truth: Omit<SurveyTruth, "labels">;
  readonly scores: readonly SurveyScore[];
  /** Methods that failed, with the reason. */
  readonly failed: readonly (readonly [method: string, reason: string])[];
}

/** What the benchmark may be told. */
export interface SurveyOptions {
  /** Methods, {@link RULE} among them; those that need photographs are left out where there are none. */
  readonly methods: readonly string[];
  /** Name of the student; `auto` leaves it to the scan. */
  readonly student?: string | undefined;
  /** Called before each method. */
  readonly onMethod?: (method: string) => void;
}

/**
 * Judges methods on a scan.
 *
 * @returns the scores, or why the scan cannot be judged.
 */
export async function judgeSurvey(
  engine: Segmenter,
  { name, domain, open }: SurveySample,
  { methods, student, onMethod }: SurveyOptions,
): Promise<SurveyResult | string> {
  const { scan, photos, cameras } = await open();
  const found = surveyTruth(scan);
  if (typeof found === "string") return found;
  const { labels: _, ...about } = found;
  const hasPhotos = photos.length > 0;
  const scores: SurveyScore[] = [];
  const failed: [string, string][] = [];
  for (const method of methods) {
    if (METHODS.get(method)?.usesPhotographs && !hasPhotos) continue;
    onMethod?.(method);
    const options = segmentOptions({
      ...(student === undefined ? {} : { student }),
      ...(method === RULE ? {} : { method }),
      evaluate: false,
    }, hasPhotos);
    const request = { scan, photos, cameras, options };
    try {
      if (method === RULE) {
        const predicted = labelByRule(metricRequest(request).request.scan);
        scores.push({ method, student: null, ...scoreOf(found, predicted) });
        continue;
      }
      const { labels, student: card } = await engine.segment(request);
      const groups = card.asprs.map(groupOfCode);
      const predicted = labels.map((label) => groups[label]!);
      scores.push({ method, student: card.id, ...scoreOf(found, predicted) });
    } catch (error) {
      failed.push([method, (error as Error).message]);
    }
  }
  return { scan: name, ...(domain === undefined ? {} : { domain }), truth: about, scores, failed };
}

/**
 * The accuracy and the F1 of each group.
 *
 * @param predicted [N] index of a group, or `OTHER`.
 */
export function scoreOf(
  { labels, points }: Pick<SurveyTruth, "labels" | "points">,
  predicted: Uint8Array,
): Pick<SurveyScore, "accuracy" | "f1"> {
  const confusion = new Confusion(GROUPS.length + 1).add(labels, predicted);
  const hits = confusion.hits();
  const isSingle = points.filter((count) => count > 0).length === 1;
  const sum = (values: Float64Array) => values.reduce((total, count) => total + count, 0);
  return {
    accuracy: sum(hits) / sum(confusion.counts),
    // F1 is 2 TP / (2 TP + FP + FN), and the union of IoU is TP + FP + FN.
    f1: [...confusion.unions().subarray(0, GROUPS.length)].map((union, group) =>
      isSingle || union === 0 ? null : 2 * hits[group]! / (union + hits[group]!)
    ),
  };
}
