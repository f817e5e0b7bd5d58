/**
 * A result beside the one before its corrections.
 *
 * @module
 */

/**
 * Puts the labels from before the corrections in the place of the source model's. Both clouds show the same points.
 *
 * @param {import("../cloud.js").Cloud} cloud the new result
 * @param {import("../cloud.js").Cloud} before
 * @returns {import("../cloud.js").Cloud} whose counts are of the points that are shown
 */
export function since(cloud, before) {
  const classes = Math.max(cloud.classes, before.classes);
  const became = new Uint32Array(classes ** 2);
  cloud.label.forEach((label, i) => became[before.label[i] * classes + label]++);
  return {
    ...cloud,
    classes,
    became,
    source: before.label,
    scanPoints: cloud.count,
    isCorrected: true,
  };
}
