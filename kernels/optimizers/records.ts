/**
 * Records of the kernels that move weights.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import adamCode from "./adam.wgsl" with { type: "text" };
import movingAverageCode from "./moving_average.wgsl" with { type: "text" };
import restoreCode from "./restore.wgsl" with { type: "text" };
import sgdCode from "./sgd.wgsl" with { type: "text" };

const read = "read";
const write = "write";

export const sgd: Kernel = {
  name: "sgd",
  code: sgdCode,
  bindings: [write, write, write],
};

export const adam: Kernel = {
  name: "adam",
  code: adamCode,
  bindings: [write, write, write, write],
};

export const movingAverage: Kernel = {
  name: "moving_average",
  code: movingAverageCode,
  bindings: [read, write],
};

export const restore: Kernel = {
  name: "restore",
  code: restoreCode,
  bindings: [read, write],
};
