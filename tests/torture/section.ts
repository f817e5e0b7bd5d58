/**
 * What every section of the run is: it is given its settings, says what it finds as it goes, and ends in one line.
 *
 * @module
 */

/** Settings of a run. */
export interface Settings {
  /** Mutations, kills or clients: how many of what a section counts. */
  count: number | null;
  /** Of all that is random. */
  seed: number;
  /** The one mutation to make; null for all. */
  only: number | null;
  /** Seconds until every answer has to be there. */
  deadline: number;
  /** Folder of odd files with their `expected.json`; null for none. */
  files: string | null;
  /** Where inputs that broke something are kept, and what servers say. */
  out: string;
}

/** How a section ended. */
export interface Verdict {
  ok: boolean;
  /** What was done, and its figures, in one line. */
  line: string;
}

/** One section. */
export type Section = (settings: Settings) => Promise<Verdict>;
