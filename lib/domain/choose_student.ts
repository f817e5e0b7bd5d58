/**
 * The rule that chooses the student of a scan, and says whether the scan fits it. Its tolerances and its threshold were
 * chosen on validation scenes of the procedural worlds, by `fixtures/students/domain_rule.ts`.
 *
 * @module
 */
import type { Warning } from "../scan/mod.ts";
import { MEASURE_NAMES, type MeasureName, type ScanProfile } from "./profile.ts";
import type { MeasureRange, StudentDomain } from "./student_domain.ts";

/** A student as the rule sees it; a `StudentCard` is one. */
export interface Candidate {
  /** Name of the student. */
  readonly id: string;
  /** What its training scenes are like; left out where that was never measured. */
  readonly domain?: StudentDomain | undefined;
}

/** How far a scan lies from what a student was trained on. */
export interface StudentDistance {
  /** The length of the vector of the measures' distances; above 1.8, the scan does not fit. */
  total: number;
  /**
   * By measure: 0 between the training scenes, 1 about as far outside as scans by another sensor or of another place
   * lie that a student is expected to label.
   */
  measures: Record<MeasureName, number>;
}

/** The student that a scan was labelled with, and why. */
export interface StudentChoice {
  /** Id of the student. */
  student: string;
  /** Whether the scan is of the kind that the student was trained on; null where its card does not tell. */
  fits: boolean | null;
  /** Why this student and, where the scan does not fit, in what it differs. */
  reason: string;
  /** By id, the distance of every student whose card tells what it was trained on. */
  distances: Record<string, StudentDistance>;
}

/** Largest total distance of a scan that fits. */
const FITS = 1.8;

/**
 * By measure, the factors by which scans of the same kind may lie below and above the training scenes. A scan may be
 * denser by any factor, since it is sorted into voxels, and denser in its middle, where views overlap.
 */
const TOLERANCES: Readonly<Record<MeasureName, { below: number; above: number }>> = {
  width: { below: 2.5, above: 4 },
  spread: { below: Infinity, above: 1.6 },
  height: { below: 2, above: 3 },
  level: { below: 2.5, above: 2.5 },
  upright: { below: 1.8, above: 1.5 },
  spacing: { below: Infinity, above: 2.2 },
};

/** What is said of a measure that is `factor` times what it is in training, after "it is". */
const DIFFERENCES: Readonly<
  Record<MeasureName, { below: (factor: string) => string; above: (factor: string) => string }>
> = {
  width: {
    below: (factor) => `${factor} times narrower`,
    above: (factor) => `${factor} times as wide`,
  },
  spread: {
    below: () => "scanned otherwise, with more of its points near the middle",
    above: () => "scanned otherwise, with fewer of its points near the middle",
  },
  height: {
    below: (factor) => `${factor} times lower`,
    above: (factor) => `${factor} times as high`,
  },
  level: {
    below: () => "shaped otherwise, with more of its points near the bottom",
    above: () => "shaped otherwise, with fewer of its points near the bottom",
  },
  upright: {
    below: (factor) => `flatter, with ${factor} times fewer upright surfaces`,
    above: (factor) => `steeper, with ${factor} times as many upright surfaces`,
  },
  spacing: {
    below: (factor) => `${factor} times denser`,
    above: (factor) => `sparser, with points ${factor} times as far apart`,
  },
};

/**
 * Chooses the student that was trained on scans like this one. Among students that are equally near, the first is
 * taken; a student whose card does not tell its domain is only taken where no other fits.
 *
 * @throws {RangeError} where there are no students.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { domainOf } from "./student_domain.ts";
 *
 * const room = { width: 5, spread: 0.9, height: 2.6, level: 0.5, upright: 0.9, spacing: 0.03 };
 * const street = { width: 50, spread: 0.4, height: 2.6, level: 0.05, upright: 0.3, spacing: 0.1 };
 * const students = [
 *   { id: "rooms", domain: domainOf([room]) },
 *   { id: "streets", domain: domainOf([street]) },
 * ];
 * assert.equal(chooseStudent({ ...street, spacing: 0.2 }, students).student, "streets");
 * assert.equal(chooseStudent({ ...room, width: 500 }, students).fits, false);
 * ```
 */
export function chooseStudent(
  profile: ScanProfile,
  students: readonly Candidate[],
): StudentChoice {
  const first = students[0];
  if (!first) throw new RangeError("Cannot choose a student: there are none");
  const distances: Record<string, StudentDistance> = {};
  for (const { id, domain } of students) {
    if (domain) distances[id] = distanceFrom(profile, domain);
  }
  const far = ({ id }: Candidate) => distances[id]?.total ?? FITS;
  const chosen = students.reduce((best, next) => far(next) < far(best) ? next : best, first);
  const distance = distances[chosen.id];
  const fits = distance ? distance.total <= FITS : null;
  return {
    student: chosen.id,
    fits,
    reason: reasonOf(profile, chosen, distance, students.length > 1),
    distances,
  };
}

/** The warning about a scan that does not fit its student; null where there is nothing to warn of. */
export function domainWarning({ fits, reason }: StudentChoice): Warning | null {
  if (fits !== false) return null;
  return {
    code: "domain",
    text:
      `${reason} Its labels are likely to be wrong; take a student of such scans, or train one.`,
    field: "student",
  };
}

/** Measures how far a scan lies from what a student was trained on. */
export function distanceFrom(profile: ScanProfile, { measures }: StudentDomain): StudentDistance {
  const distances = {} as Record<MeasureName, number>;
  for (const name of MEASURE_NAMES) {
    distances[name] = measureDistance(profile[name], measures[name], TOLERANCES[name]);
  }
  return { total: Math.hypot(...Object.values(distances)), measures: distances };
}

function measureDistance(
  value: number,
  { low, high }: MeasureRange,
  { below, above }: { below: number; above: number },
): number {
  if (value < low) return Math.log(low / value) / Math.log(below);
  return value > high ? Math.log(value / high) / Math.log(above) : 0;
}

function reasonOf(
  profile: ScanProfile,
  { id, domain }: Candidate,
  distance: StudentDistance | undefined,
  isChoice: boolean,
): string {
  if (!distance || !domain) return `The card of ${id} does not tell what scans it was trained on.`;
  if (distance.total <= FITS) return `The scan is like those that ${id} was trained on.`;
  const unlike = isChoice
    ? `The scan fits no student; the nearest is ${id}, and beside the scans that it was trained on`
    : `The scan is unlike those that ${id} was trained on: beside them`;
  return `${unlike} it is ${differenceText(profile, domain, distance)}.`;
}

/** In what a scan differs most: "40 times as wide". */
function differenceText(
  profile: ScanProfile,
  { measures }: StudentDomain,
  distance: StudentDistance,
): string {
  const name = MEASURE_NAMES.reduce((worst, next) =>
    distance.measures[next] > distance.measures[worst] ? next : worst
  );
  const factor = profile[name] / measures[name].median;
  const { below, above } = DIFFERENCES[name];
  return factor > 1 ? above(factorText(factor)) : below(factorText(1 / factor));
}

function factorText(factor: number): string {
  return factor < 10 ? factor.toFixed(1) : factor < 1000 ? `${Math.round(factor)}` : "over 1000";
}
