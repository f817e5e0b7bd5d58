/**
 * Checkpoints of Pointcept's Point Transformer V3: PyTorch's linear layers, [Cout, Cin], and spconv's convolutions, KRSC.
 * Sonata and Concerto publish the encoder of PT-v3m2 in the same form. (Pointcept's SpUNet is one of spconv's: its
 * convolutions of one offset are no linear layers there.)
 *
 * @module
 */
import { type CheckpointFormat, kernelSizes, transposed } from "./format.ts";
import { spconv } from "./spconv.ts";

/** A norm layer of PDNorm wraps others as `norm`, one for each data set, or shifts them by `modulation`. */
const PDNORM = /\.(norm|\d+)\.norm(\.\d+)?\.\w+$|\.modulation\./;
/** The frequencies of the rotary positions of PT-v3m3 (Utonia). */
const ROTARY = /\.attn\.rope\./;
/** The bias of the scores by relative position, which networks have where the configuration says `enable_rpe`. */
const RELATIVE = /\.attn\.rpe\.rpe_table$/;
/** What PT-v3m2 puts in the place of masked voxels in pretraining, and students do not need. */
const MASK_TOKEN = /(^|\.)embedding\.mask_token$/;

/** The format of Pointcept's transformers. */
export const pointcept: CheckpointFormat = {
  kernelKey: "weight",
  biasIsRow: false,
  classHead: "seg_head",
  layouts: {
    KRSC: {
      shapes(kernel) {
        const { cin, cout } = kernelSizes(kernel);
        return kernel.length === 2 ? [[cout, cin]] : spconv.layouts.KRSC!.shapes(kernel);
      },
      toMinkowski(data, kernel) {
        const { cin, cout } = kernelSizes(kernel);
        return kernel.length === 2
          ? transposed(data, cin, cout)
          : spconv.layouts.KRSC!.toMinkowski(data, kernel);
      },
      fromMinkowski(data, kernel) {
        const { cin, cout } = kernelSizes(kernel);
        return kernel.length === 2
          ? transposed(data, cout, cin)
          : spconv.layouts.KRSC!.fromMinkowski(data, kernel);
      },
    },
  },
  isIgnored: (name) => MASK_TOKEN.test(name),
  unsupported(name) {
    if (RELATIVE.test(name)) {
      return "relative positions (enable_rpe), which the card's backbone does not have; for PT-v3m1 with patches of 128 say " +
        '"backbone": "ptv3-base-rpe-v151"';
    }
    const kind = ROTARY.test(name)
      ? "PT-v3m3 (rotary positions)"
      : PDNORM.test(name)
      ? "PDNorm (norm layers by data set)"
      : null;
    return kind && `${kind}, which is not supported; take a checkpoint without it`;
  },
};
