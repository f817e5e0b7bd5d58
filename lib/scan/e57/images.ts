/**
 * What the XML of an E57 file says of its photographs: where their bytes lie, how they were projected, and where the
 * camera stood.
 *
 * Source: ASTM E2807-11, section 8.4, and libe57.org, "Coordinate systems".
 *
 * @module
 */
import { type E57Pose, poseOf, wholeNumber } from "./pose.ts";
import { childOf, type E57Node, numberOf } from "./xml.ts";

/** A photograph that can be placed. */
export interface UsableE57Image {
  /** Its name, as the file gives it. */
  name: string;
  /** Extension for its file: how it is encoded. */
  encoding: "jpg" | "png";
  /** Byte of the file at which its section begins. */
  fileOffset: number;
  /** Bytes of the photograph. */
  bytes: number;
  /** Columns and rows. */
  width: number;
  height: number;
  /** From the camera to the file's coordinates. The camera of a pinhole looks along −z, with y up; that of a panorama along x, with z up. */
  pose: E57Pose;
  /** Intrinsics of a pinhole in pixels, with the corner of the first pixel at (0, 0); null for a panorama of 360 by 180 degrees. */
  pinhole: { fx: number; fy: number; cx: number; cy: number } | null;
}

/** A photograph of a file: usable, or the reason why not. */
export type E57Image = UsableE57Image | { unusable: string };

/** The photographs, in their order. */
export function e57Images(root: E57Node): E57Image[] {
  return (childOf(root, "images2D")?.children ?? []).map((node, index) => imageOf(node, index));
}

function imageOf(node: E57Node, index: number): E57Image {
  const [pinhole, panorama] = [
    childOf(node, "pinholeRepresentation"),
    childOf(node, "sphericalRepresentation"),
  ];
  const shown = pinhole ?? panorama;
  if (!shown) {
    return {
      unusable: childOf(node, "cylindricalRepresentation")
        ? "some are cylindrical"
        : "some do not say how they were projected",
    };
  }
  const [jpeg, png] = [childOf(shown, "jpegImage"), childOf(shown, "pngImage")];
  const [fileOffset, bytes] = ["fileOffset", "length"].map((name) =>
    wholeNumber((jpeg ?? png)?.attributes[name])
  );
  const [width, height] = ["imageWidth", "imageHeight"].map((name) => numberOf(shown, name, 0));
  const pose = poseOf(childOf(node, "pose"));
  if (!fileOffset || !bytes || !pose || !isSize(width!) || !isSize(height!)) {
    return { unusable: "some have no picture, no size, or no pose" };
  }
  const found = {
    name: childOf(node, "name")?.text.trim() || `image ${index}`,
    encoding: jpeg ? "jpg" : "png",
    ...{ fileOffset, bytes, width: width!, height: height!, pose },
  } as const;
  if (!pinhole) {
    // Many files have no meaningful size of pixels, so the shape has to tell.
    return width === 2 * height!
      ? { ...found, pinhole: null }
      : { unusable: "some are panoramas of less than 360 by 180 degrees" };
  }
  const number = (name: string) => numberOf(pinhole, name, NaN);
  const intrinsics = {
    fx: number("focalLength") / number("pixelWidth"),
    fy: number("focalLength") / number("pixelHeight"),
    cx: number("principalPointX"),
    cy: number("principalPointY"),
  };
  const isRight = Object.values(intrinsics).every(Number.isFinite) && intrinsics.fx > 0 &&
    intrinsics.fy > 0;
  return isRight
    ? { ...found, pinhole: intrinsics }
    : { unusable: "some have no focal length or principal point" };
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
