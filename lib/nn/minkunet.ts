/**
 * The MinkUNet family: sparse 3D U-Nets of residual blocks (Choy, Gwak & Savarese 2019, arXiv 1904.08755, and
 * MinkowskiEngine's `examples/minkunet.py`), with the names of their state dicts.
 *
 * @module
 */
import type { Network } from "./network.ts";
import { residualUNet, type Stages, type UNetDialect, type UNetShape } from "./residual_unet.ts";

const PLANES = {
  base: [32, 64, 128, 256, 256, 128, 96, 96],
  A: [32, 64, 128, 256, 128, 128, 96, 96],
  B: [32, 64, 128, 256, 128, 128, 128, 128],
  C: [32, 64, 128, 256, 192, 192, 128, 128],
  D: [32, 64, 128, 256, 384, 384, 384, 384],
} as const;
const LAYERS_14 = [1, 1, 1, 1, 1, 1, 1, 1] as const;
const LAYERS_18 = [2, 2, 2, 2, 2, 2, 2, 2] as const;
const LAYERS_34 = [2, 3, 4, 6, 2, 2, 2, 2] as const;

function member(planes: Stages, layers: Stages): Omit<UNetShape, "inChannels"> {
  return { stem: 32, stemKernel: 5, planes, layers };
}

/**
 * Members by MinkowskiEngine's names; MinkUNet14Slim, the small one of the embedded students; and MinkUNet14Tiny, whose
 * steps take a fraction of a second on any machine: enough for tests, and to try a training configuration out.
 */
export const MINKUNETS: Readonly<Record<string, Omit<UNetShape, "inChannels">>> = {
  MinkUNet14: member(PLANES.base, LAYERS_14),
  MinkUNet14A: member(PLANES.A, LAYERS_14),
  MinkUNet14B: member(PLANES.B, LAYERS_14),
  MinkUNet14C: member(PLANES.C, LAYERS_14),
  MinkUNet14D: member(PLANES.D, LAYERS_14),
  MinkUNet18: member(PLANES.base, LAYERS_18),
  MinkUNet18A: member(PLANES.A, LAYERS_18),
  MinkUNet18B: member(PLANES.B, LAYERS_18),
  MinkUNet18D: member(PLANES.D, LAYERS_18),
  MinkUNet34: member(PLANES.base, LAYERS_34),
  MinkUNet34A: member([32, 64, 128, 256, 256, 128, 64, 64], LAYERS_34),
  MinkUNet34B: member([32, 64, 128, 256, 256, 128, 64, 32], LAYERS_34),
  MinkUNet34C: member(PLANES.base, LAYERS_34),
  MinkUNet14Slim: {
    stem: 16,
    stemKernel: 3,
    planes: [16, 32, 48, 64, 64, 48, 32, 48],
    layers: LAYERS_14,
  },
  MinkUNet14Tiny: {
    stem: 8,
    stemKernel: 3,
    planes: [8, 12, 16, 20, 20, 16, 12, 16],
    layers: LAYERS_14,
  },
};

const UP_NAMES = ["convtr4p16s2", "convtr5p8s2", "convtr6p4s2", "convtr7p2s2"] as const;
const DOWN_NAMES = ["conv1p1s2", "conv2p2s2", "conv3p4s2", "conv4p8s2"] as const;

/** Names in the state dict of `examples/minkunet.py`, where each batch norm wraps PyTorch's as `bn`. */
const MINKOWSKI: UNetDialect = {
  engine: "minkowski",
  epsilon: 1e-5,
  widensOnTheWayDown: false,
  stem: { conv: "conv0p1s1", norm: "bn0.bn" },
  into: (stage) =>
    stage < 4
      ? { conv: DOWN_NAMES[stage]!, norm: `bn${stage + 1}.bn` }
      : { conv: UP_NAMES[stage - 4]!, norm: `bntr${stage}.bn` },
  block(stage, index) {
    const name = `block${stage + 1}.${index}`;
    return {
      first: { conv: `${name}.conv1`, norm: `${name}.norm1.bn` },
      second: { conv: `${name}.conv2`, norm: `${name}.norm2.bn` },
      projection: { conv: `${name}.downsample.0`, norm: `${name}.downsample.1.bn` },
    };
  },
};

/** Makes a MinkUNet. */
export function minkUNet(shape: UNetShape): Network {
  return residualUNet(shape, MINKOWSKI);
}
