/**
 * Holds a labelled answer against the file that was sent, through loaders.gl as it comes, not through our
 * own readers.
 *
 * @module
 */
import { parse } from "@loaders.gl/core";
import { LAZRsLoader } from "@loaders.gl/las";
import { PLYLoader } from "@loaders.gl/ply";

/** Attributes that hold labels and may differ: PLY's, and the classification of LAS. */
const LABELS = ["label", "confidence", "label_confidence", "classification"];

type MeshAttributes = Record<string, { value: ArrayLike<number> }>;

/** What was compared. */
export interface LabelledFileCheck {
  points: number;
  /** Names of the attributes that are as they were. */
  unchanged: string[];
}

/**
 * Checks that an answer has the same points with the same attributes, and a class for every point.
 *
 * @param classes labels are 0 to `classes` - 1; for LAS, whose classification holds codes, 0 to 255.
 * @throws {Error} naming the attribute and point that differ.
 */
export async function checkLabelledFile(
  original: Uint8Array,
  answer: Uint8Array,
  classes: number,
): Promise<LabelledFileCheck> {
  const before = await attributesOf(original);
  const after = await attributesOf(answer);
  const unchanged = Object.keys(before).filter((name) => !LABELS.includes(name));
  for (const name of unchanged) {
    const [was, is] = [before[name]!.value, after[name]?.value];
    if (!is) throw new Error(`Cannot accept the answer: attribute ${name} is gone`);
    if (is.length !== was.length) {
      throw new Error(
        `Cannot accept the answer: ${name} had ${was.length} values, now ${is.length}`,
      );
    }
    for (let i = 0; i < was.length; i++) {
      if (!Object.is(was[i], is[i])) {
        throw new Error(
          `Cannot accept the answer: value ${i} of ${name} was ${was[i]}, now ${is[i]}`,
        );
      }
    }
  }
  const points = before["POSITION"]!.value.length / 3;
  const isLas = after["classification"] !== undefined;
  const labels = (after["label"] ?? after["classification"])?.value;
  if (labels?.length !== points) {
    throw new Error(`Cannot accept the answer: ${labels?.length ?? 0} labels for ${points} points`);
  }
  const limit = isLas ? 256 : classes;
  for (let i = 0; i < points; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= limit) {
      throw new Error(`Cannot accept the answer: label ${label} of point ${i} is no class`);
    }
  }
  return { points, unchanged };
}

async function attributesOf(bytes: Uint8Array): Promise<MeshAttributes> {
  const buffer = bytes.slice().buffer;
  const options = { worker: false, las: { fp64: true, colorDepth: 16 } } as const;
  const isLas = bytes[0] === 0x4c;
  const { attributes } =
    await (isLas ? parse(buffer, LAZRsLoader, options) : parse(buffer, PLYLoader, options));
  return attributes as MeshAttributes;
}
