/**
 * ReLU and GELU (the exact one, x Φ(x); Hendrycks & Gimpel 2016).
 *
 * @module
 */
import { activation, activationBackward } from "../../../kernels/elementwise/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";

/** y = max(x, 0), [N][C]. */
export function relu(graph: Graph, x: Tensor): Tensor {
  return activate(graph, x, false);
}

/** y = x Φ(x), [N][C]. */
export function gelu(graph: Graph, x: Tensor): Tensor {
  return activate(graph, x, true);
}

function activate(graph: Graph, x: Tensor, isGelu: boolean): Tensor {
  const y = graph.tensor(isGelu ? "gelu" : "relu", x.rows, x.channels, x.requiresGradient);
  const constants = { GELU: isGelu ? 1 : 0 };
  const count = x.bytes / 16;
  const workgroups = groupsOf64(count);
  graph.emit(
    launch(activation, { constants, params: { count }, bindings: [x, y], workgroups }),
  );
  if (x.requiresGradient) {
    graph.differentiable(y, (dy) => {
      const dx = graph.tensor(`grad ${x.label}`, x.rows, x.channels);
      graph.emit(launch(activationBackward, {
        constants,
        params: { count },
        // ReLU needs only its output, so that its input's bytes are free after the forward pass.
        bindings: [isGelu ? x : y, dy, dx],
        workgroups,
      }));
      graph.contribute(x, dx);
    });
  }
  return y;
}

/** Reference of {@link relu}. */
export function reluReference(x: ArrayLike<number>): Float64Array {
  return Float64Array.from(x, (value) => Math.max(value, 0));
}

/** Gradient of {@link reluReference}. */
export function reluBackwardReference(
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(x, (value, i) => value > 0 ? dy[i]! : 0);
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
