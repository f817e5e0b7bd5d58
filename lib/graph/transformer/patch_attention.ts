/**
 * Attention of several heads within patches of a sequence of voxels (Point Transformer V3). Forward and backward are fused:
 * scores of queries and keys are never stored, so memory grows with the rows alone. The softmax is taken online
 * (Milakov & Gimelshein 2018; Dao et al., FlashAttention, 2022), and the gradient computes the scores again from the
 * log-sum-exp that is kept of each row and head.
 *
 * @module
 */
import { attentionStatistics } from "../../../kernels/attention/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph, Parameter } from "../graph.ts";
import { reduction } from "../ops/split_reduction.ts";
import type { Tensor } from "../tensor.ts";
import { attentionKernels, type AttentionSizes } from "./attention_kernels.ts";

/**
 * Most channels of a head: with more of them, a thread's queries, keys and gradients would leave its registers. With 20, which
 * LitePT has, the gradient of keys leaves room for two waves instead of three, and spills nothing.
 */
export const MOST_HEAD_CHANNELS = 20;

/** Rows that a patch may have: a thread loops over two patches, and one of llvmpipe no more than 65,535 times. */
const MOST_PATCH_ROWS = 16_384;

/** Patches of a sequence of rows; `kernels/attention/patch_tiles.ts` has the format of tiles. */
export interface AttentionPatches {
  /** Rows of the sequence. */
  readonly rows: number;
  /** Keys that a query meets, at most. */
  readonly patchRows: number;
  /** vec4i [rows]: x, y, z and the row of each position of the sequence. */
  readonly sequence: Tensor;
  /** Number of {@link AttentionPatches.queries}. */
  readonly queryTiles: number;
  /** vec4u [queryTiles]: queries, and the keys that they meet. */
  readonly queries: Tensor;
  /** Number of {@link AttentionPatches.keys}. */
  readonly keyTiles: number;
  /** vec4u [keyTiles]: keys, and the queries that they meet. */
  readonly keys: Tensor;
}

/** How attention is computed. */
export interface PatchAttentionOptions {
  /** Heads, side by side in the channels of queries, keys and values. */
  readonly heads: number;
  /** What a score is multiplied by; (channels of a head)^-0.5 by default. */
  readonly scale?: number;
  /** Which rows attend to which. */
  readonly patches: AttentionPatches;
  /**
   * Relative position bias, [3 m][heads] with odd m = 2 b + 1: the rows of x, then those of y and z. A score grows by the
   * rows of the query's coordinates less the key's, each clamped to ±b. None by default.
   */
  readonly bias?: Parameter;
}

/**
 * y = softmax(scale q k^T + bias) v by patch and head: qkv [N][3 C], queries, keys and values side by side, to [N][C].
 *
 * @throws {TypeError} where C is not a multiple of four for each head, a head has more than {@link MOST_HEAD_CHANNELS}
 *   channels, or patches or bias do not fit.
 */
