/**
 * GELU, the exact one, x Φ(x) (Hendrycks & Gimpel 2016).
 *
 * @module
 */
import { gelu as geluKernel, geluBackward } from "../../../kernels/elementwise/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/** y = x Φ(x), [N][C]. */
export function gelu(graph: Graph, x: Tensor): Tensor {
  const y = graph.tensor("gelu", x.rows, x.channels, x.requiresGradient);
  const count = x.allQuads;
  const workgroups = groupsOf64(count);
  graph.emit(launch(geluKernel, { params: { count }, bindings: [x, y], workgroups }));
  if (x.requiresGradient) {
    graph.differentiable(y, (dy) => {
      const dx = graph.gradientOf(x);
      graph.emit(
        launch(geluBackward, { params: { count }, bindings: [x, dy, dx], workgroups }),
      );
      graph.contribute(x, dx);
    });
  }
  return y;
}

/** Reference of {@link gelu}. */
export function geluReference(x: ArrayLike<number>): Float64Array {
  return Float64Array.from(x, (value) => value * normalCdf(value));
}

/** Gradient of {@link geluReference}. */
export function geluBackwardReference(
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(x, (value, i) => {
    const density = Math.exp(-value * value / 2) / Math.sqrt(2 * Math.PI);
    return dy[i]! * (normalCdf(value) + value * density);
  });
}

/** Φ by the series of erf about 0 (Abramowitz & Stegun 7.1.6), exact to float64 for |x| < 6. */
function normalCdf(x: number): number {
  if (Math.abs(x) > 6) return x > 0 ? 1 : 0;
  const z = x / Math.SQRT2;
  let term = z;
  let sum = z;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= 2 * z * z / (2 * n + 1);
    sum += term;
  }
  return 0.5 + sum * Math.exp(-z * z) / Math.sqrt(Math.PI);
}
