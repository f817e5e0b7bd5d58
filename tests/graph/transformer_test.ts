/** Ops of point transformers: references against central differences, kernels against references. */
import assert from "node:assert/strict";
import { type Gpu, type KernelSetting, SOFTWARE_SETTING } from "../../lib/gpu/mod.ts";
import { Graph } from "../../lib/graph/graph.ts";
import {
  gridMaxPool,
  gridMaxPoolBackwardReference,
  gridMaxPoolReference,
} from "../../lib/graph/transformer/grid_max_pool.ts";
import {
  filledHead,
  packedHeads,
  rotatedHeads,
  rotatedHeadsBackwardReference,
  rotatedHeadsReference,
  rotationsOf,
} from "../../lib/graph/transformer/heads.ts";
import {
  layerNorm,
  layerNormBackwardReference,
  layerNormReference,
} from "../../lib/graph/transformer/layer_norm.ts";
import {
  layerScale,
  layerScaleBackwardReference,
  layerScaleReference,
} from "../../lib/graph/transformer/layer_scale.ts";
import {
  maskToken,
  maskTokenBackwardReference,
  maskTokenReference,
} from "../../lib/graph/transformer/mask_token.ts";
import {
  type AttentionReferenceOptions,
  patchAttention,
  patchAttentionBackwardReference,
  patchAttentionReference,
} from "../../lib/graph/transformer/patch_attention.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { Tensor } from "../../lib/graph/tensor.ts";
import { padPatches, patchTiles } from "../../lib/sparse/mod.ts";
import { withGpu } from "../gpu.ts";
import {
  assertClose,
  centralDifferences,
  dot,
  inputTensor,
  parameter,
  runGraph,
  seededNumbers,
  seedGradient,
  settingsOf,
  unpadRows,
  wordTensor,
} from "./support.ts";

const TOLERANCE = 1e-5;
const SHAPES = [[1, 4], [7, 5], [130, 3], [70, 32]] as const;

const floats = (seed: number, count: number) => seededNumbers(seed, count).map(Math.fround);

Deno.test("layerNormReference() has the gradient of central differences", () => {
  const [x, dy] = [seededNumbers(1, 30), seededNumbers(2, 30)];
  const [gamma, beta] = [seededNumbers(3, 5), seededNumbers(4, 5)];
  const { dx, dgamma, dbeta } = layerNormBackwardReference(x, dy, gamma, 1e-2);
  const loss = (moved: Float64Array, scale = gamma, shift = beta) =>
    dot(layerNormReference(moved, scale, shift, 1e-2), dy);
  assertClose(dx, centralDifferences((moved) => loss(moved), x), 1e-6, "dx");
  assertClose(dgamma, centralDifferences((moved) => loss(x, moved), gamma), 1e-6, "dgamma");
  assertClose(dbeta, centralDifferences((moved) => loss(x, gamma, moved), beta), 1e-6, "dbeta");
});

withGpu("layerNorm() equals its reference, forward and backward", async (gpu) => {
  for (const [rows, channels] of SHAPES) {
    // Far from zero, where a variance by squares alone would be lost in rounding.
    const x = floats(5, rows * channels).map((value) => Math.fround(30 + value));
    const dy = floats(6, x.length);
    const [gamma, beta] = [floats(7, channels), floats(8, channels)];
    const got = await runGraph(gpu, (graph, owned) => {
      const input = inputTensor(gpu, owned, "x", x, channels);
      const state = {
        gamma: parameter(gpu, owned, "gamma", gamma),
        beta: parameter(gpu, owned, "beta", beta),
      };
      const y = layerNorm(graph, input, state, 1e-3);
      seedGradient(graph, y, inputTensor(gpu, owned, "dy", dy, channels));
      graph.backward();
      const dx = graph.gradient(input);
      return { y, dx, dgamma: state.gamma.gradient, dbeta: state.beta.gradient };
    });
    const expected = layerNormBackwardReference(x, dy, gamma, 1e-3);
    assertClose(got.y, layerNormReference(x, gamma, beta, 1e-3), TOLERANCE, "y");
    assertClose(got.dx, expected.dx, 3 * TOLERANCE, "dx");
    assertClose(got.dgamma, expected.dgamma, TOLERANCE, "dgamma");
    assertClose(got.dbeta, expected.dbeta, TOLERANCE, "dbeta");
  }
});

