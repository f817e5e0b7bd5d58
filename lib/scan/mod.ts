/**
 * Scans, photographs and cameras: reads a client's files into arrays, and writes labels back into the client's file.
 *
 * @example Read a scan, label it, write it back
 * ```ts
 * import assert from "node:assert/strict";
 * import { readScan, writeScan } from "./mod.ts";
 *
 * const file = new TextEncoder().encode(`ply
 * format ascii 1.0
 * element vertex 2
 * property float x
 * property float y
 * property float z
 * end_header
 * 0.5 1 2
 * 3 4 2.5
 * `);
 * const scan = await readScan(file, "room.ply");
 * assert.deepEqual([...scan.positions], [0.5, 1, 2, 3, 4, 2.5]);
 * const labelled = writeScan(scan, {
 *   labels: Uint8Array.of(7, 2),
 *   confidence: Float32Array.of(0.75, 1),
 * });
 * assert.match(new TextDecoder().decode(labelled), /0\.5 1 2 7 0\.75\n3 4 2\.5 2 1\n$/);
 * ```
 *
 * @module
 */
export {
  blameMemory,
  CameraError,
  InputError,
  type InputErrorDetails,
  MemoryError,
  PhotoError,
  ScanError,
} from "./errors.ts";
export type { ImageSize } from "./image_size.ts";
export {
  type PointColumn,
  type Scan,
  SCAN_FORMATS,
  type ScanFormat,
  type ScanLabels,
  type ScanMemory,
} from "./scan.ts";
export type { LabelClasses } from "./classes/class_table.ts";
export { codeWarnings } from "./las/narrow_codes.ts";
export { type Echoes, echoesOf } from "./las/echoes.ts";
export { looksDown } from "./las/scan_angles.ts";
export { classList } from "./classes/class_list.ts";
export { qgisStyle } from "./classes/qgis_style.ts";
export type { Warning } from "./warning.ts";
export { labelNamesOf } from "./label_names.ts";
export { labellingOfRows, rowOfPoint, spreadOverRows, UNLABELLED } from "./left_out.ts";
export {
  type ChosenUnit,
  chosenUnit,
  type CoordinateUnits,
  isMetric,
  isSameLength,
  LENGTH_UNITS,
  type LengthUnit,
  LONGEST_UNIT,
  METRE,
  SHORTEST_UNIT,
} from "./crs/units.ts";
export { metricScan, type ScanFrame } from "./frame/metric_scan.ts";
export { UP_AXES, type UpAxis } from "./frame/up.ts";
export { TEXT_EXTENSION } from "./csv/layout.ts";
export { type ByteSource, withByteSource } from "./byte_source.ts";
export { e57Photographs, type EmbeddedPhotograph, type EmbeddedViews } from "./e57/photographs.ts";
export { answerExtension, scanFormat } from "./file_format.ts";
export { readScan } from "./read_scan.ts";
export { SCAN_START_BYTES, scanMemory, scanMemoryByStart } from "./scan_memory.ts";
export { checkConversion, convertScan, writeScan } from "./write_scan.ts";
export { type LasReturns, writeLas } from "./las/write_las.ts";
export { type PlyContents, writePly } from "./ply/write_ply.ts";
export type { Camera, Pinhole } from "./camera/camera.ts";
export { cameraAt, type CameraOptics } from "./camera/camera_at.ts";
export type { CameraFile } from "./camera/camera_file.ts";
export { camerasToJson, parseCameras } from "./camera/cameras_json.ts";
export { inverseRigid } from "./camera/pose.ts";
export { matchPhotos } from "./camera/match_photographs.ts";
export { type CameraSource, loadCameraFiles } from "./camera/load_camera_files.ts";
export {
  type NamedFile,
  type PhotoFile,
  readViews,
  type ScanViews,
  type ViewShare,
  viewShare,
} from "./camera/read_views.ts";
export {
  decodePhoto,
  encodePng,
  type Photo,
  type PhotoHeader,
  photoHeader,
  type PhotoLimits,
} from "./photo/photo.ts";
export {
  filesBelow,
  isCorrectionsName,
  isLabelledName,
  type LabelNames,
  readNamed,
  readPhotographs,
  readSceneFolder,
  type SceneFolder,
} from "./read_folder.ts";
export { findScans, type FoundScan, stemOf } from "./find_scans.ts";
