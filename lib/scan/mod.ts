/**
 * Scans, photographs and cameras: a client's bytes to arrays, and labels back into the client's file.
 *
 * @module
 */
export { CameraError, InputError, PhotoError, ScanError } from "./errors.ts";
export type { ImageSize } from "./image_size.ts";
export type { Scan, ScanLabels } from "./scan.ts";
export { readScan, scanFormat } from "./read_scan.ts";
export { convertScan, writeScan } from "./write_scan.ts";
export { type PlyContents, writePly } from "./ply/write_ply.ts";
export {
  type Camera,
  camerasToJson,
  matchPhotos,
  parseCameras,
  requireSize,
} from "./camera/cameras.ts";
export { cameraAt, type Lens } from "./camera/camera_at.ts";
export { decodePhoto, encodePng, type Photo, type PhotoLimits } from "./photo/photo.ts";
