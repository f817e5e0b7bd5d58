/**
 * An upper bound: the network fine-tuned on labelled scenes of the target domain.
 *
 * @module
 */
import { defineMethod } from "../method.ts";
import { source } from "./source.ts";

/** The method as the registry holds it. */
export const oracle = defineMethod({
  ...source,
  name: "oracle",
  about: "upper bound: fine-tuned on labelled training scenes of the target domain",
  checkpoint: "oracle",
});
