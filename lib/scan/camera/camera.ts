/**
 * A calibrated photograph.
 *
 * @module
 */

/** Intrinsics of a pinhole camera in pixels, with the centre of the first pixel at (0, 0). */
export interface Pinhole {
  /** Horizontal focal length. */
  fx: number;
  /** Vertical focal length. */
  fy: number;
  /** Column of the principal point. */
  cx: number;
  /** Row of the principal point. */
  cy: number;
}

/**
 * The camera of a photograph: a pinhole without distortion, with OpenCV axes (x right, y down, z forward) and the
 * centre of the first pixel at (0, 0).
 */
export interface Camera extends Pinhole {
  /** File name of the photograph. */
  file: string;
  /** Columns of the photograph, pixels. */
  width: number;
  /** Rows of the photograph, pixels. */
  height: number;
  /** [4][4] row-major: from world coordinates (those of the scan's file) to camera coordinates. */
  worldToCamera: Float64Array;
}
