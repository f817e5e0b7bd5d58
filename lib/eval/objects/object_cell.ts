/**
 * What was found of the objects of one scene, as a line of a journal.
 *
 * @module
 */
import { z } from "zod";
import { averagePrecision, type Detections } from "../../metrics/average_precision.ts";
import { validate } from "../../validation/mod.ts";

const DetectionsSchema = z.strictObject({
  found: z.array(z.strictObject({ confidence: z.number(), isRight: z.boolean() })),
  objects: z.int().nonnegative(),
});

const ObjectCellSchema = z.strictObject({
  /** Method, domain and scene. */
  key: z.string(),
  method: z.string(),
  domain: z.string(),
  scene: z.int().nonnegative(),
  /** By settings of the objects, then by class. */
  detections: z.record(z.string(), z.array(DetectionsSchema)),
});

/** The objects that a method found in a scene, by each of some settings. */
export type ObjectCell = z.infer<typeof ObjectCellSchema>;

/** Checks that a line of the journal is a cell. @throws {SyntaxError} naming the field that is wrong */
export function parseObjectCell(value: unknown): ObjectCell {
  return validate(
    ObjectCellSchema,
    value,
    ({ problem, field = "cell" }) => new SyntaxError(`${problem} (field ${field})`),
  );
}

/** The average precision of each class over the scenes of some cells; null for classes without true objects. */
export function precisionByClass(
  cells: readonly ObjectCell[],
  settings: string,
): (number | null)[] {
  const classes = cells[0]?.detections[settings]?.length ?? 0;
  return Array.from({ length: classes }, (_, label) => {
    const all = cells.map(({ detections }) => detections[settings]![label] as Detections);
    return averagePrecision({
      found: all.flatMap(({ found }) => found),
      objects: all.reduce((sum, { objects }) => sum + objects, 0),
    });
  });
}

/** The mean over the classes that have true objects; NaN where none has. */
export function meanPrecision(precisions: readonly (number | null)[]): number {
  const known = precisions.filter((precision) => precision !== null);
  return known.reduce((sum, precision) => sum + precision, 0) / known.length;
}
