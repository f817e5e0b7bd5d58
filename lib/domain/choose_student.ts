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
  /** The KD loss of its weights on source scenes; left out where it knows no teacher or that was never measured. */
  readonly teacher?: SourceKdLoss | null | undefined;
}

/** The KD loss on source scenes that a student was not trained on, as its card keeps it. */
export interface SourceKdLoss {
  /** The mean over these scenes. */
  readonly sourceKdLoss?: number | undefined;
  /** The standard deviation between them. */
  readonly sourceKdDeviation?: number | undefined;
}

/** What a scan's photographs say of a student, before any step. */
export interface PhotographDistance {
  /** KD loss of the source weights over all photographs. */
  loss: number;
  /** 0 up to what source scenes have, 1.8 at three quarters of the way to 1, the loss of features without any relation. */
  distance: number;
}

/** How far a scan lies from what a student was trained on. */
export interface StudentDistance {
  /**
   * The length of the vector of the distances of the measures and of `fromAbove` or, where that is larger, the distance of
   * the photographs; above 1.8, the scan does not fit.
   */
  total: number;
  /**
   * By measure: 0 between the training scenes, 1 about as far outside as scans by another sensor or of another place
   * lie that a student is expected to label.
   */
  measures: Record<MeasureName, number>;
  /** 2 where the file says that the scan was made from the air and the training scenes were not; left out elsewhere. */
  fromAbove?: number;
  /** Present where the KD loss of the photographs was measured. */
  photographs?: PhotographDistance;
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
/** Distance of a student of scans from the ground, where the file says that the scan was made from the air. */
const FROM_GROUND = 2;
/** Largest length of the measures' distances up to which the shape of a scan alone decides. */
const SURE = 0.5;
/** Share of the way from the KD loss of source scenes to 1 up to which photographs fit. */
const LOSS_FITS = 0.75;
/** Largest KD loss that counts as that of source scenes, since a student that has learned nothing has 1. */
const MOST_USUAL_LOSS = 0.9;
/** Deviations above the mean up to which the KD loss is that of source scenes. */
const LOSS_DEVIATIONS = 2;

/**
 * By measure, the factors by which scans of the same kind may lie below and above the training scenes. A scan may be
 * denser by any factor, since it is sorted into voxels, and denser in its middle, where views overlap.
 */
const TOLERANCES: Readonly<Record<MeasureName, { below: number; above: number }>> = {
  width: { below: 2.5, above: 4 },
  spread: { below: Infinity, above: 1.35 },
  height: { below: 2, above: 3 },
  level: { below: 2.5, above: 2.5 },
  upright: { below: 1.8, above: 1.5 },
  horizontal: { below: 1.8, above: 2 },
  spacing: { below: Infinity, above: 2.2 },
};

/**
 * What differs for surveys from the air, whose points lie evenly and never as near as those of a scanner on the ground:
 * those two tell them apart from streets. Open land may have hardly anything upright.
 */
const TOLERANCES_FROM_ABOVE: typeof TOLERANCES = {
  ...TOLERANCES,
  spread: { below: 1.2, above: 1.6 },
  upright: { below: 3, above: 1.5 },
  spacing: { below: 1.9, above: 2.2 },
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
  horizontal: {
    below: (factor) => `shaped otherwise, with ${factor} times less level floor or ground`,
    above: (factor) => `flatter, with ${factor} times as much level floor or ground`,
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
 * @param losses by id, the KD loss of a student's source weights over the scan's photographs. Where some are given, no
 *   student without one is taken, since nothing is known of how it would do.
 * @throws {RangeError} where there are no students.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { domainOf } from "./student_domain.ts";
 *
 * const room = { width: 5, spread: 0.9, height: 2.6, level: 0.5, upright: 0.9, horizontal: 0.15, spacing: 0.03 };
 * const street = { width: 50, spread: 0.4, height: 2.6, level: 0.05, upright: 0.3, horizontal: 0.15, spacing: 0.1 };
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
  losses: Readonly<Record<string, number>> = {},
): StudentChoice {
  if (students.length === 0) throw new RangeError("Cannot choose a student: there are none");
  const distances: Record<string, StudentDistance> = {};
  for (const { id, domain, teacher } of students) {
    if (!domain) continue;
    const shape = distanceFrom(profile, domain);
    const loss = losses[id];
    distances[id] = loss === undefined ? shape : withLoss(shape, teacher, loss);
  }
  const far = ({ id }: Candidate) => distances[id]?.total ?? FITS;
  const seen = students.filter(({ id }) => distances[id]?.photographs);
  const candidates = seen.length > 0 ? seen : students;
  const chosen = candidates.reduce((best, next) => far(next) < far(best) ? next : best);
  const distance = distances[chosen.id];
  const fits = distance ? distance.total <= FITS : null;
  return {
    student: chosen.id,
    fits,
    reason: reasonOf(profile, chosen, distance, students.length > 1),
    distances,
  };
}

/**
 * The ids of the students whose shape of scans leaves the choice open: the KD loss of their photographs has to tell.
 * None where a single student fits and the scan lies well among its own, or where none fits, which no photograph mends.
 */
export function undecided(choice: Pick<StudentChoice, "distances">): string[] {
  const near = fitting(choice);
  const isSure = near.length === 1 && choice.distances[near[0]!]!.total <= SURE;
  return isSure ? [] : near;
}

/** The ids of the students that a scan fits, as far as the choice knows. */
export function fitting({ distances }: Pick<StudentChoice, "distances">): string[] {
  return Object.entries(distances).filter(([, { total }]) => total <= FITS).map(([id]) => id);
}

/** A choice once the KD loss of the scan's photographs is known for the student that was chosen. */
export function choiceWithLoss(
  choice: StudentChoice,
  { id, teacher }: Candidate,
  loss: number,
): StudentChoice {
  const shape = choice.distances[id];
  if (!shape) return choice;
  const distance = withLoss(shape, teacher, loss);
  const fits = distance.total <= FITS;
  return {
    ...choice,
    fits,
    // Where its shape did not fit before, that has been said.
    reason: fits === choice.fits ? choice.reason : photographText(id, teacher, loss),
    distances: { ...choice.distances, [id]: distance },
  };
}

/** Adds what the photographs say; the same distance where the card does not tell the loss on source scenes. */
function withLoss(
  shape: StudentDistance,
  teacher: Candidate["teacher"],
  loss: number,
): StudentDistance {
  const { sourceKdLoss, sourceKdDeviation } = teacher ?? {};
  if (sourceKdLoss === undefined || sourceKdDeviation === undefined) return shape;
  const usual = Math.min(sourceKdLoss + LOSS_DEVIATIONS * sourceKdDeviation, MOST_USUAL_LOSS);
  const share = (Math.min(loss, 1) - usual) / (1 - usual);
  const distance = FITS / LOSS_FITS * Math.max(0, share);
  return {
    ...shape,
    total: Math.max(withoutPhotographs(shape), distance),
    photographs: { loss, distance },
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
export function distanceFrom(
  profile: ScanProfile,
  { measures, fromAbove }: StudentDomain,
): StudentDistance {
  const tolerances = fromAbove ? TOLERANCES_FROM_ABOVE : TOLERANCES;
  const distances = {} as Record<MeasureName, number>;
  for (const name of MEASURE_NAMES) {
    distances[name] = measureDistance(profile[name], measures[name], tolerances[name]);
  }
  const isContradicted = profile.fromAbove && !fromAbove;
  const distance = { measures: distances, ...(isContradicted ? { fromAbove: FROM_GROUND } : {}) };
  return { total: withoutPhotographs(distance), ...distance };
}

/** How far a scan lies by its shape, and by what its file says of how it was made. */
function withoutPhotographs(
  { measures, fromAbove = 0 }: Pick<StudentDistance, "measures" | "fromAbove">,
): number {
  return Math.hypot(...Object.values(measures), fromAbove);
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
  { id, domain, teacher }: Candidate,
  distance: StudentDistance | undefined,
  isChoice: boolean,
): string {
  if (!distance || !domain) return `The card of ${id} does not tell what scans it was trained on.`;
  const { total, fromAbove, photographs } = distance;
  if (total <= FITS) {
    return `The scan is like those that ${id} was trained on${
      photographs ? ", and so are its photographs" : ""
    }.`;
  }
  if (photographs && withoutPhotographs(distance) <= FITS) {
    return photographText(id, teacher, photographs.loss);
  }
  if (fromAbove !== undefined && fromAbove > Math.max(...Object.values(distance.measures))) {
    return `${
      isChoice ? `The scan fits no student; the nearest is ${id}, which` : id
    } was trained on scans from the ` +
      "ground, and the scan angles in the file say that it was made from the air.";
  }
  const unlike = isChoice
    ? `The scan fits no student; the nearest is ${id}, and beside the scans that it was trained on`
    : `The scan is unlike those that ${id} was trained on: beside them`;
  return `${unlike} it is ${differenceText(profile, domain, distance)}.`;
}

/** What is said where only the photographs speak against a student. */
function photographText(id: string, teacher: Candidate["teacher"], loss: number): string {
  return `The scan has the shape of those that ${id} was trained on, but not their photographs: it finds nothing of what ` +
    `its teacher sees in them (KD loss ${loss.toFixed(2)}, ${
      teacher?.sourceKdLoss?.toFixed(2)
    } on such scans). They may show other things, or the unit or the cameras are wrong.`;
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
