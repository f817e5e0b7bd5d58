/**
 * What is doubtful about a scan, its photographs or its labels. Nothing that is only doubtful stops the work, and
 * nothing that is doubtful is passed over in silence: warnings travel with what they concern into the report.
 *
 * @module
 */

/** A doubt for the user. */
export interface Warning {
  /** What kind of doubt it is, in words joined by hyphens, such as `coordinate-step`; programs tell kinds by it. */
  code: string;
  /** One sentence for people: what is doubtful, what was done about it, and how to mend it. */
  text: string;
  /** The option, part or file that it concerns, where it concerns one. */
  field?: string;
}
