/**
 * What the evaluation was to show, checked against what it shows. The claims were fixed beforehand; one that does
 * not hold is reported as such.
 *
 * @module
 */
import { minBy } from "@std/collections/min-by";
import type { Results, StudyResult } from "../results/results.ts";
import { percent } from "../../terminal/format.ts";
import { LEAST_SCENES, signed, withInterval } from "./numbers.ts";
import { scenesOf } from "./summary.ts";

/** A claim with its evidence. */
export interface CheckedClaim {
  claim: string;
  holds: boolean;
  /** The figures that decide it. */
  evidence: string;
}

const SOURCE = "source";
const METHOD = "ttt-kd";
/** TTT-KD fused with the 2D probe. */
const FUSED = "ttt-kd-fusion";
/** The gain of the paper over source only, in the mean of its shifted pairs (arXiv 2403.11691, table 1). */
const RELATIVE_GAIN = 0.2;
/** Rivals of TTT-KD, its own step 0 among them. Controls, TTT-KD's other forms and the bound are not rivals. */
const RIVALS = [
  "joint",
  "bn",
  "fusion, weight 0",
  "dua",
  "tent",
  "cotta",
  "adacontrast",
  "ttt-mae",
  "apcotta",
  "asr",
  "latte",
];
/** Largest gain over its own step 0 that a placebo may show. */
const PLACEBO = 0.01;

/** The claims that the studies of these results decide; those with too few scenes decide none. */
export function claimsOf(results: Results): CheckedClaim[] {
  const study = (wanted: string) =>
    results.studies.find((found) => found.name === wanted && scenesOf(found) >= LEAST_SCENES);
  const [main, teachers] = [study("main"), study("teachers")];
  return [
    ...main ? [...gainClaims(main), ...fusionClaims(main), ...harmClaims(main, results)] : [],
    ...teachers ? placeboClaims(teachers) : [],
  ];
}

/** What TTT-KD gains in the mean of the shifted domains. */
function gainClaims(main: StudyResult): CheckedClaim[] {
  const mean = main.mean[METHOD];
  const gain = mean?.against[SOURCE];
  if (!mean || !gain || mean.relative === null) return [];
  const change = `${percent(mean.miou - gain.mean)} to ${percent(mean.miou)}`;
  const rivals = RIVALS.flatMap((id) =>
    main.mean[id] ? [{ label: labelOf(main, id), miou: main.mean[id].miou }] : []
  ).sort((a, b) => b.miou - a.miou);
  const list = rivals.map(({ label, miou }) => `${label} ${percent(miou)}`).join(", ");
  return [
    {
      claim: "TTT-KD gains at least 20 % relative over source only, mean of the shifted domains",
      holds: mean.relative >= RELATIVE_GAIN,
      evidence: `${signed(mean.relative)} %: ${change}, ${withInterval(gain)} points`,
    },
    ...rivals.length > 0
      ? [{
        claim: "TTT-KD lies above every rival, mean of the shifted domains",
        holds: rivals.every(({ miou }) => miou < mean.miou),
        evidence: `TTT-KD ${percent(mean.miou)}; ${list}`,
      }]
      : [],
    {
      claim:
        "The interval of its difference to source only lies above zero in most shifted domains",
      holds: mean.domainsAbove > mean.domains / 2,
      evidence: `in ${mean.domainsAbove} of ${mean.domains}`,
    },
  ];
}

/** That adaptation is worth something where the photographs are asked as well. */
function fusionClaims({ mean, variants }: StudyResult): CheckedClaim[] {
  const stepZero = variants.find(({ id }) => id === FUSED)?.stepZero ?? "";
  const [fused, plain] = [mean[FUSED], mean[stepZero]];
  if (!fused || !plain) return [];
  return [{
    claim: "Fused with the 2D probe, TTT-KD lies above the same fusion without adaptation",
    holds: fused.miou > plain.miou,
    evidence: `${FUSED} ${percent(fused.miou)}, its step 0 ${percent(plain.miou)}`,
  }];
}

/** That TTT-KD harms nowhere. */
function harmClaims(main: StudyResult, { about }: Results): CheckedClaim[] {
  const differences = Object.entries(main.domains).flatMap(([domain, variants]) => {
    const difference = variants[METHOD]?.against[SOURCE];
    return difference ? [{ domain, ...difference }] : [];
  });
  const worst = minBy(differences, ({ mean }) => mean);
  return [
    ...differences.filter(({ domain }) => about[domain]?.isSource).map((difference) => ({
      claim: "In the distribution it was trained on, TTT-KD is not below source only",
      holds: difference.mean >= 0,
      evidence: `${difference.domain}: ${withInterval(difference)}`,
    })),
    ...worst
      ? [{
        claim: "No domain is harmed by more than half a point",
        holds: differences.every(({ domain }) => !main.domains[domain]![METHOD]!.harmed),
        evidence: `least gain: ${worst.domain}, ${withInterval(worst)}`,
      }]
      : [],
  ];
}

/** Placebos are the variants whose label says so, the teacher of random weights among them. */
function placeboClaims(study: StudyResult): CheckedClaim[] {
  return study.variants.filter(({ label, stepZero }) =>
    stepZero !== null && label.includes("placebo")
  ).flatMap(({ id, label, stepZero }) => {
    const gains = Object.entries(study.domains).flatMap(([domain, variants]) => {
      const difference = variants[id]?.against[stepZero!];
      return difference ? [{ domain, ...difference }] : [];
    });
    if (gains.length === 0) return [];
    return [{
      claim: `${label} gains at most one point over its own step 0`,
      holds: gains.every(({ mean }) => mean <= PLACEBO),
      evidence: gains.map(({ domain, ...gain }) => `${domain}: ${withInterval(gain)}`)
        .join("; "),
    }];
  });
}

function labelOf({ variants }: StudyResult, id: string): string {
  return variants.find((variant) => variant.id === id)?.label ?? id;
}
