/**
 * What the XML of an E57 file says of its scans: where their points lie, which fields these have, and where the scanner
 * stood.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import { type E57Image, e57Images } from "./images.ts";
import { type E57Pose, poseOf, wholeNumber } from "./pose.ts";
import { childOf, type E57Node } from "./xml.ts";

/** A field of the points. */
export type E57Field =
  & { name: string }
  & (
    /** `least` plus an integer of so many bits, times a scale, plus an offset. */
    | { kind: "integer"; bits: number; least: number; scale: number; offset: number }
    | { kind: "float"; bits: 32 | 64 }
    /** Text, or something that a reader does not know. */
    | { kind: "other" }
  );

/** A scan of the file. */
export interface E57Scan {
  name: string;
  /** Number of points. */
  count: number;
  /** Byte of the file at which its points begin. */
  fileOffset: number;
  fields: E57Field[];
  /** From the scanner to the file's coordinates. */
  pose: E57Pose;
}

/** The content of a file. */
export interface E57Layout {
  scans: E57Scan[];
  /** Its photographs. */
  images: readonly E57Image[];
}

/**
 * Reads the layout.
 *
 * @throws {ScanError} naming the element that is wrong
 */
export function e57Layout(root: E57Node, file: string): E57Layout {
  const refuse = (problem: string, field: string): never => {
    throw new ScanError({ file, problem, mend: "write the file again", field });
  };
  const scans = (childOf(root, "data3D")?.children ?? []).map((node, index): E57Scan => {
    const path = `data3D/${index}`;
    const points = childOf(node, "points") ?? refuse("a scan has no points", `${path}/points`);
    const count = wholeNumber(points.attributes["recordCount"]) ??
      refuse("a scan does not count its points", `${path}/points/recordCount`);
    const fileOffset = wholeNumber(points.attributes["fileOffset"]) ??
      refuse("a scan does not say where its points lie", `${path}/points/fileOffset`);
    const prototype = childOf(points, "prototype") ??
      refuse("its points have no fields", `${path}/points/prototype`);
    const fields = prototype.children.map((field) =>
      fieldOf(field) ?? refuse(`field ${field.name} is malformed`, `${path}/points/${field.name}`)
    );
    const codecs = childOf(points, "codecs")?.children ?? [];
    if (codecs.length > 0) {
      refuse("its points are compressed by a codec of an extension", `${path}/points/codecs`);
    }
    const pose = poseOf(childOf(node, "pose")) ?? refuse("its pose is no rotation", `${path}/pose`);
    return {
      name: childOf(node, "name")?.text.trim() || `scan ${index}`,
      count,
      fileOffset,
      fields,
      pose,
    };
  }).filter(({ count }) => count > 0);
  if (scans.length === 0) refuse("it has no points", "data3D");
  return { scans, images: e57Images(root) };
}

function fieldOf({ name, attributes }: E57Node): E57Field | null {
  const given = (attribute: string, otherwise: number) =>
    attributes[attribute] === undefined ? otherwise : Number(attributes[attribute]);
  switch (attributes["type"]) {
    case "Float":
      return { name, kind: "float", bits: attributes["precision"] === "single" ? 32 : 64 };
    case "Integer":
    case "ScaledInteger": {
      // Bounds of 64 bits lose digits as numbers; their difference may not.
      const bounds = [
        attributes["minimum"] ?? `${-(2n ** 63n)}`,
        attributes["maximum"] ?? `${2n ** 63n - 1n}`,
      ];
      if (!bounds.every((bound) => /^\s*[+-]?\d{1,20}\s*$/.test(bound))) return null;
      const [least, most] = bounds.map((bound) => BigInt(bound.trim().replace("+", ""))) as [
        bigint,
        bigint,
      ];
      if (most < least) return null;
      const bits = most === least ? 0 : (most - least).toString(2).length;
      const isScaled = attributes["type"] === "ScaledInteger";
      const [scale, offset] = isScaled ? [given("scale", 1), given("offset", 0)] : [1, 0];
      if (bits > 64 || !Number.isFinite(scale) || !Number.isFinite(offset)) return null;
      return { name, kind: "integer", bits, least: Number(least), scale, offset };
    }
  }
  return { name, kind: "other" };
}
