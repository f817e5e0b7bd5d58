/** Checkpoints of MinkowskiEngine 0.5: the layout that this project keeps. */
import { type CheckpointFormat, offsetFirstShapes } from "./format.ts";

export const minkowski: CheckpointFormat = {
  kernelKey: "kernel",
  layouts: {
    KCC: { shapes: offsetFirstShapes, toMinkowski: (data) => data },
  },
};
