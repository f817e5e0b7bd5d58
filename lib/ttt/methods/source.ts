/** The network as training left it, with the statistics of training. */
import { defineMethod, NO_SETTINGS } from "../method.ts";

export const source = defineMethod({
  name: "source",
  about: "trained on labels alone; no adaptation",
  checkpoint: "labels",
  usesPhotographs: false,
  online: false,
  lossName: null,
  settings: NO_SETTINGS,
  grid: [],
  adapt: (context) => Promise.resolve({ probabilities: context.source, steps: 0, losses: [] }),
  blockwise: { read: ({ source }) => Promise.resolve(source) },
});
