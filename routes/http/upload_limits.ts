/**
 * The limits of uploads.
 *
 * @module
 */

import type { UploadsUnderWay } from "./uploads_under_way.ts";

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
  /** Bytes a second that an upload has to bring. */
  leastRate: number;
  /** Counts the uploads that are under way. */
  underWay: UploadsUnderWay;
  /** Bytes that an upload leaves free on the disk. */
  reserveBytes: number;
  /** Called with the number of bytes whenever some arrive. */
  onBytes?: (bytes: number) => void;
}
