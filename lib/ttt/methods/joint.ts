/** The jointly trained network as training left it: what distillation during training alone is worth. */
import { defineMethod } from "../method.ts";
import { source } from "./source.ts";

export const joint = defineMethod({
  ...source,
  name: "joint",
  about: "trained jointly on labels and distillation; no adaptation",
  checkpoint: "joint",
});
