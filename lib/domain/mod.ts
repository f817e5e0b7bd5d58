/**
 * Whether a scan is of the kind that a student was trained on: a few measures of its shape, held against those of the
 * training scenes. They choose the student of a scan where several are loaded, and warn where none fits.
 *
 * @module
 */
export {
  MEASURE_NAMES,
  type MeasureName,
  profileOf,
  type ScanProfile,
  scanProfile,
  spacingOf,
} from "./profile.ts";
export {
  domainOf,
  domainText,
  type MeasureRange,
  type StudentDomain,
  studentDomainSchema,
} from "./student_domain.ts";
export {
  type Candidate,
  choiceWithLoss,
  chooseStudent,
  distanceFrom,
  domainWarning,
  fitting,
  type PhotographDistance,
  type SourceKdLoss,
  type StudentChoice,
  type StudentDistance,
  undecided,
} from "./choose_student.ts";
