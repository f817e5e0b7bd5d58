/**
 * All methods by name, in the order of reports: no adaptation, the rivals, the controls, TTT-KD, the upper bound.
 *
 * @module
 */
import { adacontrast } from "./adacontrast.ts";
import { apcotta } from "./apcotta.ts";
import { asr } from "./asr.ts";
import { bn } from "./bn.ts";
import { corrections } from "./corrections.ts";
import { cotta } from "./cotta.ts";
import { dua } from "./dua.ts";
import { fusion } from "./fusion.ts";
import { joint } from "./joint.ts";
import { latte } from "./latte.ts";
import type { Method } from "../method.ts";
import { oracle } from "./oracle.ts";
import { probe } from "./probe.ts";
import { source } from "./source.ts";
import { tent } from "./tent.ts";
import { tttKd } from "./ttt_kd.ts";
import { tttKdFusion } from "./ttt_kd_fusion.ts";
import { tttKdOnline } from "./ttt_kd_online.ts";
import { tttMae } from "./ttt_mae.ts";

export * from "../method.ts";

/**
 * Every method by its name on the command line.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { settings, lossName } = METHODS.get("ttt-kd")!;
 * assert.equal(lossName, "KD loss");
 * assert.equal(settings.parse({}).steps, 25);
 * ```
 */
export const METHODS: ReadonlyMap<string, Method> = new Map(
  [
    ...[source, joint, bn, dua, tent, cotta, adacontrast, tttMae, apcotta, asr, latte],
    ...[probe, fusion, corrections, tttKdOnline, tttKd, tttKdFusion, oracle],
  ].map((method) => [method.name, method]),
);

/** The methods that scans can be labelled by; the upper bound needs labels of the very domain, which only studies have. */
export const SCAN_METHODS: ReadonlyMap<string, Method> = new Map(
  [...METHODS].filter(([, { checkpoint }]) => checkpoint !== "oracle"),
);
