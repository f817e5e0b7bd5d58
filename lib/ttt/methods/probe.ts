/**
 * A control: the 2D probe alone, an MLP from the teacher's features to classes that was trained on source
 * labels; the network speaks only where no photograph looks. What it gains, photographs alone explain.
 */
import { chooseWhere, type Probabilities } from "../probabilities.ts";
import { probeProbabilities } from "../probe.ts";
import { type AdaptationContext, defineMethod, NO_SETTINGS, photographsOf } from "../method.ts";

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
    const probabilities = await context.work.time("predict", () => read(context));
    return { probabilities, steps: 0, losses: [] };
  },
  blockwise: { read },
});

async function read(context: AdaptationContext): Promise<Probabilities> {
  const { target, seen } = photographsOf(context);
  return chooseWhere(seen, await probeProbabilities(context, target), context.source);
}
