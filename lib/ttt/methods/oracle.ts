/** An upper bound: the network fine-tuned on labelled scenes of the target domain. */
import { defineMethod } from "../method.ts";
import { source } from "./source.ts";

export const oracle = defineMethod({
  ...source,
  name: "oracle",
  about: "upper bound: fine-tuned on labelled training scenes of the target domain",
  checkpoint: "oracle",
});
