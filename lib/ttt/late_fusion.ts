/**
 * Late fusion: the network's prediction with that of the 2D probe, and with that of the weights from before the steps.
 *
 * @module
 */
import { Neighbourhood } from "../voxels/neighbourhood.ts";
import { type AdaptationContext, photographsOf } from "./method.ts";
import { balanced, type Probabilities } from "./probabilities.ts";
import { probeProbabilities } from "./probe_prediction.ts";
import { entropyAround, fuseByTrust, type Witness } from "./trust.ts";

/** What a prediction is fused with, and how far each is trusted. The network's own prediction weighs 1. */
export interface FusionSettings {
  /** Weight of the 2D probe, where photographs look; 0 leaves it out. */
  readonly fusion: number;
  /** Weight of the prediction of the weights from before the steps; 0 leaves it out. */
  readonly unadapted?: number | undefined;
  /** How much less a prediction counts where it is unsure; 0 takes the weights as they are. See {@link entropyAround}. */
  readonly trust?: number | undefined;
  /** How strongly classes that are rare in the scan are favoured; 0 does not. See {@link balanced}. */
  readonly balance?: number | undefined;
}

/** What is needed of a scan to fuse predictions of it. */
export interface FusionEvidence {
  /** [voxels]: 0 where no photograph looks. */
  readonly seen: ArrayLike<number>;
  /** The 2D probe's prediction; null where nobody asks for it. */
  readonly probe: Probabilities | null;
  /** Null where weights are taken as they are. */
  readonly around: Neighbourhood | null;
}

/**
 * How many predictions of the network several settings need together.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(predictionsOf([{}, { unadapted: 0.5 }]), 3);
 * ```
 */
export function predictionsOf(wanted: readonly Pick<FusionSettings, "unadapted">[]): number {
  return wanted.reduce((sum, { unadapted = 0 }) => sum + (unadapted > 0 ? 2 : 1), 0);
}

/** Gathers what any of several settings needs. */
export async function fusionEvidence(
  context: Pick<AdaptationContext, "gpu" | "student" | "scan" | "parameters" | "photographs">,
  wanted: readonly Pick<FusionSettings, "fusion" | "trust">[],
): Promise<FusionEvidence> {
  const { gpu, scan: { voxels } } = context;
  const { target, seen } = photographsOf(context);
  const asks = (of: "fusion" | "trust") => wanted.some((settings) => (settings[of] ?? 0) > 0);
  return {
    seen,
    probe: asks("fusion") ? await probeProbabilities(context, target) : null,
    around: asks("trust")
      ? new Neighbourhood(await gpu.read(voxels.coords, Int32Array, 4 * voxels.count))
      : null,
  };
}

/**
 * Fuses the network's prediction with what the settings ask for.
 *
 * @param unadapted the prediction of the weights from before the steps; null where it is not asked for.
 */
export function fused(
  network: Probabilities,
  unadapted: Probabilities | null,
  { probe, seen, around }: FusionEvidence,
  { fusion, unadapted: weight = 0, trust = 0, balance = 0 }: FusionSettings,
): Probabilities {
  const witness = (
    probabilities: Probabilities,
    weight: number,
    mask: ArrayLike<number> | null,
  ): Witness => ({
    ...{ probabilities, weight, mask },
    doubt: around && trust > 0
      ? entropyAround(probabilities, mask, around).map((entropy) => trust * entropy)
      : null,
  });
  const others = [
    ...(probe && fusion > 0 ? [witness(probe, fusion, seen)] : []),
    ...(unadapted && weight > 0 ? [witness(unadapted, weight, null)] : []),
  ];
  const together = others.length === 0
    ? network
    : fuseByTrust([witness(network, 1, null), ...others]);
  return balance > 0 ? balanced(together, balance) : together;
}
