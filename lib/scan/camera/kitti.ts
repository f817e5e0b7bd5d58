/**
 * KITTI's calibrations of a colour camera: `P2` with `Tr` (odometry), with `R0_rect` and `Tr_velo_to_cam` (object), or
 * with `R_rect` and `Tr_velo_cam` (tracking); and of the raw data `calib_cam_to_cam.txt` with `calib_velo_to_cam.txt`.
 * The scan is in the coordinates of the laser scanner.
 *
 * Source: the readme files of the KITTI development kits: x = P2 R0_rect Tr X.
 *
 * @module
 */
import type { ImageSize } from "../image_size.ts";
import type { OpenedFile } from "./camera_file.ts";
import {
  type CameraContext,
  type CameraFormat,
  type CameraSpec,
  numbersOf,
  refuse,
  requireRigid,
  some,
} from "./camera_format.ts";
import { linesOf } from "./lines.ts";
import { photoFinder, stem } from "./match_photographs.ts";
import { multiply } from "./pose.ts";

/** The number of the left colour camera, which is meant where a photograph's folder does not say another. */
const LEFT_COLOUR = 2;
/** Folders of the photographs of one camera: `image_2` or `image_02`. */
const CAMERA_FOLDER = /(?:^|[/\\])image_0?([0-3])(?=[/\\])/;

/** Names that the benchmarks give to the same matrices. */
const NAMES = {
  rectify: ["R0_rect", "R_rect", "R_rect_00"],
  scanner: ["Tr_velo_to_cam", "Tr_velo_cam", "Tr"],
} as const;

/** A calibration: its entries by name. */
interface Calibration {
  file: OpenedFile;
  rows: ReadonlyMap<string, readonly string[]>;
}

/** The entries that are read. */
const ENTRIES = /^(?:P\d|[PS]_rect_0\d|R0_rect|R_rect(?:_00)?|Tr(?:_velo_(?:to_)?cam)?|R|T)$/;

const isCalibration = ({ text }: OpenedFile) => /^P_?(?:rect_0)?[0-3]:?\s/m.test(text);
/** `calib_velo_to_cam.txt` has nothing but a rotation and a translation, as `calib_imu_to_velo.txt` does. */
const isMotion = ({ text }: OpenedFile) => /^R:\s/m.test(text) && /^T:\s/m.test(text);
const isScanner = (file: OpenedFile) => isMotion(file) && !/imu/i.test(file.name);

/** KITTI's calibrations as one of the camera formats. */
export const kitti: CameraFormat = {
  name: "KITTI calib.txt",
  accepts: (file) => isCalibration(file) || isMotion(file),
  read: (files, context) => {
    const calibrations = files.filter(isCalibration);
    if (calibrations.length === 0) {
      refuse(
        files[0]!.name,
        "P_rect_02",
        "the calibration of the cameras is missing",
        "send it with calib_cam_to_cam.txt",
      );
    }
    const own = calibrationOfScan(calibrations, context);
    const calibration = calibrationOf(own, files.filter(isScanner));
    const left = calibrations.filter((file) => file !== own).map(({ name }) => name);
    return {
      specs: photographsOf(own.name, context).map((photo) => specOf(calibration, photo)),
      warnings: left.length === 0 ? [] : [{
        code: "left-out",
        text: `Calibrations of other scans were left out: ${some(left)}.`,
        field: "cameras",
      }],
    };
  },
};

/** The calibration of the scan: the scanner of each stood somewhere else. */
function calibrationOfScan(
  files: readonly OpenedFile[],
  { photoNames, scanName }: CameraContext,
): OpenedFile {
  const [first, second] = files;
  if (!second) return first!;
  const find = photoFinder(photoNames);
  const likely = files.filter(({ name }) => find(stem(name)).length > 0);
  const ofScan = likely.filter(({ name }) => scanName && stem(name) === stem(scanName));
  const [own, other] = ofScan.length > 0 ? ofScan : likely;
  if (own && !other) return own;
  return refuse(
    (other ?? second).name,
    "P2",
    own
      ? `${own.name} and ${other!.name} are the calibrations of two scans`
      : `neither it nor ${first!.name} has the number of a photograph`,
    "send the one that belongs to the scan",
  );
}

/** The entries of a file; those of the scanner's own file count as `Tr`. */
function calibrationOf(file: OpenedFile, scanners: readonly OpenedFile[]): Calibration {
  const rows = rowsOf(file);
  if (NAMES.scanner.some((name) => rows.has(name)) || scanners.length === 0) return { file, rows };
  const [scanner, other] = scanners;
  if (other) {
    refuse(
      other.name,
      "R",
      `${scanner!.name} also says where the scanner is`,
      "send calib_velo_to_cam.txt only",
    );
  }
  const motion = rowsOf(scanner!);
  const rotation = matrixOf({ file: scanner!, rows: motion }, ["R"], 9);
  const shift = matrixOf({ file: scanner!, rows: motion }, ["T"], 3);
  const tr = [0, 1, 2].flatMap((row) => [...rotation.slice(3 * row, 3 * row + 3), shift[row]!]);
  return { file, rows: new Map([...rows, ["Tr", tr.map(String)]]) };
}

