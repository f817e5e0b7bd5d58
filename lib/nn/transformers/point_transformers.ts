/**
 * The members of the Point Transformer V3 family that are built by name, from Pointcept's configurations.
 *
 * @module
 */
import type { PointTransformerShape } from "./point_transformer.ts";

/** What the members have in common. */
const COMMON = {
  convolved: "sum",
  orders: ["z", "z-trans", "hilbert", "hilbert-trans"],
  mlpRatio: 4,
  qkvBias: true,
  relativePositions: false,
  layerScale: false,
  maskToken: false,
} as const;

/** Patches of every published configuration but that of S3DIS. */
const PATCHES = [1024, 1024, 1024, 1024, 1024];
/** Patches of S3DIS's, whose attention has a bias by relative position and cannot have larger ones. */
const SHORT_PATCHES = [128, 128, 128, 128, 128];

/**
 * `semseg-pt-v3m1-0-base` of ScanNet, S3DIS and nuScenes, which differ by their input channels alone, as Pointcept runs it since
 * v1.5.2.
 */
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

/** `semseg-pt-v3m1-0-rpe` of S3DIS. */
const BASE_RPE = {
  ...BASE,
  encoder: { ...BASE.encoder, patches: SHORT_PATCHES },
  decoder: { ...BASE.decoder, patches: SHORT_PATCHES },
  relativePositions: true,
} as const;

/** The data flow of Pointcept v1.5.1, by which all published weights of PT-v3m1 were trained. */
const AS_V151 = { convolved: "branch" } as const;
/** What the names of members end with that run it. */
const V151 = "-v151";

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
  "ptv3-base-v151": { ...BASE, ...AS_V151 },
  "ptv3-nuscenes": BASE,
  "ptv3-nuscenes-v151": { ...BASE, ...AS_V151 },
  "ptv3-base-rpe": BASE_RPE,
  "ptv3-base-rpe-v151": { ...BASE_RPE, ...AS_V151 },
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

/**
 * Finds the member that has the same entries and the other data flow.
 *
 * @param name name of a network.
 * @returns its name, and whether published weights were trained by it; null where there is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(otherFlow("ptv3-base"), { name: "ptv3-base-v151", isPublished: true });
 * assert.equal(otherFlow("ptv3-slim"), null);
 * ```
 */
export function otherFlow(name: string): { name: string; isPublished: boolean } | null {
  const isPublished = !name.endsWith(V151);
  const other = isPublished ? name + V151 : name.slice(0, -V151.length);
  return Object.hasOwn(POINT_TRANSFORMERS, other) ? { name: other, isPublished } : null;
}
