/**
 * Records of the kernels that update weights in place. Each `.wgsl` file has the shapes.
 *
 * @module
 */
import type { Kernel } from "../../lib/gpu/kernel.ts";
import { everyBinding, perElement } from "../../lib/gpu/work.ts";
import adamCode from "./adam.wgsl" with { type: "text" };
import movingAverageCode from "./moving_average.wgsl" with { type: "text" };
import restoreCode from "./restore.wgsl" with { type: "text" };
import sgdCode from "./sgd.wgsl" with { type: "text" };

/** One step of SGD with momentum and weight decay; leaves g zero. Bindings: w, g, v. */
export const sgd = {
  name: "sgd",
  code: sgdCode,
  params: { count: "u32", rate: "f32", momentum: "f32", decay: "f32", unscale: "f32" },
  bindings: ["write", "write", "write"],
  work: {
    multiplyAdds: perElement(0, 3),
    bytesRead: everyBinding,
  },
} as const satisfies Kernel;

/** One step of AdamW; leaves g zero. Bindings: w, g, m, v. */
export const adam = {
  name: "adam",
  code: adamCode,
  params: {
    count: "u32",
    rate: "f32",
    beta1: "f32",
    beta2: "f32",
    epsilon: "f32",
    decay: "f32",
    correction1: "f32",
    correction2: "f32",
    unscale: "f32",
  },
  bindings: ["write", "write", "write", "write"],
  work: {
    multiplyAdds: perElement(0, 12),
    bytesRead: everyBinding,
  },
} as const satisfies Kernel;

/** average = keep * average + take * x. Bindings: x, average. */
export const movingAverage = {
  name: "moving_average",
  code: movingAverageCode,
  params: { count: "u32", keep: "f32", take: "f32" },
  bindings: ["read", "write"],
  work: {
    multiplyAdds: perElement(0, 2),
    bytesRead: everyBinding,
  },
} as const satisfies Kernel;

/** Puts random numbers of w back to their source values. Bindings: source, w. */
export const restore = {
  name: "restore",
  code: restoreCode,
  params: { count: "u32", key: "u32", threshold: "u32", first: "u32" },
  bindings: ["read", "write"],
  work: {
    multiplyAdds: perElement(0, 0),
    bytesRead: everyBinding,
  },
} as const satisfies Kernel;
