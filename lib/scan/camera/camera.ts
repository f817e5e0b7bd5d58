/**
 * A calibrated photograph.
 *
 * @module
 */

/**
 * The camera of a photograph: a pinhole without distortion, with OpenCV axes (x right, y down, z forward) and the
 * centre of the first pixel at (0, 0).
 */
export interface Camera {
  /** File name of the photograph. */
  file: string;
  /** Columns of the photograph, pixels. */
  width: number;
  /** Rows of the photograph, pixels. */
  height: number;
  /** Horizontal focal length, pixels. */
  fx: number;
  /** Vertical focal length, pixels. */
  fy: number;
  /** Column of the principal point, pixels. */
  cx: number;
  /** Row of the principal point, pixels. */
  cy: number;
  /** [4][4] row-major: from world coordinates (those of the scan's file) to camera coordinates. */
  worldToCamera: Float64Array;
}
