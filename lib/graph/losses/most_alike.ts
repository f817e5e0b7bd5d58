/**
 * How alike rows are to what is known of each class: the largest cosine, from which corrections of other scans vote. It has
 * no gradient.
 *
 * @module
 */
import { mostAlike as kernel } from "../../../kernels/losses/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import { expectShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Rows of unit length whose classes are known, as {@link mostAlike} takes them. */
export interface ClassBank {
  /** [M][D], the rows of class 0 first. */
  readonly rows: Tensor;
  /** u32 [C + 1], held as rows of one word: the first row of each class, and M. */
  readonly starts: Tensor;
}

/**
 * The largest inner product of each row of x [N][D] with the rows of each class, [N][C]; −1 for a class without rows.
 *
 * @throws {TypeError} where the widths differ.
 */
export function mostAlike(graph: Graph, x: Tensor, { rows, starts }: ClassBank): Tensor {
  expectShape("compare with", rows, rows.rows, x.channels);
  const y = graph.tensor("likeness", x.rows, starts.rows - 1);
  graph.emit(launch(kernel, {
    constants: { D4: x.quads, C: y.channels, W: y.width },
    params: { rows: x.rows },
    bindings: [x, rows, starts, y],
    workgroups: groupsOf64(x.rows * y.width),
  }));
  return y;
}

/**
 * Reference of {@link mostAlike}.
 *
 * @param classes class of every row of the bank, in any order
 * @param count number of classes
 */
export function mostAlikeReference(
  x: ArrayLike<number>,
  bank: ArrayLike<number>,
  classes: ArrayLike<number>,
  channels: number,
  count: number,
): Float32Array {
  const rows = x.length / channels;
  const y = new Float32Array(rows * count).fill(-1);
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < classes.length; at++) {
      let product = 0;
      for (let c = 0; c < channels; c++) {
        product += x[row * channels + c]! * bank[at * channels + c]!;
      }
      const i = row * count + classes[at]!;
      y[i] = Math.max(y[i]!, product);
    }
  }
  return y;
}
