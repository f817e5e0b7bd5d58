/**
 * Stand-ins for scans that write their number into the weights of a session, for tests of sessions on the disk.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { learnedFolder, WEIGHTS, writeLearned } from "../../../lib/serving/files/learned.ts";
import type { Session } from "../../../lib/serving/sessions/session.ts";
import type { SessionStore } from "../../../lib/serving/sessions/store.ts";
import { readSafetensors } from "../../../lib/nn/safetensors.ts";
import { CARD } from "../../ttt/small_scan.ts";

/** The number of values in a file: enough that writing it takes a moment. */
const VALUES = 2 ** 14;

/** Adapts a session to one more scan; runs `meanwhile` before the change is kept. */
export async function learn(
  store: SessionStore,
  id: string,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Session> {
  const { signal } = new AbortController();
  // Called without waiting for anything, so that callers decide the order.
  return await store.change(id, signal, async (session, keep) => {
    await using work = await store.workFolder();
    const scans = session.scans + 1;
    const tensors = new Map([
      ["scans", { shape: [VALUES], data: new Float32Array(VALUES).fill(scans) }],
    ]);
    const student = { card: CARD, tensors, centre: null };
    const state = { student, velocity: tensors, remembered: null };
    await writeLearned(work.path, 0, state, `scan ${scans}`);
    await meanwhile();
    const drift = { reached: scans, kept: scans, guard: "none" as const };
    return await keep({ learned: learnedFolder(work.path, 0), scans, drift });
  });
}

/** Returns the number of scans of a session, by all its files; throws where they disagree. */
export async function scansLearned(store: SessionStore, id: string): Promise<number> {
  const { scans, drift, learned } = await store.get(id);
  if (learned === null) return scans;
  const said = new Set([scans, drift!.kept]);
  for (const file of [WEIGHTS, "momentum.safetensors"]) {
    const { tensors } = readSafetensors(await readFile(join(learned, file)), file);
    for (const value of tensors.get("scans")!.data) said.add(Number(value));
  }
  if (said.size > 1) throw new Error(`A session's files are of scans ${[...said]}`);
  return scans;
}
