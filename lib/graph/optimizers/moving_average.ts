/**
 * A running average, kept in place: of weights over steps (the mean teacher of Tarvainen & Valpola 2017), or of
 * predictions over views.
 *
 * @module
 */
import { movingAverage as kernel } from "../../../kernels/optimizers/records.ts";
import { groupsOf64, type Launch, launch } from "../../gpu/mod.ts";

/**
 * average = keep * average + (1 - keep) * x, over `count` vec4f. With keep = 0 the average starts at x,
 * whatever it held.
 */
export function movingAverage<B>(
  operands: { x: B; average: B },
  count: number,
  keep: number,
): Launch<B> {
  return launch(kernel, {
    params: { count, keep, take: 1 - keep },
    bindings: [operands.x, operands.average],
    workgroups: groupsOf64(count),
  });
}

/** Reference of {@link movingAverage}: the new average. */
export function movingAverageReference(
  x: ArrayLike<number>,
  average: ArrayLike<number>,
  keep: number,
): Float64Array {
  return Float64Array.from(
    x,
    (value, i) => (keep > 0 ? keep * average[i]! : 0) + (1 - keep) * value,
  );
}
