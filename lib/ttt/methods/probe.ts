/**
 * A control: the 2D probe alone, an MLP from the teacher's features to classes that was trained on source
 * labels; the network decides only where no photograph looks. What this gains, photographs alone explain.
 *
 * @module
 */
import { type AdaptationContext, defineMethod, photographsOf } from "../method.ts";
import { chooseWhere, type Probabilities } from "../probabilities.ts";
import { probeProbabilities } from "../probe_prediction.ts";
import { NO_SETTINGS } from "../settings.ts";

/** The method as the registry holds it. */
export const probe = defineMethod({
  name: "probe",
  about: "control: an MLP on the teacher's features where photographs look; no 3D there",
  checkpoint: "joint",
  usesPhotographs: true,
  online: false,
  lossName: null,
  settings: NO_SETTINGS,
  grid: [],
  async adapt(context) {
    const probabilities = await context.work.time("predict", () => predict(context));
    return { probabilities, steps: 0, losses: [] };
  },
  blockwise: { read: predict },
});

async function predict(context: AdaptationContext): Promise<Probabilities> {
  const { target, seen } = photographsOf(context);
  return chooseWhere(seen, await probeProbabilities(context, target), context.source);
}
