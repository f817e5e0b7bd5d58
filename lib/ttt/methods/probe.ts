/**
 * A control: the 2D probe alone, an MLP from the teacher's features to classes that was trained on source
 * labels; the network speaks only where no photograph looks. What it gains, photographs alone explain.
 */
import { chooseWhere } from "../probabilities.ts";
import { probeProbabilities } from "../probe.ts";
import { defineMethod, NO_SETTINGS, photographsOf } from "./method.ts";

export const probe = defineMethod({
  name: "probe",
  about: "control: an MLP on the teacher's features where photographs look; no 3D there",
  checkpoint: "joint",
  usesPhotographs: true,
  online: false,
  adapts: false,
  settings: NO_SETTINGS,
  grid: [],
  async adapt(context) {
    const { target, seen } = photographsOf(context);
    const fromPhotographs = await context.work.time(
      "predict",
      () => probeProbabilities(context, target),
    );
    return {
      probabilities: chooseWhere(seen, fromPhotographs, context.source),
      steps: 0,
      losses: [],
    };
  },
});
