/**
 * The size of an image.
 *
 * @module
 */

/** Width and height of an image, pixels. */
export interface ImageSize {
  /** Number of columns. */
  width: number;
  /** Number of rows. */
  height: number;
}
