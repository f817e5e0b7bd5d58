/**
 * The launches of attention in both families of kernels. A thread computes one position of a tile with one head; in the
 * family `hardware` its workgroup brings what it meets into workgroup memory.
 *
 * @module
 */
import {
  attention,
  attentionBiasGradient,
  attentionKeyGradient,
  attentionKeyGradientTiled,
  attentionQueryGradient,
  attentionQueryGradientTiled,
  attentionTiled,
} from "../../../kernels/attention/records.ts";
import { TILE_POSITIONS } from "../../../kernels/attention/patch_tiles.ts";
import { groupsOf64, type KernelSetting, type Launch, launch } from "../../gpu/mod.ts";

/** Queries whose bias gradient one thread sums, at most: more of them leave fewer partial sums. */
const MOST_CHUNK_QUERIES = 16;

/** llvmpipe ends the loops of a thread after 65,535 iterations without reporting it. */
const MAX_ITERATIONS = 60_000;

/** What launches of attention depend on. */
export interface AttentionSizes {
  /** Heads. */
  readonly heads: number;
  /** Channels of a head, a multiple of four. */
  readonly headChannels: number;
  /** What a score is multiplied by. */
  readonly scale: number;
  /** Which positions meet. */
  readonly patches: {
    readonly patchRows: number;
    readonly queryTiles: number;
    readonly keyTiles: number;
  };
  /** Largest difference of coordinates that a position bias knows; null without one. */
  readonly reach: number | null;
}

/** The launches of attention, by their bindings. */
export interface AttentionLaunches {
  /** Bindings: qkv, sequence, query tiles, bias table, y, log-sum-exp. */
  forward<B>(bindings: readonly B[]): Launch<B>;
  /** Bindings: qkv, dy, statistics, sequence, query tiles, bias table, dqkv, of which it writes dq. */
  queryGradient<B>(bindings: readonly B[]): Launch<B>;
  /** Bindings: qkv, dy, statistics, sequence, key tiles, bias table, dqkv, of which it writes dk and dv. */
  keyGradient<B>(bindings: readonly B[]): Launch<B>;
  /** The gradient of the bias as partial sums, each as large as the table. */
  readonly biasGradient: {
    readonly count: number;
    /** Bindings: qkv, dy, statistics, sequence, query tiles, bias table, partial sums. */
    partial<B>(bindings: readonly B[]): Launch<B>;
  };
}

/** The launches of attention of these sizes with the kernels of a setting. */
export function attentionKernels(
  { family }: KernelSetting,
  { heads, headChannels, scale, patches, reach }: AttentionSizes,
): AttentionLaunches {
  const isTiled = family === "hardware";
  const constants = { HEAD4: headChannels / 4, BIAS: Number(reach !== null) };
  const { patchRows, queryTiles, keyTiles } = patches;
  const params = { heads, scale, reach: reach ?? 0, patchRows };
  const affordable = Math.floor(MAX_ITERATIONS / (patchRows * (headChannels / 4 + 1)));
  const chunkQueries = Math.max(1, Math.min(MOST_CHUNK_QUERIES, affordable));
  const chunks = Math.ceil(TILE_POSITIONS / chunkQueries);
  return {
    forward: (bindings) =>
      launch(isTiled ? attentionTiled : attention, {
        constants,
        params: { tiles: queryTiles, ...params },
        bindings,
        workgroups: queryTiles * heads,
      }),
    queryGradient: (bindings) =>
      launch(isTiled ? attentionQueryGradientTiled : attentionQueryGradient, {
        constants,
        params: { tiles: queryTiles, ...params },
        bindings,
        workgroups: queryTiles * heads,
      }),
    keyGradient: (bindings) =>
      launch(isTiled ? attentionKeyGradientTiled : attentionKeyGradient, {
        constants,
        params: { tiles: keyTiles, ...params },
        bindings,
        workgroups: keyTiles * heads,
      }),
    biasGradient: {
      count: queryTiles * chunks,
      partial: (bindings) =>
        launch(attentionBiasGradient, {
          constants: { HEAD4: headChannels / 4 },
          params: { tiles: queryTiles, ...params, chunks, chunkQueries },
          bindings,
          workgroups: groupsOf64(queryTiles * chunks * Math.ceil(heads / 4) * 4),
        }),
    },
  };
}