export function patchAttention(
  graph: Graph,
  qkv: Tensor,
  { heads, scale, patches, bias }: PatchAttentionOptions,
): Tensor {
  const sizes = sizesOf(qkv, heads, patches, scale, bias);
  const channels = heads * sizes.headChannels;
  const y = graph.tensor(
    "attention",
    qkv.rows,
    channels,
    qkv.requiresGradient || bias?.trainable === true,
  );
  const kernels = attentionKernels(graph.kernels, sizes);
  // Numbers by row and head without padding, as rows of four.
  const logSums = graph.tensor("log-sum-exp", Math.ceil(qkv.rows * heads / 4), 4);
  const { sequence, queries, keys } = patches;
  // Without a bias its binding is not read: any buffer will do.
  const table = bias?.values ?? sequence;
  graph.emit(kernels.forward([qkv, sequence, queries, table, y, logSums]));
  if (!y.requiresGradient) return y;
  graph.differentiable(y, (dy) => {
    const statistics = graph.tensor("attention statistics", Math.ceil(qkv.rows * heads / 2), 4);
    graph.emit(launch(attentionStatistics, {
      constants: { HEAD4: sizes.headChannels / 4 },
      params: { count: qkv.rows * heads },
      bindings: [y, dy, logSums, statistics],
      workgroups: groupsOf64(qkv.rows * heads),
    }));
    const read = [qkv, dy, statistics, sequence];
    if (bias?.trainable) {
      const { count, partial } = kernels.biasGradient;
      graph.emit(...reduction<Tensor>(count, bias.values.bytes, {
        total: bias.gradient,
        scratch: graph.tensor("partial sums", count * bias.values.rows, heads),
        accumulate: !bias.isReplaced,
      }, (receiver) => partial([...read, queries, table, receiver])));
    }
    if (!qkv.requiresGradient) return;
    const dqkv = graph.tensor(`grad ${qkv.label}`, qkv.rows, qkv.channels);
    graph.emit(
      kernels.queryGradient([...read, queries, table, dqkv]),
      kernels.keyGradient([...read, keys, table, dqkv]),
    );
    graph.contribute(qkv, dqkv);
  });
  return y;
}

function sizesOf(
  qkv: Tensor,
  heads: number,
  patches: AttentionPatches,
  scale: number | undefined,
  bias: Parameter | undefined,
): AttentionSizes {
  const headChannels = qkv.channels / 3 / heads;
  if (!Number.isInteger(headChannels / 4) || headChannels > MOST_HEAD_CHANNELS) {
    throw new TypeError(
      `Cannot attend with ${heads} heads to "${qkv.label}" [${qkv.rows}, ${qkv.channels}]: each of queries, keys and ` +
        `values needs 4, 8, 12, 16 or ${MOST_HEAD_CHANNELS} channels a head`,
    );
  }
  if (patches.rows !== qkv.rows || patches.patchRows > MOST_PATCH_ROWS) {
    throw new TypeError(
      `Cannot attend to "${qkv.label}" of ${qkv.rows} rows: its patches are of ${patches.rows} rows with up to ` +
        `${patches.patchRows} in a patch, of which there may be ${MOST_PATCH_ROWS}`,
    );
  }
  const { rows = 3, channels = heads } = bias?.values ?? {};
  if (rows % 6 !== 3 || channels !== heads) {
    throw new TypeError(
      `Cannot attend with the position bias "${bias?.values.label}" [${rows}, ${channels}]: it needs ` +
        `[3 m, ${heads}] with odd m`,
    );
  }
  return {
    heads,
    headChannels,
    scale: scale ?? headChannels ** -0.5,
    patches,
    reach: bias === undefined ? null : (rows / 3 - 1) / 2,
  };
}

/** What the references of attention take beside queries, keys and values. */
export interface AttentionReferenceOptions {
  /** Heads. */
  readonly heads: number;
  /** What a score is multiplied by. */
  readonly scale: number;
  /** Row of each position of the sequence. */
  readonly order: ArrayLike<number>;
  /** Positions of all patches, where positions find their results, and where patches begin. */
  readonly patches: {
    readonly pad: ArrayLike<number>;
    readonly unpad: ArrayLike<number>;
    readonly cuSeqlens: ArrayLike<number>;
  };
  /** Relative position bias [3 m][heads], and the coordinates [N][3] of the rows. */
  readonly bias?: { readonly table: ArrayLike<number>; readonly coords: ArrayLike<number> };
}

/** Reference of {@link patchAttention}: qkv [rows][3 C] to [rows][C]. */
export function patchAttentionReference(
  qkv: ArrayLike<number>,
  rows: number,
  options: AttentionReferenceOptions,
): Float64Array {
  const channels = qkv.length / rows / 3;
  const y = new Float64Array(rows * channels);
  eachQuery(qkv, rows, options, ({ query, keys, head, width, weights }) => {
    for (let c = head * width; c < (head + 1) * width; c++) {
      keys.forEach((key, j) => {
        y[query * channels + c]! += weights[j]! * qkv[(key * 3 + 2) * channels + c]!;
      });
    }
  });
  return y;
}

