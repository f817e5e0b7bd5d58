/**
 * A file that only takes room. When the disk is full, it is given up for the records with which room comes back: that
 * a job is over, or deleted.
 *
 * @module
 */
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from "node:fs";

/** More than the log of SQLite takes for some hundred small changes. */
const BYTES = 2 ** 20;

/** The ballast of a disk. */
export class Ballast {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Makes sure that it is there. @throws {Error} with a code such as `ENOSPC` where it does not fit. */
  restore(): void {
    if (statSync(this.#path, { throwIfNoEntry: false })?.size === BYTES) return;
    const file = openSync(this.#path, "w");
    try {
      // Zeros would take no room on disks that compress.
      const bytes = new Uint8Array(BYTES);
      for (let at = 0; at < BYTES; at += 2 ** 16) {
        crypto.getRandomValues(bytes.subarray(at, at + 2 ** 16));
      }
      for (let done = 0; done < BYTES;) done += writeSync(file, bytes, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  /** Gives it up. @returns whether there was any. */
  drop(): boolean {
    const was = statSync(this.#path, { throwIfNoEntry: false }) !== undefined;
    rmSync(this.#path, { force: true });
    return was;
  }
}
