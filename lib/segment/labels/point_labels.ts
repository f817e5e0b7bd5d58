/**
 * Brings what a network says of voxels to their points.
 *
 * @module
 */
import { labelsOf, type Probabilities, spreadProbabilities } from "../../ttt/probabilities.ts";
import { type ClassHeights, weighByHeight } from "./class_heights.ts";

/** Labels by point. */
export interface PointLabels {
  /** [N] class. */
  readonly labels: Uint8Array;
  /** [N] probability of that class. */
  readonly confidence: Float32Array;
  /** f32 [N][classes]. */
  readonly probabilities?: Float32Array;
}

/** Points per batch whose probabilities are held at once where nobody wants them. */
const BATCH = 2 ** 16;

/**
 * Labels points by the probabilities of their voxels and, where classes have heights, by their own height.
 *
 * @param pointRow [N] voxel of each point.
 * @param heights of the classes and the same points, if any.
 * @param keeps whether the probabilities are wanted.
 */
export function labelPoints(
  prediction: Probabilities,
  pointRow: Uint32Array,
  heights: ClassHeights | null,
  keeps: boolean,
): PointLabels {
  if (!heights) {
    const { labels, confidence } = labelsOf(prediction);
    return {
      labels: Uint8Array.from(pointRow, (row) => labels[row]!),
      confidence: Float32Array.from(pointRow, (row) => confidence[row]!),
      ...(keeps ? { probabilities: spreadProbabilities(prediction, pointRow) } : {}),
    };
  }
  const { classes } = prediction;
  const count = pointRow.length;
  const labels = new Uint8Array(count);
  const confidence = new Float32Array(count);
  const probabilities = keeps ? new Float32Array(count * classes) : null;
  for (let first = 0; first < count; first += BATCH) {
    const values = spreadProbabilities(prediction, pointRow.subarray(first, first + BATCH));
    const rows = values.length / classes;
    for (let i = 0; i < rows; i++) {
      weighByHeight(values.subarray(i * classes, (i + 1) * classes), first + i, heights);
    }
    const likeliest = labelsOf({ rows, classes, values });
    labels.set(likeliest.labels, first);
    confidence.set(likeliest.confidence, first);
    probabilities?.set(values, first * classes);
  }
  return { labels, confidence, ...(probabilities ? { probabilities } : {}) };
}
