/**
 * Where the launches of a step are cut into submits. Windows resets a GPU that works on one submit for two seconds (its
 * "timeout detection and recovery"), and other systems have limits of their own: the device would be lost.
 *
 * @module
 */
import type { Launch } from "../gpu/mod.ts";
import type { Tensor } from "./tensor.ts";
import { launchWork } from "./work.ts";

/**
 * Multiply-adds of a submit: half a second at 70 G/s, a third of what the units of an Intel UHD Graphics 620 could do at best
 * (0.44 TFLOPS). A step of MinkUNet34C over 10,000 voxels is one submit, one over 65,536 voxels has seven.
 */
export const SUBMIT_MULTIPLY_ADDS = 35e9;

/**
 * The launches that begin another submit than the one before, by their place in the list. A launch that is longer than a submit
 * may be has one of its own.
 *
 * @param most multiply-adds of a submit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SOFTWARE_SETTING } from "../gpu/mod.ts";
 * import { Graph } from "./graph.ts";
 * import { sum } from "./ops/sum.ts";
 *
 * const graph = new Graph(SOFTWARE_SETTING);
 * // 400 additions each.
 * let x = graph.tensor("x", 100, 4);
 * for (let i = 0; i < 4; i++) x = sum(graph, x, x);
 * assert.deepEqual([...submitBreaks(graph.launches, 800)], [2]);
 * assert.deepEqual([...submitBreaks(graph.launches)], []);
 * ```
 */
export function submitBreaks(
  launches: readonly Launch<Tensor>[],
  most: number = SUBMIT_MULTIPLY_ADDS,
): Set<number> {
  const breaks = new Set<number>();
  let given = 0;
  launches.forEach((launch, i) => {
    // Kernels that do not say their work run outside of steps, and only move indices and rows.
    const multiplyAdds = launch.kernel.work ? launchWork(launch).multiplyAdds : 0;
    if (given > 0 && given + multiplyAdds > most) {
      breaks.add(i);
      given = 0;
    }
    given += multiplyAdds;
  });
  return breaks;
}
