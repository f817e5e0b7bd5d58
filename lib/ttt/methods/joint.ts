/**
 * The jointly trained network as training left it: what distillation during training alone is worth.
 *
 * @module
 */
import { defineMethod } from "../method.ts";
import { source } from "./source.ts";

/** The method as the registry holds it. */
export const joint = defineMethod({
  ...source,
  name: "joint",
  about: "trained jointly on labels and distillation; no adaptation",
  checkpoint: "joint",
});
