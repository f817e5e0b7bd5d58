/**
 * What the sections of a run have in common: each is given the settings, prints what it finds, and returns one line.
 *
 * @module
 */

/** Settings of a run. */
export interface Settings {
  /** Number of mutations, requests, kills, clients or megabytes; null for the section's default. */
  count: number | null;
  /** Seed of everything random. */
  seed: number;
  /** The only mutation or request to send; null for all. */
  only: number | null;
  /** Seconds by which every answer has to be there. */
  deadline: number;
  /** Folder of odd files with their `expected.json`; null for none. */
  files: string | null;
  /** Folder for inputs that broke something, and for the logs of servers. */
  out: string;
}

/** The result of a section. */
export interface Verdict {
  ok: boolean;
  /** One line on what was done, with figures. */
  line: string;
}

/** One section. */
export type Section = (settings: Settings) => Promise<Verdict>;