Deno.test("layerScaleReference() and maskTokenReference() have gradients of central differences", () => {
  const [x, dy, gamma] = [seededNumbers(9, 30), seededNumbers(10, 30), seededNumbers(11, 5)];
  const scaled = layerScaleBackwardReference(x, dy, gamma);
  const scale = (moved: Float64Array, by = gamma) => dot(layerScaleReference(moved, by), dy);
  assertClose(scaled.dx, centralDifferences((moved) => scale(moved), x), 1e-6, "dx");
  assertClose(scaled.dgamma, centralDifferences((moved) => scale(x, moved), gamma), 1e-6, "dgamma");
  const mask = [0, 1, 0, 0, 1, 1];
  const masked = maskTokenBackwardReference(dy, mask, 5);
  const hide = (moved: Float64Array, token = gamma) =>
    dot(maskTokenReference(moved, mask, token), dy);
  assertClose(masked.dx, centralDifferences((moved) => hide(moved), x), 1e-6, "dx");
  assertClose(masked.dtoken, centralDifferences((moved) => hide(x, moved), gamma), 1e-6, "dtoken");
});

withGpu(
  "layerScale() and maskToken() equal their references, forward and backward",
  async (gpu) => {
    for (const [rows, channels] of SHAPES) {
      const [x, dy] = [floats(12, rows * channels), floats(13, rows * channels)];
      const [gamma, token] = [floats(14, channels), floats(15, channels)];
      const mask = Array.from({ length: rows }, (_, i) => i % 3 === 0 ? 7 : 0);
      const got = await runGraph(gpu, (graph, owned) => {
        const [input, other] = [1, 2].map(() => inputTensor(gpu, owned, "x", x, channels));
        const factors = parameter(gpu, owned, "gamma", gamma);
        const hidden = parameter(gpu, owned, "token", token);
        const scaled = layerScale(graph, input!, factors);
        const masked = maskToken(graph, other!, wordTensor(gpu, owned, "mask", mask), hidden);
        for (const y of [scaled, masked]) {
          seedGradient(graph, y, inputTensor(gpu, owned, "dy", dy, channels));
        }
        graph.backward();
        return {
          scaled,
          masked,
          dx: graph.gradient(input!),
          dgamma: factors.gradient,
          dOther: graph.gradient(other!),
          dtoken: hidden.gradient,
        };
      });
      const scale = layerScaleBackwardReference(x, dy, gamma);
      const hide = maskTokenBackwardReference(dy, mask, channels);
      assertClose(got.scaled, layerScaleReference(x, gamma), TOLERANCE, "scaled");
      assertClose(got.dx, scale.dx, TOLERANCE, "dx");
      assertClose(got.dgamma, scale.dgamma, TOLERANCE, "dgamma");
      assertClose(got.masked, maskTokenReference(x, mask, token), TOLERANCE, "masked");
      assertClose(got.dOther, hide.dx, TOLERANCE, "dx of masked");
      assertClose(got.dtoken, hide.dtoken, TOLERANCE, "dtoken");
    }
  },
);

Deno.test("gridMaxPoolReference() has the gradient of central differences, and gives ties to the first row", () => {
  const parent = [1, 0, 1, 2, 0, 1];
  const [x, dy] = [seededNumbers(16, 30), seededNumbers(17, 15)];
  const numeric = centralDifferences((moved) => dot(gridMaxPoolReference(moved, parent, 5), dy), x);
  assertClose(gridMaxPoolBackwardReference(x, dy, parent, 5), numeric, 1e-6, "dx");
  assert.deepEqual([...gridMaxPoolBackwardReference([2, 3, 3], [5], [0, 0, 0], 1)], [0, 5, 0]);
});

withGpu("gridMaxPool() equals its reference, forward and backward", async (gpu) => {
  for (const [rows, channels, parents] of [[1, 4, 1], [90, 5, 23], [200, 16, 71]] as const) {
    // Few values, so that there are ties; negative ones alone in places.
    const x = floats(18, rows * channels).map((value) => Math.round(2 * value) - 2);
    const dy = floats(19, parents * channels);
    const parent = Array.from({ length: rows }, (_, i) => i * 7 % parents);
    // Children of a parent in falling order: the first row does not come first in the list.
    const order = [...parent.keys()].sort((a, b) => parent[a]! - parent[b]! || b - a);
    const starts = Array.from(
      { length: parents + 1 },
      (_, m) => parent.filter((number) => number < m).length,
    );
    const got = await runGraph(gpu, (graph, owned) => {
      const input = inputTensor(gpu, owned, "x", x, channels);
      const y = gridMaxPool(graph, input, parents, {
        points: rows,
        pointRow: wordTensor(gpu, owned, "parent", parent),
        order: wordTensor(gpu, owned, "order", order),
        starts: wordTensor(gpu, owned, "starts", starts),
      });
      seedGradient(graph, y, inputTensor(gpu, owned, "dy", dy, channels));
      graph.backward();
      return { y, dx: graph.gradient(input) };
    });
    assertClose(got.y, gridMaxPoolReference(x, parent, channels), 0, "y");
    assertClose(got.dx, gridMaxPoolBackwardReference(x, dy, parent, channels), 0, "dx");
  }
});

