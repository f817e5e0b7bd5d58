/** Camera files that are JSON. */
import type { CameraFile } from "./camera_format.ts";

/** What a file holds as JSON; undefined where it is none. */
export function jsonOf({ text }: CameraFile): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
