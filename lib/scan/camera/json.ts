/** Camera files that are JSON. */
import type { CameraFile } from "./spec.ts";

/** What a file holds as JSON; undefined where it is none. */
export function jsonOf({ text }: CameraFile): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