/** A case of attention: rows of each cloud, rows of a patch, heads and their channels, and the reach of a position bias. */
interface AttentionCase {
  readonly clouds: readonly number[];
  readonly patch: number;
  readonly heads: number;
  readonly width: number;
  readonly reach?: number;
}

/** Inputs of a case. */
function attentionInputs({ clouds, patch, heads, width, reach }: AttentionCase) {
  let rows = 0;
  const offset = clouds.map((count) => rows += count);
  // A permutation within each cloud.
  const order = clouds.flatMap((count, cloud) => {
    const first = offset[cloud]! - count;
    const drawn = seededNumbers(20 + cloud, count);
    return [...drawn.keys()].sort((a, b) => drawn[a]! - drawn[b]!).map((row) => first + row);
  });
  const coords = [...seededNumbers(30, 3 * rows)].map((value) => Math.round(9 * value + 9));
  const table = reach === undefined
    ? undefined
    : new Float64Array(floats(31, 3 * (2 * reach + 1) * heads));
  const options: AttentionReferenceOptions = {
    heads,
    scale: width ** -0.5,
    order,
    patches: padPatches(offset, patch),
    ...(table ? { bias: { table, coords } } : {}),
  };
  return {
    rows,
    offset,
    order,
    coords,
    table,
    options,
    qkv: floats(32, rows * 3 * heads * width).map((value) => Math.fround(2 * value)),
    dy: floats(33, rows * heads * width),
  };
}

Deno.test("patchAttentionReference() has the gradient of central differences", () => {
  const { rows, options, qkv, dy, table } = attentionInputs({
    clouds: [7, 2],
    patch: 3,
    heads: 2,
    width: 2,
    reach: 3,
  });
  const loss = (moved: Float64Array, bias: Float64Array = table!) =>
    dot(
      patchAttentionReference(moved, rows, {
        ...options,
        bias: { table: bias, coords: options.bias!.coords },
      }),
      dy,
    );
  const { dqkv, dbias } = patchAttentionBackwardReference(qkv, dy, rows, options);
  assertClose(dqkv, centralDifferences((moved) => loss(moved), qkv), 1e-6, "dqkv");
  assertClose(dbias, centralDifferences((moved) => loss(qkv, moved), table!), 1e-6, "dbias");
});

/** Runs a case with the kernels of a setting. */
async function attend(gpu: Gpu, kernels: KernelSetting, problem: AttentionCase) {
  const { rows, offset, order, coords, table, qkv, dy } = attentionInputs(problem);
  const { patch, heads, width } = problem;
  using owned = new DisposableStack();
  const graph = new Graph(kernels);
  const input = inputTensor(gpu, owned, "qkv", qkv, 3 * heads * width);
  const tiles = patchTiles(offset, patch);
  const words = (label: string, words: ArrayLike<number>) => wordTensor(gpu, owned, label, words);
  let bias;
  if (table) {
    const values = inputTensor(gpu, owned, "bias", table, heads);
    const gradient = owned.use(gpu.zeros("bias gradient", values.bytes));
    bias = {
      values,
      gradient: new Tensor("bias gradient", values.rows, heads, { binding: gradient }),
      trainable: true,
    };
  }
  const y = patchAttention(graph, input, {
    heads,
    patches: {
      rows,
      patchRows: patch,
      sequence: words(
        "sequence",
        order.flatMap((row) => [...coords.slice(3 * row, 3 * row + 3), row]),
      ),
      queryTiles: tiles.queries.length / 4,
      queries: words("queries", tiles.queries),
      keyTiles: tiles.keys.length / 4,
      keys: words("keys", tiles.keys),
    },
    ...(bias ? { bias } : {}),
  });
  seedGradient(graph, y, inputTensor(gpu, owned, "dy", dy, heads * width));
  graph.backward();
  const dqkv = graph.gradient(input)!;
  using plan = new Plan(gpu, graph, [y, dqkv]);
  plan.submit();
  const read = async (tensor: Tensor) => unpadRows(await plan.read(tensor), tensor.channels);
  return {
    y: await read(y),
    dqkv: await read(dqkv),
    dbias: bias ? await read(bias.gradient) : null,
  };
}

