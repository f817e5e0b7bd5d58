/**
 * ScanNet's folders: a 4x4 camera-to-world matrix for each frame (`pose/0.txt` for `color/0.jpg`), and
 * `intrinsic_color.txt`. Intrinsics of the depth camera are ignored. Frames for which tracking failed hold -inf and
 * are left out.
 *
 * Source: github.com/ScanNet/ScanNet, SensReader.
 *
 * @module
 */
import {
  type CameraFile,
  type CameraFormat,
  type CameraSpec,
  refuse,
  requireRigid,
} from "./camera_format.ts";
import { photoFinder, stem } from "./match_photographs.ts";
import { inverseRigid } from "./pose.ts";

/** Largest difference of an entry from the identity's. */
const IDENTITY_TOLERANCE = 1e-6;

/** ScanNet's folders as one of the camera formats. */
export const scannet: CameraFormat = {
  name: "ScanNet pose and intrinsic folders",
  accepts: (file) => matrixOf(file) !== null,
  read: (files, photoNames) => {
    const named = (word: string) => files.filter(({ name }) => stem(name) === word);
    const [intrinsics] = named("intrinsic_color");
    if (!intrinsics) {
      const { name } = files[0]!;
      return refuse(
        name,
        "intrinsic_color",
        "intrinsic_color.txt is missing",
        "send it with the poses",
      );
    }
    for (const file of named("extrinsic_color")) {
      const matrix = matrixOf(file)!;
      if (
        !matrix.every((value, i) => Math.abs(value - (i % 5 === 0 ? 1 : 0)) < IDENTITY_TOLERANCE)
      ) {
        refuse(file.name, "matrix", "it is not the identity", "multiply the poses by it");
      }
    }
    const k = matrixOf(intrinsics)!;
    if (!(k[0]! > 0 && k[5]! > 0 && k[1] === 0 && k[4] === 0 && Number.isFinite(k[2]! + k[6]!))) {
      refuse(
        intrinsics.name,
        "matrix",
        "it is no camera matrix",
        "write fx 0 cx 0, 0 fy cy 0, ...",
      );
    }
    const find = photoFinder(photoNames);
    return files
      .filter(({ name }) => !/^(in|ex)trinsic/.test(stem(name)))
      // A folder of poses covers a whole sequence; only some of its photographs are sent.
      .filter(({ name }) => find(stem(name)).length > 0)
      .flatMap((file) => readPose(file, k));
  },
};

function readPose(file: CameraFile, k: Float64Array): CameraSpec[] {
  const pose = matrixOf(file)!;
  if (!pose.every(Number.isFinite)) return [];
  requireRigid(pose, file.name, "matrix");
  const pinhole = { fx: k[0]!, fy: k[5]!, cx: k[2]!, cy: k[6]! };
  return [{
    file: stem(file.name),
    source: file.name,
    field: "matrix",
    size: null,
    pinhole: () => pinhole,
    distortion: null,
    worldToCamera: inverseRigid(pose),
  }];
}

/** The 16 numbers of a file; null where it holds anything else. */
function matrixOf({ text }: CameraFile): Float64Array | null {
  if (text.length > 4096) return null;
  const words = text.trim().split(/\s+/);
  if (words.length !== 16) return null;
  const infinite = /^([-+]?)inf(inity)?$/i;
  const values = words.map((word) =>
    infinite.test(word) || word === "nan" ? -Infinity : Number(word)
  );
  return values.some(Number.isNaN) ? null : Float64Array.from(values);
}
