/**
 * Which classes of a student have objects.
 *
 * @module
 */
import { reachOfClass } from "../../classes/things.ts";
import type { StudentCard } from "../../nn/card.ts";
import type { Warning } from "../../scan/mod.ts";

/** Voxels over which parts of an object are joined at least: in larger voxels, points lie farther apart. */
const LEAST_VOXELS = 1.5;

/**
 * Gives the classes that have objects, with the metres over which parts of one are joined: those that the card names
 * (`things`), and without that those whose names are known.
 *
 * @param voxelSize edge of a voxel in metres.
 */
export function thingsOf(
  { classes, things }: Pick<StudentCard, "classes" | "things">,
  voxelSize: number,
): Map<number, number> {
  const reaches = classes.map((name) => things ? things[name] ?? null : reachOfClass(name));
  return new Map(
    reaches.flatMap((reach, label) =>
      reach === null ? [] : [[label, Math.max(reach, LEAST_VOXELS * voxelSize)]]
    ),
  );
}

/** What is said where objects are wanted of a student that knows none. */
export function withoutThings({ id, classes }: Pick<StudentCard, "id" | "classes">): Warning {
  return {
    code: "instances",
    text: `No objects were looked for: none of the classes of student ${id} (${
      classes.join(", ")
    }) is known to have any; name those that have in its card, as "things": {"${
      classes[0]
    }": 0.3} with the metres over which parts of one object are joined.`,
    field: "instances",
  };
}
