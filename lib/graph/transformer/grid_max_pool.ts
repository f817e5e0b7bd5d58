/**
 * Pooling of voxels into coarser ones by the largest value of each channel. Its counterpart, which gives a row of the
 * coarser voxels to each of the finer ones, is `gather`.
 *
 * @module
 */
import {
  gridMaxPool as forward,
  gridMaxPoolBackward,
} from "../../../kernels/elementwise/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { PointRows } from "../ops/gather.ts";
import type { Tensor } from "../tensor.ts";

/**
 * y[m] = the largest of x over the children of m, by channel: [N][C] -> [parents][C]. Of equal ones the first row of x
 * gets the gradient.
 *
 * @param children which rows of x are the children of each row of y; every row of y has one.
 * @throws {TypeError} where the list is not one of the rows of x.
 */
export function gridMaxPool(
  graph: Graph,
  x: Tensor,
  parents: number,
  children: PointRows,
): Tensor {
  if (children.points !== x.rows) {
    throw new TypeError(
      `Cannot pool "${x.label}" of ${x.rows} rows: the list of children has ${children.points}`,
    );
  }
  const y = graph.tensor("pooled", parents, x.channels, x.requiresGradient);
  const { order, starts } = children;
  const options = {
    constants: { C4: x.quads },
    params: { rows: parents },
    workgroups: groupsOf64(parents * x.quads),
  };
  graph.emit(launch(forward, { ...options, bindings: [x, order, starts, y] }));
  if (x.requiresGradient) {
    graph.differentiable(y, (dy) => {
      const dx = graph.tensor(`grad ${x.label}`, x.rows, x.channels);
      graph.emit(launch(gridMaxPoolBackward, { ...options, bindings: [x, dy, order, starts, dx] }));
      graph.contribute(x, dx);
    });
  }
  return y;
}

/** Reference of {@link gridMaxPool} on rows of `channels` numbers, by the parent of each row. */
export function gridMaxPoolReference(
  x: ArrayLike<number>,
  parent: ArrayLike<number>,
  channels: number,
): Float64Array {
  return Float64Array.from(winners(x, parent, channels), (i) => x[i]!);
}

/** Gradient of {@link gridMaxPoolReference}. */
export function gridMaxPoolBackwardReference(
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
  parent: ArrayLike<number>,
  channels: number,
): Float64Array {
  const dx = new Float64Array(x.length);
  winners(x, parent, channels).forEach((i, at) => {
    dx[i] = dy[at]!;
  });
  return dx;
}

/** Where the largest value of each parent and channel stands in x, the first of equal ones. */
function winners(
  x: ArrayLike<number>,
  parent: ArrayLike<number>,
  channels: number,
): number[] {
  const found: number[] = [];
  for (let i = 0; i < x.length; i++) {
    const at = parent[Math.floor(i / channels)]! * channels + i % channels;
    const best = found[at];
    if (best === undefined || x[i]! > x[best]!) found[at] = i;
  }
  return found;
}
