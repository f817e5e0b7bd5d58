/**
 * Corrections of some scans of a campaign, which vote on the others: a team corrects a few scans, and the rest follow.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { joined } from "../segment/labels/carried_votes.ts";
import { readRemembered } from "../segment/labels/remembered_file.ts";
import type { RememberedCorrections } from "../ttt/corrections.ts";
import type { CampaignEntry } from "./entry.ts";
import type { PlannedScan } from "./plan.ts";

/** Path of the file with what was corrected in a scan, from the folder of answers. */
export function correctedFile({ answer }: Pick<PlannedScan, "answer">): string {
  return `${answer}_labelled.corrections.safetensors`;
}

/** What is remembered of a scan in which nothing was corrected. */
export const NOTHING_CORRECTED: RememberedCorrections = {
  width: 0,
  descriptions: new Float32Array(),
  classes: new Uint8Array(),
};

/** Paths of the files without which a scan is not done, from the folder of answers. */
export function answersOf(
  scan: Pick<PlannedScan, "answer" | "corrections">,
  out: string,
): string[] {
  return scan.corrections === null ? [out] : [out, correctedFile(scan)];
}

/** What was corrected in a scan, and by which student it is described. */
interface Corrected {
  readonly student: string;
  readonly remembered: RememberedCorrections;
}

/** What votes on each scan of a campaign. */
export class CampaignVotes {
  /** Keys of the scans with corrections, in the order of the campaign. */
  readonly #order: readonly string[];
  readonly #corrected = new Map<string, Corrected>();

  private constructor(order: readonly string[]) {
    this.#order = order;
  }

  /**
   * Reads what was corrected in scans that are done.
   *
   * @param out the folder of answers
   * @throws {CheckpointError} naming a file that is damaged.
   */
  static async open(
    out: string,
    scans: readonly PlannedScan[],
    entries: ReadonlyMap<string, CampaignEntry>,
  ): Promise<CampaignVotes> {
    const corrected = scans.filter(({ corrections }) => corrections !== null);
    const votes = new CampaignVotes(corrected.map(({ key }) => key));
    for (const scan of corrected) {
      const entry = entries.get(scan.key);
      if (entry?.student == null || entry.files !== scan.files) continue;
      const path = join(out, correctedFile(scan));
      const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
        // Without it, the scan is labelled again: see answersOf.
        if (error.code === "ENOENT") return null;
        throw error;
      });
      if (bytes) votes.add(scan, entry.student, readRemembered(bytes, path));
    }
    return votes;
  }

  /** How many scans have corrections. */
  get scans(): number {
    return this.#order.length;
  }

  /** Adds what was corrected in a scan. */
  add({ key }: Pick<PlannedScan, "key">, student: string, remembered: RememberedCorrections): void {
    if (remembered.classes.length > 0) this.#corrected.set(key, { student, remembered });
  }

  /** A text that is another one where other scans vote; empty for none. */
  votersOf(scan: Pick<PlannedScan, "key">): string {
    const voters = this.#votersOf(scan);
    return voters.length === 0
      ? ""
      : createHash("sha256").update(JSON.stringify(voters)).digest("hex").slice(0, 16);
  }

  /** Keys of the corrected scans that vote on a scan: those before it, whichever were labelled in this run. */
  #votersOf({ key }: Pick<PlannedScan, "key">): string[] {
    const place = this.#order.indexOf(key);
    const before = place < 0 ? this.#order : this.#order.slice(0, place);
    return before.filter((other) => this.#corrected.has(other));
  }

  /** What votes on a scan, by student. */
  on(scan: Pick<PlannedScan, "key">): Map<string, RememberedCorrections> {
    const found = this.#votersOf(scan).map((other) => this.#corrected.get(other)!);
    return new Map(
      [...Map.groupBy(found, ({ student }) => student)].map(([student, of]) => [
        student,
        joined(of.map(({ remembered }) => remembered))!,
      ]),
    );
  }
}