function rowsOf(file: OpenedFile): Map<string, string[]> {
  const rows = new Map<string, string[]>();
  for (const { text } of linesOf(file.text)) {
    const [key = "", ...words] = text.trim().split(/\s+/);
    const name = key.replace(/:$/, "");
    if (ENTRIES.test(name)) rows.set(name, words);
  }
  return rows;
}

/** The numbers of the first of these entries that there is. */
function matrixOf(
  { file, rows }: Calibration,
  names: readonly string[],
  count: number,
): number[] {
  const name = names.find((name) => rows.has(name));
  const values = name === undefined ? null : numbersOf(rows.get(name)!);
  if (values?.length === count) return values;
  return refuse(
    file.name,
    name ?? names[0]!,
    name === undefined
      ? `it has none of ${names.join(", ")}`
      : `${name} is no list of ${count} numbers`,
    "send the whole calibration; that of the raw data is calib_cam_to_cam.txt and calib_velo_to_cam.txt",
  );
}

function specOf(calibration: Calibration, photograph: string): CameraSpec {
  const { name } = calibration.file;
  const number = Number(CAMERA_FOLDER.exec(photograph)?.[1] ?? LEFT_COLOUR);
  const entry = `P${number}`;
  const p = matrixOf(calibration, [entry, `P_rect_0${number}`], 12);
  const [fx, fy, cx, cy] = [p[0]!, p[5]!, p[2]!, p[6]!];
  const rectified = [p[1], p[4], p[8], p[9]].every((value) => value === 0) && p[10] === 1;
  if (!rectified || !(fx > 0 && fy > 0)) {
    refuse(
      name,
      entry,
      `${entry} is no projection of a rectified camera`,
      "send KITTI's own calibration",
    );
  }
  const tr = requireRigid(fourRows(matrixOf(calibration, NAMES.scanner, 12), 4), name, "Tr");
  const r0 = NAMES.rectify.some((key) => calibration.rows.has(key))
    ? matrixOf(calibration, NAMES.rectify, 9)
    : [1, 0, 0, 0, 1, 0, 0, 0, 1];
  // The last column of P2 is K t, with t from the reference camera to the colour camera.
  const t = [(p[3]! - cx * p[11]!) / fx, (p[7]! - cy * p[11]!) / fy, p[11]!];
  const rectify = requireRigid(fourRows(r0, 3), name, "R0_rect");
  for (let axis = 0; axis < 3; axis++) rectify[4 * axis + 3] = t[axis]!;
  return {
    file: photograph,
    source: name,
    field: entry,
    size: sizeOf(calibration, number),
    pinhole: () => ({ fx, fy, cx, cy }),
    distortion: null,
    worldToCamera: multiply(rectify, tr),
  };
}

/** The size of rectified photographs, which the raw data's calibration gives. */
function sizeOf(calibration: Calibration, number: number): ImageSize | null {
  const key = `S_rect_0${number}`;
  if (!calibration.rows.has(key)) return null;
  const [width, height] = matrixOf(calibration, [key], 2);
  return { width: width!, height: height! };
}

/**
 * The photographs of a calibration: those with its number; else the only one that was sent, or those with the number of
 * the scan, since one calibration may be for a whole sequence.
 *
 * @throws {CameraError} where it could be for any of several
 */
function photographsOf(
  name: string,
  { photoNames, scanName }: CameraContext,
): string[] {
  const find = photoFinder(photoNames);
  const called = (number: string) => find(number).map((index) => photoNames[index]!);
  const own = perCamera(called(stem(name)), name);
  if (own.length > 0) return own;
  if (photoNames.length === 0) return [stem(name)];
  if (photoNames.length === 1) return [...photoNames];
  const ofScan = scanName === undefined ? [] : perCamera(called(stem(scanName)), name);
  if (ofScan.length > 0) return ofScan;
  return refuse(
    name,
    "photograph",
    `one calibration is for a whole sequence, and does not say which of ${photoNames.length} photographs (${
      some(photoNames)
    }) was taken with the scan`,
    "send that one photograph only, or give it the number of the scan, as 000000.png for 000000.bin",
  );
}

/** Photographs of the same number, one of each camera. */
function perCamera(photographs: readonly string[], name: string): string[] {
  const numbers = photographs.map((path) => CAMERA_FOLDER.exec(path)?.[1]);
  if (new Set(numbers).size === photographs.length) return [...photographs];
  return refuse(
    name,
    "photograph",
    `it could be for each of ${some(photographs)}`,
    "send the photograph of one camera, in its folder image_2",
  );
}

function fourRows(values: readonly number[], columns: 3 | 4): Float64Array {
  const out = new Float64Array(16);
  out[15] = 1;
  values.forEach((value, i) => out[4 * Math.floor(i / columns) + i % columns] = value);
  return out;
}
