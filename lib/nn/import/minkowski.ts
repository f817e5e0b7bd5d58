/**
 * Checkpoints of MinkowskiEngine 0.5, whose layout is ours.
 *
 * @module
 */
import { type CheckpointFormat, offsetFirstShapes } from "./format.ts";

/** The format of MinkowskiEngine. */
export const minkowski: CheckpointFormat = {
  kernelKey: "kernel",
  biasIsRow: true,
  layouts: {
    KCC: { shapes: offsetFirstShapes, toMinkowski: (data) => data, fromMinkowski: (data) => data },
  },
};
