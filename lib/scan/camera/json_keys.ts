/**
 * Keys of JSON files that a reader does not know. One that tells of another lens or another picture than the reader
 * assumes must not be passed over: the projection would be wrong, and nobody would notice.
 *
 * @module
 */
import type { Warning } from "../warning.ts";
import { refuse, some } from "./camera_format.ts";

/** Names of keys that say that a photograph is not what a pinhole took, or not at once. */
const CHANGES_PICTURE = new RegExp(
  "^(?:k_?\\d|p_?\\d|s_?\\d|.*dist(?:ort.*|_?coeff.*|s)?|.*(?:radial|tangential).*|.*fisheye.*|f_?theta.*|xi|skew" +
    "|(?:(?:camera|lens|distortion|projection)_?)?model|(?:camera|lens|distortion|projection)_?type|lens_?mode|lens|projection" +
    "|lat_?long|.*equirect.*|spherical|panoram.*|.*ortho(?:graphic|photo)?|omni.*|rolling_?shutter.*|shutter.*" +
    "|shift_?[xy]|crop.*|flip.*|mirror.*|from_mitsuba)$",
  "i",
);
/** Values that say that a picture is as a pinhole takes it. */
const PINHOLE =
  /^(?:none|no|off|false|global|(?:simple_?)?pin_?hole|perspective|perspectivecamera)?$/i;

/** Whether a value leaves the picture as it is. */
function neutral(value: unknown): boolean {
  if (typeof value === "string") return PINHOLE.test(value.trim());
  if (typeof value === "object" && value !== null) return Object.values(value).every(neutral);
  return !value;
}

/**
 * Refuses an object in which a key that the reader does not know changes the picture, and gives the other unknown
 * keys.
 *
 * @param known keys that the reader applies, or that say nothing about cameras
 * @throws {CameraError} naming the key
 */
export function unknownKeys(
  object: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  source: string,
  field: string,
): string[] {
  const unknown = Object.keys(object).filter((key) => !known.has(key));
  for (const key of unknown) {
    if (!CHANGES_PICTURE.test(key) || neutral(object[key])) continue;
    refuse(
      source,
      field === "" ? key : `${field}.${key}`,
      `${key} says that the photograph is not that of a pinhole, and cannot be applied`,
      "undistort the photographs, and leave it out",
    );
  }
  return unknown.filter((key) => !CHANGES_PICTURE.test(key));
}

/** Makes the warning of unknown keys, where there are any. */
export function unknownKeysWarning(source: string, keys: Iterable<string>): Warning[] {
  const names = [...new Set(keys)];
  if (names.length === 0) return [];
  return [{
    code: "camera-keys",
    text: `${source} says more than is understood (${
      some(names)
    }), and that was ignored; check that the cameras are right without it.`,
    field: "cameras",
  }];
}
