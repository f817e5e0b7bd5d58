/**
 * The launches of attention in both families of kernels. In the family `hardware` a thread computes one position of a tile with
 * one head, and its workgroup brings what it meets into workgroup memory; in the family `software` a thread computes four or sixteen.
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

/**
 * Fours of positions that a thread of the family `software` owns: many share what it loads, but take long to compile, which
 * short patches are not worth.
 */
const [FEW_FOURS, MANY_FOURS] = [1, 4];
const MANY_FROM = 64;

/** Threads of its workgroups. */
const WORKGROUP = 8;

/** llvmpipe ends the loops of a thread after 65,535 iterations without reporting it. */
const MAX_ITERATIONS = 60_000;

/** Wider heads get the gradients of keys and values one after the other, for they would fill too many registers at once. */
const WIDE_HEAD = 16;

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
  sizes: AttentionSizes,
): AttentionLaunches {
  const launches = family === "hardware" ? hardwareLaunches(sizes) : softwareLaunches(sizes);
  return { ...launches, biasGradient: biasGradient(sizes) };
}

/** A workgroup makes a tile with one head. */
function hardwareLaunches(sizes: AttentionSizes): Omit<AttentionLaunches, "biasGradient"> {
  const { heads, patches: { queryTiles, keyTiles } } = sizes;
  const constants = constantsOf(sizes);
  const params = paramsOf(sizes);
  const ofQueries = {
    constants,
    params: { tiles: queryTiles, ...params },
    workgroups: queryTiles * heads,
  };
  return {
    forward: (bindings) => launch(attentionTiled, { ...ofQueries, bindings }),
    queryGradient: (bindings) => launch(attentionQueryGradientTiled, { ...ofQueries, bindings }),
    keyGradient: (bindings) =>
      launch(attentionKeyGradientTiled, {
        constants: { ...constants, SWEEPS: sizes.headChannels > WIDE_HEAD ? 2 : 1 },
        params: { tiles: keyTiles, ...params },
        bindings,
        workgroups: keyTiles * heads,
      }),
  };
}

/** A thread makes a few positions with one head. */
function softwareLaunches(sizes: AttentionSizes): Omit<AttentionLaunches, "biasGradient"> {
  const { heads, patches: { patchRows, queryTiles, keyTiles } } = sizes;
  // Tiles of short patches have few positions.
  const fours = patchRows < MANY_FROM ? FEW_FOURS : MANY_FOURS;
  const groups = Math.ceil(Math.min(TILE_POSITIONS, patchRows) / (4 * fours));
  const constants = { ...constantsOf(sizes), FOURS: fours };
  const params = { ...paramsOf(sizes), groups };
  const ofQueries = {
    constants,
    params: { tiles: queryTiles, ...params },
    workgroups: Math.ceil(queryTiles * heads * groups / WORKGROUP),
  };
  return {
    forward: (bindings) => launch(attention, { ...ofQueries, bindings }),
    queryGradient: (bindings) => launch(attentionQueryGradient, { ...ofQueries, bindings }),
    keyGradient: (bindings) =>
      launch(attentionKeyGradient, {
        constants,
        params: { tiles: keyTiles, ...params },
        bindings,
        workgroups: Math.ceil(keyTiles * heads * groups / WORKGROUP),
      }),
  };
}

function biasGradient(sizes: AttentionSizes): AttentionLaunches["biasGradient"] {
  const { heads, headChannels, patches: { patchRows, queryTiles } } = sizes;
  const affordable = Math.floor(MAX_ITERATIONS / (patchRows * (headChannels / 4 + 1)));
  const chunkQueries = Math.max(1, Math.min(MOST_CHUNK_QUERIES, affordable));
  const chunks = Math.ceil(TILE_POSITIONS / chunkQueries);
  return {
    count: queryTiles * chunks,
    partial: (bindings) =>
      launch(attentionBiasGradient, {
        constants: { HEAD4: headChannels / 4 },
        params: { tiles: queryTiles, ...paramsOf(sizes), chunks, chunkQueries },
        bindings,
        workgroups: groupsOf64(queryTiles * chunks * Math.ceil(heads / 4) * 4),
      }),
  };
}

function constantsOf({ headChannels, reach }: AttentionSizes) {
  return { HEAD4: headChannels / 4, BIAS: Number(reach !== null) };
}

function paramsOf({ heads, scale, reach, patches: { patchRows } }: AttentionSizes) {
  return { heads, scale, reach: reach ?? 0, patchRows };
}
