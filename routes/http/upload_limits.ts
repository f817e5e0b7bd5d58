/**
 * The limits of uploads.
 *
 * @module
 */

/** What a server accepts at most. */
export interface UploadLimits {
  /** Bytes of a body. */
  bodyBytes: number;
  /** Photographs of one scan. */
  images: number;
  /** Seconds without a byte after which an upload is given up. */
  stallSeconds: number;
  /** Seconds that an upload may take in all. */
  uploadSeconds: number;
  /** Called with the number of bytes whenever some arrive. */
  onBytes?: (bytes: number) => void;
}
