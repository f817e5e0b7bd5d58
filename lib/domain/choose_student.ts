/**
 * The rule that chooses the student of a scan, and says whether the scan fits it.
 *
 * @module
 */
import type { Warning } from "../scan/mod.ts";
import { MEASURE_NAMES, type MeasureName, MEASURES, type ScanProfile } from "./profile.ts";
import type { StudentDomain } from "./student_domain.ts";

/** A student as the rule sees it; a `StudentCard` is one. */
export interface Candidate {
  /** Name of the student. */
  readonly id: string;
  /** What its training scenes are like; left out where that was never measured. */
  readonly domain?: StudentDomain | undefined;
}

/** How far a scan lies from what a student was trained on; above 1, it does not fit. */
export interface StudentDistance {
  /** The largest of the measures' distances. */
  total: number;
  /**
   * By measure: 0 between the training scenes, 1 as far outside as the scans of other sensors and places lie that a
   * student is expected to label.
   */
  measures: Record<MeasureName, number>;
}

/** The student that a scan was labelled with, and why. */
export interface StudentChoice {
  /** Id of the student. */
  student: string;
  /** Whether the scan is of the kind that the student was trained on; null where its card does not tell. */
  fits: boolean | null;
  /** Why this student, and where the scan does not fit, in what it differs: one sentence. */
  reason: string;
  /** By id, the distance of every student whose card tells what it was trained on. */
  distances: Record<string, StudentDistance>;
}

/**
 * Chooses the student that was trained on scans like this one. Among students that are equally near, the first is
 * taken; a student whose card does not tell its domain is only taken where no other fits.
 *
 * @throws {RangeError} where there are no students.
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
  const far = ({ id }: Candidate) => distances[id]?.total ?? 1;
  const chosen = students.reduce((best, next) => far(next) < far(best) ? next : best, first);
  const distance = distances[chosen.id];
  const fits = distance ? distance.total <= 1 : null;
  return { student: chosen.id, fits, reason: reasonOf(), distances };

  function reasonOf(): string {
    const { id, domain } = chosen;
    if (!distance || !domain) return `Nothing is known of the scans that ${id} was trained on.`;
    if (fits) return `The scan is like those that ${id} was trained on.`;
    return `The scan is unlike those that ${id} was trained on: it is ${
      differenceText(profile, domain, distance)
    }.`;
  }
}

/** The warning about a scan that fits no student; null where there is nothing to warn of. */
export function domainWarning({ fits, reason }: StudentChoice): Warning | null {
  if (fits !== false) return null;
  return {
    code: "domain",
    text:
      `${reason} Its labels are likely to be wrong: take a student of such scans, or train one.`,
    field: "student",
  };
}

function distanceFrom(profile: ScanProfile, domain: StudentDomain): StudentDistance {
  const measures = {} as Record<MeasureName, number>;
  for (const name of MEASURE_NAMES) {
    const { low, high } = domain.measures[name];
    const outside = Math.max(Math.log(low / profile[name]), Math.log(profile[name] / high), 0);
    measures[name] = outside / Math.log(MEASURES[name].tolerance);
  }
  return { total: Math.max(...Object.values(measures)), measures };
}

/** In what a scan differs most: "40 times as wide as they are". */
function differenceText(
  profile: ScanProfile,
  { measures }: StudentDomain,
  distance: StudentDistance,
): string {
  const name = MEASURE_NAMES.reduce((worst, next) =>
    distance.measures[next] > distance.measures[worst] ? next : worst
  );
  const factor = profile[name] / measures[name].median;
  const { more, less } = MEASURES[name];
  return factor > 1 ? more(factorText(factor)) : less(factorText(1 / factor));
}

function factorText(factor: number): string {
  return factor < 10 ? factor.toFixed(1) : `${Math.round(factor)}`;
}
