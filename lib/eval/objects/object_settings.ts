/**
 * The settings of finding objects that are compared: the chosen ones, and those with one of them changed.
 *
 * @module
 */
import {
  INSTANCE_SETTINGS,
  type InstanceSettings,
} from "../../segment/instances/find_instances.ts";

/** Settings, with what every reach is multiplied by. */
export interface ObjectSettings extends InstanceSettings {
  reach: number;
}

/** Name of the chosen settings. */
export const CHOSEN = "as chosen";

const CHANGES: readonly Partial<ObjectSettings>[] = [
  { reach: 0.67 },
  { reach: 1.5 },
  { reach: 2 },
  { rise: 0.3 },
  { rise: 3 },
  { likeness: 0 },
  { likeness: 0.8 },
  { likeness: 0.95 },
  { leastPoints: 5 },
  { leastPoints: 20 },
  { leastCells: 1 },
  { leastCells: 8 },
];

/** Settings by their names. @param tries whether others than the chosen ones are compared */
export function objectSettings(tries: boolean): Map<string, ObjectSettings> {
  const chosen = { ...INSTANCE_SETTINGS, reach: 1 };
  const others = CHANGES.map((change) =>
    [
      Object.entries(change).map(([name, value]) => `${name} ${value}`).join(),
      { ...chosen, ...change },
    ] as const
  );
  return new Map([[CHOSEN, chosen], ...(tries ? others : [])]);
}
