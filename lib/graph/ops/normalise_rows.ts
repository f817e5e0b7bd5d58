/**
 * Rows scaled to length one, so that inner products are cosines, as contrastive learning needs them.
 *
 * @module
 */
import {
  normaliseRows as forward,
  normaliseRowsBackward as backward,
} from "../../../kernels/norm/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/** A shorter row has no direction: it becomes zero and gets no gradient. */
const SHORTEST = 1e-6;

/** y = x / |x| by row, [N][C]. */
export function normaliseRows(graph: Graph, x: Tensor): Tensor {
  const y = graph.tensor("unit rows", x.rows, x.channels, x.requiresGradient);
  const constants = { C4: x.quads };
  const workgroups = groupsOf64(x.rows);
  const params = { rows: x.rows };
  graph.emit(launch(forward, { constants, params, bindings: [x, y], workgroups }));
  if (x.requiresGradient) {
    graph.differentiable(y, (dy) => {
      const dx = graph.gradientOf(x);
      graph.emit(launch(backward, { constants, params, bindings: [x, dy, dx], workgroups }));
      graph.contribute(x, dx);
    });
  }
  return y;
}

/** Reference of {@link normaliseRows} on rows of `channels` numbers. */
export function normaliseRowsReference(x: ArrayLike<number>, channels: number): Float64Array {
  const inverse = inverseLengths(x, channels);
  return Float64Array.from(x, (value, i) => value * inverse[Math.floor(i / channels)]!);
}

/** Gradient of {@link normaliseRowsReference}. */
export function normaliseRowsBackwardReference(
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
  channels: number,
): Float64Array {
  const inverse = inverseLengths(x, channels);
  const radial = new Float64Array(inverse.length);
  for (let i = 0; i < x.length; i++) radial[Math.floor(i / channels)]! += x[i]! * dy[i]!;
  return Float64Array.from(x, (value, i) => {
    const row = Math.floor(i / channels);
    return inverse[row]! * (dy[i]! - value * radial[row]! * inverse[row]! ** 2);
  });
}

function inverseLengths(x: ArrayLike<number>, channels: number): Float64Array {
  const squares = new Float64Array(x.length / channels);
  for (let i = 0; i < x.length; i++) squares[Math.floor(i / channels)]! += x[i]! ** 2;
  return squares.map((square) => Math.sqrt(square) < SHORTEST ? 0 : 1 / Math.sqrt(square));
}
