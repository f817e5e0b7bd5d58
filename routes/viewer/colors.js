/**
 * Colours of classes and of confidence.
 *
 * @module
 */

/** @typedef {readonly [number, number, number]} Rgb */

/** The colour of classes that the palette lacks. @type {Rgb} */
export const UNKNOWN = [150, 150, 150];

/** The colour of the bounds of a scan. @type {Rgb} */
export const BOUNDS_COLOR = [128, 138, 146];
/** The colour of what was picked. @type {Rgb} */
export const PICK_COLOR = [226, 0, 122];
/** The colour of the frusta of cameras. @type {Rgb} */
export const CAMERA_COLOR = [224, 122, 31];

/** Matplotlib's viridis at eighths: lightness rises with the value, and the colour-blind can read it. */
const VIRIDIS = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

/**
 * Returns the colour of a confidence.
 *
 * @param {number} fraction 0 to 1
 * @returns {Rgb}
 */
export function ramp(fraction) {
  const at = fraction * (VIRIDIS.length - 1);
  const index = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const [from, to] = [VIRIDIS[index], VIRIDIS[index + 1]];
  const mix = (/** @type {number} */ i) => Math.round(from[i] + (at - index) * (to[i] - from[i]));
  return [mix(0), mix(1), mix(2)];
}

/**
 * Returns a colour for a number: neighbours differ, whatever the numbers mean.
 *
 * @param {number} number 0 to 254; 255 stands for all others.
 * @returns {Rgb}
 */
export function numberColor(number) {
  if (number === 255) return UNKNOWN;
  // Hues in steps of the golden angle, in HSL of saturation 0.8. Hues alone come close after 21 and 34 steps; these four
  // lightnesses differ then.
  const lightness = [0.5, 0.36, 0.66, 0.43][number % 4];
  const chroma = 0.8 * Math.min(lightness, 1 - lightness);
  const channel = (/** @type {number} */ offset) => {
    const k = (offset + (number * 137.508) / 30) % 12;
    return Math.round(255 * (lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/** Number of the colour of what is no object. */
export const NO_OBJECT = 255;

/**
 * Returns the number of an object's colour, for `numberColor`: the same object has the same colour each time.
 *
 * @param {number} object from 1; 0 for none
 */
export function objectNumber(object) {
  return object === 0 ? NO_OBJECT : (object - 1) % NO_OBJECT;
}

/** Returns a colour in CSS. @param {Rgb} color */
export function css([red, green, blue]) {
  return `rgb(${red} ${green} ${blue})`;
}
