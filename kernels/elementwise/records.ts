/**
 * Records of the kernels that work element by element or row by row. Each `.wgsl` file has the shapes.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import { chosen, elements, everyBinding, perElement } from "../../lib/gpu/work.ts";
import accumulateCode from "./accumulate.wgsl" with { type: "text" };
import addCode from "./add.wgsl" with { type: "text" };
import centreRowsCode from "./centre_rows.wgsl" with { type: "text" };
import concatCode from "./concat.wgsl" with { type: "text" };
import convertCode from "./convert.wgsl" with { type: "text" };
import erfCode from "./erf.wgsl" with { type: "text" };
import gatherRowsCode from "./gather_rows.wgsl" with { type: "text" };
import gatherRowsBackwardCode from "./gather_rows_backward.wgsl" with { type: "text" };
import geluCode from "./gelu.wgsl" with { type: "text" };
import geluBackwardCode from "./gelu_backward.wgsl" with { type: "text" };
import gridMaxPoolCode from "./grid_max_pool.wgsl" with { type: "text" };
import gridMaxPoolBackwardCode from "./grid_max_pool_backward.wgsl" with { type: "text" };
import rowSoftmaxCode from "./row_softmax.wgsl" with { type: "text" };
import scaleChannelsCode from "./scale_channels.wgsl" with { type: "text" };
import scaleChannelsSumsCode from "./scale_channels_sums.wgsl" with { type: "text" };
import selectRowsCode from "./select_rows.wgsl" with { type: "text" };
import splitCode from "./split.wgsl" with { type: "text" };
import softmaxCode from "./softmax.wgsl" with { type: "text" };

/** y = a + b. Bindings: a, b, y. */
export const add = {
  name: "add",
  code: addCode,
  params: { count: "u32" },
  bindings: ["read", "read", "write"],
  rows: { a: 0, b: 1, y: 2 },
  work: {
    multiplyAdds: perElement(2, 1),
    fusable: true,
  },
} as const satisfies Kernel;

/** total += x, at every submit. Bindings: x, total. */
export const accumulate = {
  name: "accumulate",
  code: accumulateCode,
  params: { count: "u32" },
  bindings: ["read", "write"],
  work: {
    multiplyAdds: perElement(0, 1),
    bytesRead: everyBinding,
    fusable: true,
  },
} as const satisfies Kernel;

/** y = gelu(x), the exact one. Bindings: x, y. */
export const gelu = {
  name: "gelu",
  code: erfCode + geluCode,
  params: { count: "u32" },
  bindings: ["read", "write"],
  work: {
    multiplyAdds: perElement(1, 16),
    fusable: true,
  },
} as const satisfies Kernel;

/** dx of {@link gelu}. Bindings: x, dy, dx. */
export const geluBackward = {
  name: "gelu_backward",
  code: erfCode + geluBackwardCode,
  params: { count: "u32" },
  bindings: ["read", "read", "write"],
  work: {
    multiplyAdds: perElement(2, 21),
    fusable: true,
  },
} as const satisfies Kernel;

/** p = softmax(logits) by row. Bindings: logits, p. */
export const softmax = {
  name: "softmax",
  code: rowSoftmaxCode + softmaxCode,
  params: { rows: "u32" },
  bindings: ["read", "write"],
  work: {
    multiplyAdds: perElement(0, 7),
    fusable: true,
  },
} as const satisfies Kernel;

/** y = [a | b] by channels. Bindings: a, b, y. */
export const concat = {
  name: "concat",
  code: concatCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "write"],
  rows: { a: 0, b: 1, y: 2 },
  work: {
    multiplyAdds: perElement(2, 0),
    fusable: true,
  },
} as const satisfies Kernel;

/** [a | b] = x, or the sum of two terms: the gradients of {@link concat}. Bindings: x, second term, a, b. */
export const split = {
  name: "split",
  code: splitCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "write", "write"],
  rows: { x: 0, more: 1, a: 2, b: 3 },
  work: {
    multiplyAdds: (launch) => elements(launch, 0) * chosen(launch, "TWO"),
    fusable: true,
  },
} as const satisfies Kernel;

/** y = x, stored in another precision. Bindings: x, y. */
export const convert = {
  name: "convert",
  code: convertCode,
  params: { count: "u32" },
  bindings: ["read", "write"],
  rows: { x: 0, y: 1 },
  work: {
    multiplyAdds: perElement(0, 0),
    fusable: true,
  },
} as const satisfies Kernel;

/** y[p] = x[index[p]]: voxel rows to points. Bindings: x, index, y. */
export const gatherRows = {
  name: "gather_rows",
  code: gatherRowsCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "write"],
  work: {
    multiplyAdds: perElement(2, 0),
  },
} as const satisfies Kernel;

/** dx of {@link gatherRows}, summed in a fixed order. Bindings: dy, order, starts, dx. */
export const gatherRowsBackward = {
  name: "gather_rows_backward",
  code: gatherRowsBackwardCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 1),
  },
} as const satisfies Kernel;

/** Targets less their centre, scaled to length sqrt(D). Bindings: targets, mask, centre, y. */
export const centreRows = {
  name: "centre_rows",
  code: centreRowsCode,
  params: { rows: "u32", squaredLength: "f32" },
  bindings: ["read", "read", "read", "write"],
  rows: { t: 0 },
  work: {
    multiplyAdds: perElement(0, 4),
    fusable: true,
  },
} as const satisfies Kernel;

/** y = x * gamma by channel. Bindings: x, gamma, y. */
export const scaleChannels = {
  name: "scale_channels",
  code: scaleChannelsCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 1),
    fusable: true,
  },
} as const satisfies Kernel;

/** Column sums of x * dy, the gradient of gamma, as one partial sum for each chunk of rows. Bindings: x, dy, partial sums. */
export const scaleChannelsSums = {
  name: "scale_channels_sums",
  code: scaleChannelsSumsCode,
  params: { rows: "u32", chunkRows: "u32", chunks: "u32", quads: "u32" },
  bindings: ["read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 1),
    fusable: true,
  },
} as const satisfies Kernel;

/** Rows of one tensor where a mask is 0, of another where it is not. Bindings: mask, unmasked, masked, y. */
export const selectRows = {
  name: "select_rows",
  code: selectRowsCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "read", "write"],
  work: {
    multiplyAdds: perElement(3, 0),
    fusable: true,
  },
} as const satisfies Kernel;

/** y[m] = largest of x over the children of m. Bindings: x, order, starts, y. */
export const gridMaxPool = {
  name: "grid_max_pool",
  code: gridMaxPoolCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 1),
  },
} as const satisfies Kernel;

/** dx of {@link gridMaxPool}. Bindings: x, dy, order, starts, dx. */
export const gridMaxPoolBackward = {
  name: "grid_max_pool_backward",
  code: gridMaxPoolBackwardCode,
  params: { rows: "u32" },
  bindings: ["read", "read", "read", "read", "write"],
  work: {
    multiplyAdds: perElement(0, 2),
  },
} as const satisfies Kernel;
