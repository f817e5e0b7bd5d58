/**
 * What the classification codes of surveys mean in the three classes by which they are compared: ground, vegetation and
 * building. Producers differ in everything else.
 *
 * Source: ASPRS, "LAS Specification 1.4 - R15", table 17; IGN, "LiDAR HD, descriptif de contenu" for codes from 64 on.
 *
 * @module
 */
import { IGNORE_LABEL } from "../../metrics/confusion.ts";
import type { Scan } from "../../scan/mod.ts";

/** The classes that are compared; the index is the label. */
export const GROUPS = ["ground", "vegetation", "building"] as const;

/** Label of what is none of {@link GROUPS}. */
export const OTHER = GROUPS.length;

/** Name of each code, and its class, where it has one. */
const CODES: Readonly<Record<number, readonly [name: string, group?: typeof GROUPS[number]]>> = {
  0: ["never classified"],
  1: ["unclassified"],
  2: ["ground", "ground"],
  3: ["low vegetation", "vegetation"],
  4: ["medium vegetation", "vegetation"],
  5: ["high vegetation", "vegetation"],
  6: ["building", "building"],
  7: ["low noise"],
  8: ["model key point", "ground"],
  9: ["water"],
  10: ["rail", "ground"],
  11: ["road surface", "ground"],
  12: ["overlap"],
  13: ["wire guard"],
  14: ["wire conductor"],
  15: ["transmission tower"],
  16: ["wire connector"],
  17: ["bridge deck"],
  18: ["high noise"],
  19: ["overhead structure"],
  20: ["ignored ground"],
  21: ["snow"],
  22: ["temporal exclusion"],
  64: ["what stands for long (IGN)"],
  65: ["artefact (IGN)"],
  66: ["virtual point (IGN)"],
  67: ["other building (IGN)"],
};

/** Other names for classes, in files that come with names. */
const NAMES: Readonly<Record<string, typeof GROUPS[number]>> = {
  vegetation: "vegetation",
  tree: "vegetation",
  trees: "vegetation",
  buildings: "building",
  roof: "building",
  road: "ground",
  terrain: "ground",
};

/** The truth of a scan in {@link GROUPS}. */
export interface SurveyTruth {
  /** [N] index of a group, or {@link IGNORE_LABEL}. */
  readonly labels: Uint8Array;
  /** Points of each group. */
  readonly points: readonly number[];
  /** What is left out, with its points. */
  readonly ignored: readonly (readonly [name: string, points: number])[];
}

/** The group of a code, or {@link OTHER}. */
export function groupOfCode(code: number): number {
  const group = CODES[code]?.[1];
  return group === undefined ? OTHER : GROUPS.indexOf(group);
}

/**
 * Gives the truth of a scan: codes of LAS, or labels whose names are those of codes.
 *
 * @returns the truth, or why the scan has none.
 */
export function surveyTruth(
  { format, labels, labelNames }: Pick<Scan, "format" | "labels" | "labelNames">,
): SurveyTruth | string {
  if (!labels) return "its points have no labels";
  if (format !== "las" && !labelNames) return "nothing says what its labels mean";
  const truth = new Uint8Array(labels.length).fill(IGNORE_LABEL);
  const points = GROUPS.map(() => 0);
  const ignored = new Map<string, number>();
  const meanings = new Map<number, { group: number; name: string }>();
  labels.forEach((label, p) => {
    let meaning = meanings.get(label);
    if (!meaning) meanings.set(label, meaning = meaningOf(label, format, labelNames));
    const { group, name } = meaning;
    if (group === OTHER) return ignored.set(name, (ignored.get(name) ?? 0) + 1);
    truth[p] = group;
    points[group]!++;
  });
  if (points.every((count) => count === 0)) {
    return "none of its points is ground, vegetation or building";
  }
  return { labels: truth, points, ignored: [...ignored].toSorted((a, b) => b[1] - a[1]) };
}

function meaningOf(
  label: number,
  format: Scan["format"],
  names: Scan["labelNames"],
): { group: number; name: string } {
  if (format === "las") {
    return { group: groupOfCode(label), name: CODES[label]?.[0] ?? `code ${label}` };
  }
  const name = names![label] ?? `label ${label}`;
  const plain = name.toLowerCase();
  const [, group] = Object.values(CODES).find(([known]) => known === plain) ?? [];
  const found = group ?? NAMES[plain];
  return { group: found === undefined ? OTHER : GROUPS.indexOf(found), name };
}
