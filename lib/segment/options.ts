/**
 * The settings of a segmentation: the one place that checks what a client or a command line sent. What a
 * method can be told stands with the method.
 *
 * @module
 */
import { OptionError } from "../ttt/option_error.ts";
import {
  choiceSetting,
  flagSetting,
  type Method,
  METHODS,
  numberSetting,
} from "../ttt/methods/mod.ts";
import type { SegmentOptions } from "./types.ts";

export { OptionError };

/**
 * What labels a scan with photographs unless told otherwise: the best on validation scenes of the procedural
 * rooms, by `deno task eval --tune --scenes 2`.
 */
export const DEFAULT_METHOD = "ttt-kd-fusion";

/**
 * What labels by virtual views unless told otherwise: fusing with what a teacher says of pictures unlike its own costs
 * far more than being drawn towards them (validation scenes, `deno task eval --studies virtual-views --split validation`).
 */
const VIRTUAL_METHOD = "ttt-kd";

const VOXEL_SIZE = numberSetting(0, { min: 1e-4, max: 1e3 });
const EVALUATE = flagSetting(true);
const VIEW_SOURCE = choiceSetting("photographs", ["photographs", "virtual"]);

/**
 * A method by name.
 *
 * @throws {OptionError} listing the methods there are.
 */
export function methodOf(name: unknown): Method {
  const method = METHODS.get(name as string);
  if (method) return method;
  throw new OptionError(
    `Cannot use method ${JSON.stringify(name)}: it is one of ${[...METHODS.keys()].join(", ")}`,
    "method",
  );
}

/**
 * Checks settings and fills in the defaults. Numbers and booleans may be strings, as in a query.
 *
 * @param given what a client sent, by name: `method`, `viewSource`, `voxelSize`, `evaluate`, and the method's own settings.
 *   `viewSource` says what the teacher looks at: the `photographs` that came (the default), or `virtual` views of the scan
 *   itself. The latter have to be asked for: on validation scenes they gain nothing over `bn`.
 * @param hasPhotos with photographs the default method is {@link DEFAULT_METHOD}, by virtual views that were asked for
 *   {@link VIRTUAL_METHOD}, else `bn`.
 * @throws {OptionError} naming the field, what it was and what it may be.
 */
export function segmentOptions(
  given: Readonly<Record<string, unknown>>,
  hasPhotos: boolean,
): SegmentOptions {
  const { method: named, viewSource: wanted, voxelSize, evaluate, ...own } = given;
  const isVirtual = checked(VIEW_SOURCE, "viewSource", wanted) === "virtual";
  const usual = isVirtual ? VIRTUAL_METHOD : hasPhotos ? DEFAULT_METHOD : "bn";
  const method = methodOf(named ?? usual);
  if (method.usesPhotographs && !hasPhotos && !isVirtual) {
    throw new OptionError(
      `Cannot use method ${method.name}: no photographs came with the scan; send images and cameras, set viewSource to virtual, or use method bn`,
      "method",
    );
  }
  return {
    method: method.name,
    // A client that leaves the choice to us may send what adaptation would take: checked, but not used by bn.
    settings: named === undefined && usual === "bn"
      ? (settingsOf(methodOf(DEFAULT_METHOD), own), settingsOf(method, {}))
      : settingsOf(method, own),
    evaluate: checked(EVALUATE, "evaluate", evaluate) as boolean,
    ...(method.usesPhotographs && isVirtual ? { viewSource: "virtual" } : {}),
    ...(voxelSize === undefined
      ? {}
      : { voxelSize: checked(VOXEL_SIZE, "voxelSize", voxelSize) as number }),
  };
}

/**
 * Settings of a method, with its defaults.
 *
 * @throws {OptionError} naming the field.
 */
export function settingsOf(
  method: Method,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const known = Object.keys(method.settings.shape);
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    throw new OptionError(
      `Cannot set "${name}": the options of method ${method.name} are ${
        ["method", "viewSource", "voxelSize", "evaluate", ...known].join(", ")
      }`,
      name,
    );
  }
  return Object.fromEntries(
    known.map((name) => [name, checked(method.settings.shape[name]!, name, given[name])]),
  );
}

/** Options that every method has beside its own, by name. */
export const COMMON_SETTINGS = {
  viewSource: VIEW_SOURCE.describe(
    "what the teacher looks at: the photographs that came, or virtual views rendered of the scan itself",
  ),
  // Without a default: it is the student's.
  voxelSize: VOXEL_SIZE.unwrap().optional().describe(
    "edge of a voxel in metres; by default the one the student was trained with",
  ),
  evaluate: EVALUATE.describe(
    "whether labels in the scan are the student's classes, to be compared with in the report",
  ),
} as const;

interface Schema {
  safeParse(value: unknown):
    | { success: true; data: unknown }
    | { success: false; error: { issues: readonly { message: string }[] } };
}

/**
 * A value that its schema allows, or the default where there is none.
 *
 * @throws {OptionError} naming the field, the value and what it may be.
 */
export function checked(schema: unknown, field: string, value: unknown): unknown {
  const parsed = (schema as Schema).safeParse(value);
  if (parsed.success) return parsed.data;
  throw new OptionError(
    `Cannot set ${field} to ${JSON.stringify(value)}: ${parsed.error.issues[0]!.message}`,
    field,
  );
}
