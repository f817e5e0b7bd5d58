/**
 * What the evaluation was to show, held against what it shows. The claims are fixed here, beforehand; a claim
 * that does not hold is reported as such.
 *
 * @module
 */
import type { Results, StudyResult } from "../results/results.ts";
import { percent, signed, withInterval } from "./numbers.ts";

/** One claim with its evidence. */
export interface CheckedClaim {
  claim: string;
  holds: boolean;
  /** The figures that decide it. */
  evidence: string;
}

const SOURCE = "source";
const METHOD = "ttt-kd";
/** TTT-KD fused with the 2D probe, and the control that fuses without adapting. */
const FUSED = "ttt-kd-fusion";
const FUSION = "fusion";
/** What the paper reports over source only, mean of its shifted pairs (arXiv 2403.11691, table 1). */
const RELATIVE_GAIN = 0.2;
/** Rivals of TTT-KD, its own step 0 among them; controls, its own forms and the bound are no rivals. */
const RIVALS = [
  "joint",
  "bn",
  "fusion, weight 0",
  "dua",
  "tent",
  "cotta",
  "adacontrast",
  "ttt-mae",
];
/** Largest gain over its own step 0 that a placebo may show. */
const PLACEBO = 0.01;

/** The claims that the studies of these results can decide. */
export function claimsOf(results: Results): CheckedClaim[] {
  const study = (name: string) => results.studies.find((entry) => entry.name === name);
  const main = study("main");
  const teachers = study("teachers");
  return [...main ? mainClaims(main, results) : [], ...teachers ? placeboClaims(teachers) : []];
}

function labelOf({ variants }: StudyResult, id: string): string {
  return variants.find((variant) => variant.id === id)?.label ?? id;
}

function mainClaims(main: StudyResult, results: Results): CheckedClaim[] {
  const claims: CheckedClaim[] = [];
  const mean = main.mean[METHOD];
  const gain = mean?.against[SOURCE];
  if (mean && gain && mean.relative !== null) {
    claims.push({
      claim: "TTT-KD gains at least 20 % relative over source only, mean of the shifted domains",
      holds: mean.relative >= RELATIVE_GAIN,
      evidence: `${signed(mean.relative)} %: ${percent(mean.miou - gain.mean)} to ${
        percent(mean.miou)
      }, ${withInterval(gain)} points`,
    });
    const rivals = RIVALS.flatMap((name) =>
      main.mean[name] ? [{ name: labelOf(main, name), miou: main.mean[name].miou }] : []
    ).sort((a, b) => b.miou - a.miou);
    if (rivals.length > 0) {
      claims.push({
        claim: "TTT-KD lies above every rival, mean of the shifted domains",
        holds: rivals.every(({ miou }) => miou < mean.miou),
        evidence: `TTT-KD ${percent(mean.miou)}; ${
          rivals.map(({ name, miou }) => `${name} ${percent(miou)}`).join(", ")
        }`,
      });
    }
    claims.push({
      claim:
        "The interval of its difference to source only lies above zero in most shifted domains",
      holds: mean.domainsAbove > mean.domains / 2,
      evidence: `in ${mean.domainsAbove} of ${mean.domains}`,
    });
  }
  const [fused, plain] = [main.mean[FUSED], main.mean[FUSION]];
  if (fused && plain) {
    claims.push({
      claim: "Fused with the 2D probe, TTT-KD lies above the same fusion without adaptation",
      holds: fused.miou > plain.miou,
      evidence: `${FUSED} ${percent(fused.miou)}, ${FUSION} ${percent(plain.miou)}`,
    });
  }
  const against = Object.entries(main.domains).flatMap(([domain, variants]) => {
    const difference = variants[METHOD]?.against[SOURCE];
    return difference ? [{ domain, ...difference }] : [];
  });
  for (const { domain, ...difference } of against) {
    if (!results.about[domain]?.isSource) continue;
    claims.push({
      claim: "In the distribution it was trained on, TTT-KD is not below source only",
      holds: difference.mean >= 0,
      evidence: `${domain}: ${withInterval(difference)}`,
    });
  }
  if (against.length > 0) {
    const worst = against.toSorted((a, b) => a.mean - b.mean)[0]!;
    claims.push({
      claim: "No domain is harmed by more than half a point",
      holds: against.every(({ domain }) => !main.domains[domain]![METHOD]!.harmed),
      evidence: `least gain: ${worst.domain}, ${withInterval(worst)}`,
    });
  }
  return claims;
}

/** Placebos are the variants that say so, and the teacher with random weights. */
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
