/**
 * The members of the Point Transformer V3 family that are built by name, from Pointcept's configurations.
 *
 * @module
 */
import type { PointTransformerShape } from "./point_transformer.ts";

/** What the members have in common. */
const COMMON = {
  orders: ["z", "z-trans", "hilbert", "hilbert-trans"],
  mlpRatio: 4,
  qkvBias: true,
  relativePositions: false,
  layerScale: false,
  maskToken: false,
} as const;

/** Patches of every published configuration. */
const PATCHES = [1024, 1024, 1024, 1024, 1024];

/** `semseg-pt-v3m1-0-base` of ScanNet, S3DIS and nuScenes, which differ by their input channels alone. */
const BASE = {
  ...COMMON,
  version: "m1",
  encoder: {
    depths: [2, 2, 2, 6, 2],
    channels: [32, 64, 128, 256, 512],
    heads: [2, 4, 8, 16, 32],
    patches: PATCHES,
  },
  decoder: {
    depths: [2, 2, 2, 2],
    channels: [64, 64, 128, 256],
    heads: [4, 4, 8, 16],
    patches: PATCHES,
  },
} as const;

/** The encoder of Sonata and of Concerto's base model. */
const SONATA = {
  depths: [3, 3, 3, 12, 3],
  channels: [48, 96, 192, 384, 512],
  heads: [3, 6, 12, 24, 32],
  patches: PATCHES,
};

/** The encoder of Concerto's large model. */
const LARGE = {
  ...SONATA,
  channels: [64, 128, 256, 512, 768],
  heads: [4, 8, 16, 32, 48],
};

/** The decoder of `semseg-sonata-v1m1-0b-scannet-dec`, and of Concerto's `semseg-ptv3-large-v1m1-0b-scannet-dec`. */
const DECODER = {
  depths: [2, 2, 2, 2],
  channels: [64, 96, 192, 384],
  heads: [4, 6, 12, 24],
  patches: PATCHES,
};

/** Members by name; `ptv3-slim` is our own, small enough to be trained on a software GPU. */
export const POINT_TRANSFORMERS: Readonly<
  Record<string, Omit<PointTransformerShape, "inChannels">>
> = {
  "ptv3-base": BASE,
  "ptv3-nuscenes": BASE,
  "ptv3-slim": {
    ...COMMON,
    version: "m1",
    encoder: {
      depths: [1, 1, 1, 2, 1],
      channels: [16, 32, 48, 64, 64],
      heads: [1, 2, 3, 4, 4],
      patches: [64, 64, 64, 64, 64],
    },
    decoder: {
      depths: [1, 1, 1, 1],
      channels: [48, 32, 48, 64],
      heads: [3, 2, 3, 4],
      patches: [64, 64, 64, 64],
    },
  },
  "ptv3m2-sonata": { ...COMMON, version: "m2", encoder: SONATA, decoder: null },
  "ptv3m2-sonata-decoder": { ...COMMON, version: "m2", encoder: SONATA, decoder: DECODER },
  "ptv3m2-concerto-large": { ...COMMON, version: "m2", encoder: LARGE, decoder: null },
  "ptv3m2-concerto-large-decoder": {
    ...COMMON,
    version: "m2",
    encoder: LARGE,
    decoder: DECODER,
  },
};