/** Gradients of {@link patchAttentionReference} for a given dy [rows][C]. */
export function patchAttentionBackwardReference(
  qkv: ArrayLike<number>,
  dy: ArrayLike<number>,
  rows: number,
  options: AttentionReferenceOptions,
): { dqkv: Float64Array; dbias: Float64Array } {
  const channels = qkv.length / rows / 3;
  const { heads, scale, bias } = options;
  const dqkv = new Float64Array(qkv.length);
  const dbias = new Float64Array(bias?.table.length ?? 0);
  eachQuery(qkv, rows, options, ({ query, keys, head, width, weights }) => {
    const at = (row: number, part: number) => (row * 3 + part) * channels + head * width;
    const dWeights = keys.map((key) => {
      let sum = 0;
      for (let c = 0; c < width; c++) {
        sum += dy[query * channels + head * width + c]! * qkv[at(key, 2) + c]!;
      }
      return sum;
    });
    const mean = dWeights.reduce((sum, value, j) => sum + value * weights[j]!, 0);
    keys.forEach((key, j) => {
      const dScore = weights[j]! * (dWeights[j]! - mean);
      for (let c = 0; c < width; c++) {
        dqkv[at(query, 0) + c]! += scale * dScore * qkv[at(key, 1) + c]!;
        dqkv[at(key, 1) + c]! += scale * dScore * qkv[at(query, 0) + c]!;
        dqkv[at(key, 2) + c]! += weights[j]! * dy[query * channels + head * width + c]!;
      }
      for (const entry of biasEntries(bias, heads, query, key)) {
        dbias[entry * heads + head]! += dScore;
      }
    });
  });
  return { dqkv, dbias };
}

/** A query with one head: what it attends to, and how much. */
interface Attended {
  readonly query: number;
  readonly keys: readonly number[];
  readonly head: number;
  /** Channels of the head. */
  readonly width: number;
  /** The softmax over the keys. */
  readonly weights: readonly number[];
}

function eachQuery(
  qkv: ArrayLike<number>,
  rows: number,
  { heads, scale, order, patches: { pad, unpad, cuSeqlens }, bias }: AttentionReferenceOptions,
  visit: (attended: Attended) => void,
): void {
  const channels = qkv.length / rows / 3;
  const width = channels / heads;
  const padded = Array.from(pad, (position) => order[position]!);
  for (let patch = 0; patch + 1 < cuSeqlens.length; patch++) {
    const [first, end] = [cuSeqlens[patch]!, cuSeqlens[patch + 1]!];
    const keys = padded.slice(first, end);
    for (let at = first; at < end; at++) {
      if (unpad[pad[at]!] !== at) continue;
      const query = padded[at]!;
      for (let head = 0; head < heads; head++) {
        const scores = keys.map((key) => {
          let sum = 0;
          for (let c = head * width; c < (head + 1) * width; c++) {
            sum += qkv[query * 3 * channels + c]! * qkv[(key * 3 + 1) * channels + c]!;
          }
          const entries = biasEntries(bias, heads, query, key);
          return entries.reduce((score, e) => score + bias!.table[e * heads + head]!, sum * scale);
        });
        const largest = Math.max(...scores);
        const powers = scores.map((score) => Math.exp(score - largest));
        const total = powers.reduce((sum, power) => sum + power, 0);
        visit({ query, keys, head, width, weights: powers.map((power) => power / total) });
      }
    }
  }
}

/** Rows of the bias table that a score grows by. */
function biasEntries(
  bias: AttentionReferenceOptions["bias"],
  heads: number,
  query: number,
  key: number,
): number[] {
  if (!bias) return [];
  const { table, coords } = bias;
  const extent = table.length / heads / 3;
  const reach = (extent - 1) / 2;
  return [0, 1, 2].map((axis) => {
    const difference = coords[query * 3 + axis]! - coords[key * 3 + axis]!;
    return axis * extent + reach + Math.max(-reach, Math.min(reach, difference));
  });
}
