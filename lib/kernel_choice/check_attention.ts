/**
 * The self-check of attention within patches.
 *
 * @module
 */
import { attentionStatistics } from "../../kernels/attention/records.ts";
import { type Gpu, groupsOf64, type KernelSetting, launch } from "../gpu/mod.ts";
import { attentionKernels } from "../graph/transformer/attention_kernels.ts";
import {
  patchAttentionBackwardReference,
  patchAttentionReference,
} from "../graph/transformer/patch_attention.ts";
import { padPatches, patchTiles } from "../sparse/mod.ts";
import { fault, numbers } from "./check_results.ts";

/** The last patch borrows; patches take several tiles, and tiles several loads of what they meet. */
const ROWS = 150;
const HEADS = 2;

/** Channels of a head, and the rows of a patch. */
type HeadCase = readonly [headChannels: number, patchRows: number];

/** Heads as in Point Transformer V3 and in LitePT, whose wider heads take other kernels. */
const CASES: readonly HeadCase[] = [[16, 97], [20, 97]];
/**
 * The same for the family `software`, which has other kernels for short patches: those of long patches and wide heads take
 * llvmpipe minutes to compile, which only who runs LitePT should wait for.
 */
const SOFTWARE_CASES: readonly HeadCase[] = [[16, 97], [20, 45]];

/** Runs attention and its gradients; null where all are right, else what is wrong. */
export async function checkAttention(gpu: Gpu, kernels: KernelSetting): Promise<string | null> {
  for (const heads of kernels.family === "software" ? SOFTWARE_CASES : CASES) {
    const found = await checkHeads(gpu, kernels, heads);
    if (found) return found;
  }
  return null;
}

async function checkHeads(
  gpu: Gpu,
  kernels: KernelSetting,
  [headChannels, patchRows]: HeadCase,
): Promise<string | null> {
  using owned = new DisposableStack();
  const upload = (data: Float32Array | Uint32Array) => owned.use(gpu.upload("self-check", data));
  const channels = HEADS * headChannels;
  const [qkv, dy] = [numbers(9, ROWS * 3 * channels), numbers(10, ROWS * channels)];
  // 7 and the number of rows have no common divisor.
  const order = Uint32Array.from({ length: ROWS }, (_, position) => position * 7 % ROWS);
  const sequence = upload(Uint32Array.from([...order].flatMap((row) => [0, 0, 0, row])));
  const tiles = patchTiles([ROWS], patchRows);
  const scale = headChannels ** -0.5;
  const { forward, queryGradient, keyGradient } = attentionKernels(kernels, {
    heads: HEADS,
    headChannels,
    scale,
    reach: null,
    patches: {
      patchRows,
      queryTiles: tiles.queries.length / 4,
      keyTiles: tiles.keys.length / 4,
    },
  });
  const [rows, dyRows, queries, keys] = [qkv, dy, tiles.queries, tiles.keys].map(upload);
  const y = owned.use(gpu.buffer("y", dy.byteLength));
  const dqkv = owned.use(gpu.buffer("dqkv", qkv.byteLength));
  const logSums = owned.use(gpu.buffer("log-sum-exp", ROWS * HEADS * 4));
  const statistics = owned.use(gpu.buffer("statistics", ROWS * HEADS * 8));
  const read = [rows!, dyRows!, statistics, sequence];
  gpu.run([
    forward([rows!, sequence, queries!, sequence, y, logSums]),
    launch(attentionStatistics, {
      constants: { HEAD4: headChannels / 4 },
      params: { count: ROWS * HEADS },
      bindings: [y, dyRows!, logSums, statistics],
      workgroups: groupsOf64(ROWS * HEADS),
    }),
    queryGradient([...read, queries!, sequence, dqkv]),
    keyGradient([...read, keys!, sequence, dqkv]),
  ]);
  const options = { heads: HEADS, scale, order, patches: padPatches([ROWS], patchRows) };
  const expected = patchAttentionBackwardReference(qkv, dy, ROWS, options);
  return fault([
    ["attention", await gpu.read(y, Float32Array), patchAttentionReference(qkv, ROWS, options)],
    ["its gradients", await gpu.read(dqkv, Float32Array), expected.dqkv],
  ]);
}
