/**
 * The network as training left it, with the statistics of training.
 *
 * @module
 */
import { defineMethod } from "../method.ts";
import { NO_SETTINGS } from "../settings.ts";

/** The method as the registry holds it. */
export const source = defineMethod({
  name: "source",
  about: "trained on labels alone; no adaptation",
  checkpoint: "labels",
  usesPhotographs: false,
  online: false,
  takesCorrections: true,
  lossName: null,
  settings: NO_SETTINGS,
  grid: [],
  adapt: (context) => Promise.resolve({ probabilities: context.source, steps: 0, losses: [] }),
  blockwise: { read: ({ source }) => Promise.resolve(source) },
});