withGpu(
  "patchAttention() equals its reference, forward and backward, in both families",
  async (gpu) => {
    // A row alone; clouds of one patch, of several, and with borrowed rows, with a bias; patches of several tiles
    // (the self-check runs those on hardware).
    const cases: readonly (AttentionCase & { hardware?: number })[] = [
      { clouds: [1], patch: 16, heads: 2, width: 8, reach: 4 },
      { clouds: [33, 2, 40], patch: 16, heads: 3, width: 8, reach: 4, hardware: 0 },
      { clouds: [150], patch: 97, heads: 2, width: 16 },
      { clouds: [40], patch: 24, heads: 1, width: 20 },
    ];
    for (const { hardware, ...problem } of cases) {
      const { rows, qkv, dy, options } = attentionInputs(problem);
      const expected = patchAttentionBackwardReference(qkv, dy, rows, options);
      for (const kernels of settingsOf(hardware)) {
        const got = await attend(gpu, kernels, problem);
        const what = `${kernels.name} ${JSON.stringify(problem)}`;
        assertClose(got.y, patchAttentionReference(qkv, rows, options), TOLERANCE, `y, ${what}`);
        assertClose(got.dqkv, expected.dqkv, TOLERANCE, `dqkv, ${what}`);
        if (got.dbias) assertClose(got.dbias, expected.dbias, TOLERANCE, `dbias, ${what}`);
        const again = await attend(gpu, kernels, problem);
        assert.deepEqual(again, got, `the same bits twice, ${what}`);
      }
    }
  },
);

Deno.test("patchAttention() keeps nothing that grows with the rows of a patch", () => {
  const storedBytes = (patchRows: number) => {
    const graph = new Graph(SOFTWARE_SETTING);
    const tensor = (label: string, rows: number, channels: number) =>
      new Tensor(label, rows, channels, { requiresGradient: true });
    const qkv = tensor("qkv", 4096, 96);
    const y = patchAttention(graph, qkv, {
      heads: 2,
      patches: {
        rows: 4096,
        patchRows,
        sequence: tensor("sequence", 4096, 4),
        queryTiles: 64,
        queries: tensor("queries", 64, 4),
        keyTiles: 64,
        keys: tensor("keys", 64, 4),
      },
    });
    seedGradient(graph, y, tensor("dy", 4096, 32));
    graph.backward();
    const made = new Set(graph.launches.flatMap(({ bindings }) => bindings));
    return [...made].reduce((sum, { bytes }) => sum + bytes, 0);
  };
  assert.equal(storedBytes(1024), storedBytes(64));
  // qkv, y and their gradients, and a few numbers for each row and head.
  assert.ok(storedBytes(1024) < 4096 * 4 * 300);
});

Deno.test("ops of point transformers refuse shapes that do not fit", () => {
  const graph = new Graph(SOFTWARE_SETTING);
  const x = graph.tensor("x", 10, 36, true);
  const words = graph.tensor("words", 10, 1);
  const patches = {
    rows: 10,
    patchRows: 10,
    sequence: words,
    queryTiles: 1,
    queries: words,
    keyTiles: 1,
    keys: words,
  };
  const learned = (rows: number, channels: number) => ({
    values: graph.tensor("learned", rows, channels),
    gradient: graph.tensor("gradient", rows, channels),
    trainable: true,
  });
  assert.throws(
    () => patchAttention(graph, x, { heads: 2, patches }),
    /attend with 2 heads to "x" \[10, 36\]/,
  );
  const three = { heads: 3, patches };
  assert.throws(
    () => patchAttention(graph, x, { heads: 3, patches: { ...patches, rows: 9 } }),
    /"x" of 10 rows: its patches are of 9 rows/,
  );
  assert.throws(
    () => patchAttention(graph, x, { ...three, bias: learned(12, 3) }),
    /position bias "learned" \[12, 3\]: it needs \[3 m, 3\] with odd m/,
  );
  const state = { gamma: learned(1, 35), beta: learned(1, 36) };
  assert.throws(
    () => layerNorm(graph, x, state),
    /normalise by "learned" \[1, 35\]: it needs \[1, 36\]/,
  );
  assert.throws(() => layerScale(graph, x, learned(1, 4)), /scale by "learned"/);
  assert.throws(() => maskToken(graph, x, words, learned(1, 4)), /mask by "learned"/);
  const children = { points: 9, pointRow: words, order: words, starts: words };
  assert.throws(() => gridMaxPool(graph, x, 3, children), /pool "x" of 10 rows/);
});

