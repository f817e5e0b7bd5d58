/**
 * Files that lie beside a scan and say something about its labels: lists of class names, which are read, and labels of
 * points in files of their own, which are not.
 *
 * @module
 */
import { basename } from "node:path";
import { isRecord } from "./camera/camera_format.ts";

/** Members of a JSON file that hold the names of labels. */
const MEMBERS =
  /^(?:(?:label|class|category)[_-]?(?:names|map)|labels|classes|categories|names|id2label)$/i;
/** Names of files about labels. */
const ABOUT_LABELS =
  /label|class|categor|semantic|annot|(?:^|[^a-z])(?:gt|ground[_-]?truth)(?:[^a-z]|$)/i;
const WHOLE_NUMBER = /^-?\d+$/;

/**
 * The names of labels in the content of a JSON file: by label, or in the order of the labels; under a member such as
 * `labels`, or as the whole file where its name says what it is about.
 *
 * @param path of the file
 * @returns the names by label; null where it has none
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const chairs = { "7": "chair" };
 * assert.deepEqual(labelNamesOf("labels.json", { labels: chairs }), chairs);
 * assert.deepEqual(labelNamesOf("classes.json", ["wall"]), { "0": "wall" });
 * assert.equal(labelNamesOf("cameras.json", { images: [] }), null);
 * ```
 */
export function labelNamesOf(path: string, json: unknown): Record<string, string> | null {
  // Annotations of photographs list them too, and so do cameras.
  if (isRecord(json) && ("images" in json || "frames" in json)) return null;
  const whole = ABOUT_LABELS.test(basename(path)) ? namesIn(json) : null;
  if (whole || !isRecord(json)) return whole;
  for (const [member, value] of Object.entries(json)) {
    const names = MEMBERS.test(member) ? namesIn(value) : null;
    if (names) return names;
  }
  return null;
}

/** Names by label, `{"7": "chair"}` or `{"7": {"name": "chair"}}`; labels by name; or a list. */
function namesIn(value: unknown): Record<string, string> | null {
  if (Array.isArray(value)) {
    const entries = value.map((entry, index) =>
      isRecord(entry) ? [`${entry["id"]}`, entry["name"]] : [`${index}`, entry]
    );
    return recordOf(entries);
  }
  if (!isRecord(value)) return null;
  const entries = Object.entries(value);
  return recordOf(
    entries.map(([label, name]) => [label, isRecord(name) ? name["name"] : name]),
  ) ?? recordOf(entries.map(([name, label]) => [`${label}`, name]));
}

function recordOf(entries: readonly (readonly unknown[])[]): Record<string, string> | null {
  const fits = entries.length > 0 &&
    entries.every(([label, name]) =>
      WHOLE_NUMBER.test(label as string) && typeof name === "string"
    );
  return fits ? Object.fromEntries(entries as [string, string][]) : null;
}

/** What to add where files are left out among which there may be labels of points. */
export function labelFilesHint(names: readonly string[]): string {
  return names.some((name) => ABOUT_LABELS.test(name))
    ? " Labels of points are read from the scan's own file: the classification of LAS, or the property label of PLY; labelMap says what they mean."
    : "";
}
