/**
 * Points that a client is asked to correct first, as they lie beside a result.
 *
 * @module
 */
import { rowOfPoint, type Scan } from "../../scan/mod.ts";
import type { SegmentResult } from "../../segment/segmenter.ts";

/** Points that a client gets where it does not say how many. */
export const SUGGESTIONS = 50;
/** Most points that are suggested for one result. */
export const MOST_SUGGESTIONS = 200;

/** A point that is to be corrected, or confirmed. */
export interface Suggestion {
  /** Its row in the client's file, from 0. */
  readonly point: number;
  /** Its place in the coordinates of the scan. */
  readonly position: readonly [number, number, number];
  /** Index and name of the class that the result gives it. */
  readonly label: number;
  readonly class: string;
  /** Probability of that class, 0 to 1. */
  readonly confidence: number;
}

/** The suggestions of a result, the most useful first. */
export function suggestionsOf(
  { positions, origin, leftOut = [] }: Pick<Scan, "positions" | "origin" | "leftOut">,
  { suggestions = new Uint32Array(), labels, confidence, student }: Pick<
    SegmentResult,
    "suggestions" | "labels" | "confidence" | "student"
  >,
): Suggestion[] {
  return Array.from(suggestions, (point) => {
    const [x, y, z] = origin.map((value, axis) => value + positions[3 * point + axis]!);
    const label = labels[point]!;
    return {
      point: rowOfPoint(point, leftOut),
      position: [x!, y!, z!],
      label,
      class: student.classes[label] ?? `class ${label}`,
      confidence: confidence[point]!,
    };
  });
}