Deno.test("rotatedHeadsReference() has the gradient of central differences, and rotates by differences of places", () => {
  const [heads, rows, width] = [2, 3, 12];
  const rotations = rotationsOf([1, 5, 2, 0, 4, 0, 9, 0, 3, 3, 3, 0], width / 6, 100);
  const [qkv, dy] = [seededNumbers(61, rows * 3 * heads * width), seededNumbers(62, rows * 72)];
  const dqkv = rotatedHeadsBackwardReference(dy, rows, heads, rotations);
  const loss = (moved: Float64Array) =>
    dot(rotatedHeadsReference(moved, rows, heads, rotations), dy);
  assertClose(dqkv, centralDifferences(loss, qkv), 1e-6, "dqkv");
  // The score of a query with a key stays the same where both places move alike.
  const score = (shift: number) => {
    const coords = [1, 5, 2, 0, 4, 0, 9, 0].map((value, i) => i % 4 === 3 ? 0 : value + shift);
    const two = rotatedHeadsReference(qkv.slice(0, 144), 2, heads, rotationsOf(coords, 2, 100));
    const [query, key] = [two.slice(0, width), two.slice(72 + 24, 72 + 24 + width)];
    return dot(query, key);
  };
  assert.ok(Math.abs(score(0) - score(40)) < 1e-5);
});

withGpu("rotatedHeads() and packedHeads() equal their references", async (gpu) => {
  // Rows of 3 · 3 heads of 6 channels need padding; heads of 18 are filled up to 20.
  for (const [rows, heads, width] of [[5, 3, 6], [70, 2, 18]] as const) {
    const coords = Array.from({ length: 4 * rows }, (_, i) => i * 7 % 61);
    const rotations = rotationsOf(coords, width / 6, 100);
    const filled = filledHead(width);
    const qkv = floats(63, rows * 3 * heads * width);
    const dy = floats(64, rows * 3 * heads * filled);
    const [x, dpacked] = [floats(65, rows * heads * filled), floats(66, rows * heads * width)];
    const got = await runGraph(gpu, (graph, owned) => {
      const input = inputTensor(gpu, owned, "qkv", qkv, 3 * heads * width);
      const other = inputTensor(gpu, owned, "x", x, heads * filled);
      const angles = new Tensor("rotations", Math.ceil(rotations.length / 4), 4, {
        binding: owned.use(gpu.upload("rotations", padded(rotations))),
      });
      const y = rotatedHeads(graph, input, heads, angles);
      const packed = packedHeads(graph, other, heads, width);
      seedGradient(graph, y, inputTensor(gpu, owned, "dy", dy, 3 * heads * filled));
      seedGradient(graph, packed, inputTensor(gpu, owned, "dpacked", dpacked, heads * width));
      graph.backward();
      return { y, packed, dqkv: graph.gradient(input), dx: graph.gradient(other) };
    });
    const expected = rotatedHeadsReference(qkv, rows, heads, rotations);
    assertClose(got.y, expected, TOLERANCE, "y");
    const dqkv = rotatedHeadsBackwardReference(dy, rows, heads, rotations);
    assertClose(got.dqkv, dqkv, TOLERANCE, "dqkv");
    const at = (i: number) => Math.floor(i / width) * filled + i % width;
    assertClose(got.packed, dpacked.map((_, i) => x[at(i)]!), TOLERANCE, "packed");
    const dx = new Float64Array(x.length);
    dpacked.forEach((value, i) => dx[at(i)] = value);
    assertClose(got.dx, dx, TOLERANCE, "dx of packed");
  }
});

/** Numbers with zeros behind them up to a multiple of four. */
function padded(numbers: Float32Array): Float32Array {
  const result = new Float32Array(Math.ceil(numbers.length / 4) * 4);
  result.set(numbers);
  return result;
}
