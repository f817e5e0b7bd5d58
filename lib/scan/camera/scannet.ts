/**
 * ScanNet's folders: a 4x4 camera-to-world matrix for each frame (`pose/0.txt` for `color/0.jpg`),
 * `intrinsic_color.txt`, and the size for which it holds in the scene's own file (`colorWidth = 1296`). Intrinsics of
 * the depth camera are ignored. Frames for which tracking failed hold -inf and are left out.
 *
 * Source: github.com/ScanNet/ScanNet, SensReader.
 *
 * @module
 */
import type { ImageSize } from "../image_size.ts";
import type { OpenedFile } from "./camera_file.ts";
import { type CameraFormat, type CameraSpec, refuse, requireRigid, some } from "./camera_format.ts";
import { photoFinder, stem } from "./match_photographs.ts";
import { inverseRigid } from "./pose.ts";

/** Largest difference of an entry from the identity's. */
const IDENTITY_TOLERANCE = 1e-6;
const INTRINSICS = /^intrinsics?(?:_colou?r)?$/i;
const EXTRINSICS = /^extrinsics?(?:_colou?r)?$/i;
/** Files of matrices that are no poses. */
const NO_POSE = /^(?:in|ex)trinsic/i;
const INFO = /^color(Width|Height)\s*=\s*(\d+)\s*$/gm;

/** ScanNet's folders as one of the camera formats. */
export const scannet: CameraFormat = {
  name: "ScanNet pose and intrinsic folders",
  accepts: (file) => matrixOf(file) !== null || sizeOf(file) !== null,
  read: (files, { photoNames }) => {
    const matrices = files.filter((file) => matrixOf(file) !== null);
    const named = (pattern: RegExp) => matrices.filter(({ name }) => pattern.test(stem(name)));
    const [intrinsics, other] = named(INTRINSICS);
    if (!intrinsics) {
      const { name } = files[0]!;
      return refuse(
        name,
        "intrinsic_color",
        "intrinsic_color.txt is missing",
        "send it with the poses",
      );
    }
    if (other) {
      const both = `${intrinsics.name} and ${other.name} are both there`;
      refuse(other.name, "intrinsic_color", both, "send one");
    }
    for (const file of named(EXTRINSICS)) {
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
    const size = files.map(sizeOf).find((size) => size !== null) ?? null;
    const find = photoFinder(photoNames);
    const poses = matrices
      .filter(({ name }) => !NO_POSE.test(stem(name)))
      // A folder of poses covers a whole sequence; only some of its photographs are sent.
      .filter((file) => find(photographOf(file)).length > 0);
    const isLost = (file: OpenedFile) => !matrixOf(file)!.every(Number.isFinite);
    const lost = poses.filter(isLost);
    if (lost.length > 0 && lost.length === poses.length) {
      refuse(
        lost[0]!.name,
        "matrix",
        `its numbers are -inf: tracking was lost there, as it was for all ${poses.length} photographs`,
        "send photographs whose poses are known",
      );
    }
    return {
      specs: poses.filter((file) => !isLost(file)).map((file) => specOf(file, k, size)),
      warnings: lost.length === 0 ? [] : [{
        code: "left-out",
        text: `Photographs whose poses are -inf were left out, since tracking was lost there: ${
          some(lost.map(({ name }) => name))
        }.`,
        field: "cameras",
      }],
      lost: lost.map(photographOf),
    };
  },
};

/** Photographs lie in `color`, beside pictures of depths and labels with the same numbers. */
function photographOf({ name }: OpenedFile): string {
  return `color/${stem(name)}`;
}

function specOf(file: OpenedFile, k: Float64Array, size: ImageSize | null): CameraSpec {
  const pose = requireRigid(matrixOf(file)!, file.name, "matrix");
  const pinhole = { fx: k[0]!, fy: k[5]!, cx: k[2]!, cy: k[6]! };
  return {
    file: photographOf(file),
    source: file.name,
    field: "matrix",
    size,
    pinhole: () => pinhole,
    distortion: null,
    worldToCamera: inverseRigid(pose),
  };
}

/** The size that the scene's own file gives; null for any other file. */
function sizeOf({ text }: OpenedFile): ImageSize | null {
  const sides = new Map([...text.matchAll(INFO)].map(([, side, value]) => [side, Number(value)]));
  const [width, height] = [sides.get("Width") ?? 0, sides.get("Height") ?? 0];
  return width > 0 && height > 0 ? { width, height } : null;
}

/** The 16 numbers of a file; null where it holds anything else. */
function matrixOf({ text }: OpenedFile): Float64Array | null {
  if (text.length === 0 || text.length > 4096) return null;
  const words = text.trim().split(/\s+/);
  if (words.length !== 16) return null;
  const unknown = /^[-+]?(?:inf(?:inity)?|nan(?:\(ind\))?|1\.#(?:inf|ind|qnan)\w*)$/i;
  const values = words.map((word) => unknown.test(word) ? -Infinity : Number(word));
  return values.some(Number.isNaN) ? null : Float64Array.from(values);
}
