/**
 * SpUNet-v1m1, Pointcept's U-Net on spconv (`sparse_unet/spconv_unet_v1m1_base.py`). It differs from MinkUNet34C in that
 * the halving convolutions widen, so that no encoder block needs a projection, and in batch norm's epsilon of 1e-3. The
 * names are those of its state dict, with `.kernel` instead of spconv's `.weight`, since kernels are kept in
 * MinkowskiEngine's layout.
 *
 * @module
 */
import type { Network } from "./network.ts";
import { residualUNet, type UNetDialect, type UNetShape } from "./residual_unet.ts";

/** Members by Pointcept's names. */
export const SPUNETS: Readonly<Record<string, Omit<UNetShape, "inChannels">>> = {
  "SpUNet-v1m1": {
    stem: 32,
    stemKernel: 5,
    planes: [32, 64, 128, 256, 256, 128, 96, 96],
    layers: [2, 3, 4, 6, 2, 2, 2, 2],
  },
};

/** Names in Pointcept's state dict, where decoder stages count from the finest level, as encoder stages do. */
const POINTCEPT: UNetDialect = {
  engine: "spconv",
  epsilon: 1e-3,
  widensOnTheWayDown: true,
  stem: { conv: "conv_input.0", norm: "conv_input.1" },
  into(stage) {
    const name = stage < 4 ? `down.${stage}` : `up.${7 - stage}`;
    return { conv: `${name}.0`, norm: `${name}.1` };
  },
  block(stage, index) {
    const name = `${stage < 4 ? `enc.${stage}` : `dec.${7 - stage}`}.block${index}`;
    return {
      first: { conv: `${name}.conv1`, norm: `${name}.bn1` },
      second: { conv: `${name}.conv2`, norm: `${name}.bn2` },
      projection: { conv: `${name}.proj.0`, norm: `${name}.proj.1` },
    };
  },
};

/** Makes a SpUNet. */
export function spUNet(shape: UNetShape): Network {
  return residualUNet(shape, POINTCEPT);
}
