/**
 * The options of a segmentation: the one place that checks what a client or a command line sent. A method's own
 * settings are declared with the method.
 *
 * @module
 */
import { z } from "zod";
import { hasSetting, type Method, SCAN_METHODS } from "../ttt/methods/mod.ts";
import { labelNamesOf, LENGTH_UNITS, LONGEST_UNIT, SHORTEST_UNIT, UP_AXES } from "../scan/mod.ts";
import { OptionError, unknownOption } from "../ttt/option_error.ts";
import { choiceSetting, flagSetting, nameSetting, numberSetting } from "../ttt/settings.ts";
import { parseJson, shown, validate } from "../validation/mod.ts";
import { currentNames } from "./former_names.ts";
import { AUTO } from "./loaded_students.ts";
import type { SegmentOptions } from "./segmenter.ts";

/**
 * The default method for a scan with photographs: the best on validation scenes of the procedural rooms, by
 * `npx -y deno@2.9.6 task eval --tune --scenes 2`.
 */
export const DEFAULT_METHOD = "ttt-kd-fusion";

/**
 * The default method for virtual views. They look unlike the teacher's own pictures, and fusing with its probe loses
 * far more than distilling from it (validation scenes, `npx -y deno@2.9.6 task eval --studies virtual-views --split validation`).
 */
const VIRTUAL_METHOD = "ttt-kd";

/** The method that learns from corrections where there is nothing to distil from. */
export const CORRECTED_METHOD = "corrections";

const STUDENT = nameSetting(AUTO, "it is the name of a student, or auto");
const STRICT = flagSetting(false);
const VOXEL_SIZE = numberSetting(0, { min: 1e-4, max: 1e3 });
const EVALUATE = flagSetting(true).unwrap().optional();
const CLASS = z.union([z.string(), z.number().int()]);
const MAP_MEND = 'it is an object such as {"7": "chair", "8": ["wall", "beam"], "0": null}';
const LABEL = z.string().regex(
  /^-?\d+$/,
  `labels are numbers, and labelNames may name them; ${MAP_MEND}`,
);
const LABEL_MAP = z.preprocess(
  (value) => typeof value === "string" ? jsonOr(value) : value,
  z.record(LABEL, z.union([CLASS, z.array(CLASS), z.null()], MAP_MEND), MAP_MEND),
).optional();
const NAMES_MEND = 'it is what a labels.json holds, such as {"7": "chair"}';
const LABEL_NAMES = z.preprocess(
  (value) => typeof value === "string" ? jsonOr(value) : value,
  z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())], NAMES_MEND),
).optional();
const CORRECTIONS_MEND =
  'it is an object of classes and numbers of points, such as {"chair": [17, 290]}';
const CORRECTIONS = z.preprocess(
  (value) => typeof value === "string" ? jsonOr(value) : value,
  z.record(z.string(), z.array(z.int().min(0), CORRECTIONS_MEND), CORRECTIONS_MEND),
).optional();
const UNITS = ["auto", ...Object.keys(LENGTH_UNITS) as (keyof typeof LENGTH_UNITS)[]] as const;
const UNIT_MEND = `it is one of ${
  UNITS.join(", ")
}, or the metres of one unit, from ${SHORTEST_UNIT} to ${LONGEST_UNIT}`;
const UNIT = z.preprocess(
  (value) => typeof value === "string" && value.trim() !== "" && !isNaN(+value) ? +value : value,
  z.union([z.enum(UNITS), z.number().min(SHORTEST_UNIT).max(LONGEST_UNIT)], UNIT_MEND),
).default("auto");
const UP = choiceSetting("auto", ["auto", ...UP_AXES]);
const VIEW_SOURCE = choiceSetting("photographs", ["photographs", "virtual"]);

/**
 * Finds a method by name.
 *
 * @throws {OptionError} listing the methods that there are.
 */
export function methodOf(name: unknown): Method {
  const method = SCAN_METHODS.get(name as string);
  if (method) return method;
  throw new OptionError(
    `Cannot use method ${shown(name)}: it is one of ${[...SCAN_METHODS.keys()].join(", ")}`,
    "method",
  );
}

/**
 * Checks options and fills in the defaults. Numbers and booleans may be strings, as in a query.
 *
 * @param given what a client sent, by name: `student`, `strict`, `method`, `viewSource`, `voxelSize`, `unit`, `up`,
 *   `evaluate`, `labelMap`, `labelNames`, `corrections`, and the method's own settings. `viewSource` says what the teacher describes: the `photographs` that came (the default), or `virtual`
 *   views rendered of the scan itself, which on validation scenes gain nothing over `bn`. Former names are taken, too.
 * @param hasPhotos whether photographs came. Then the default method is `ttt-kd-fusion`; with virtual views it is
 *   `ttt-kd`; otherwise `bn`.
 * @throws {OptionError} naming the field, its value and the values that are allowed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const options = segmentOptions({ method: "ttt-kd", steps: 10, voxelSize: "0.1" }, true);
 * assert.equal(options.settings.steps, 10);
 * assert.equal(options.settings.momentum, 0.9);
 * assert.equal(options.voxelSize, 0.1);
 * // Without photographs there is nothing to distil from.
 * assert.equal(segmentOptions({}, false).method, "bn");
 * assert.throws(() => segmentOptions({ method: "ttt-kd" }, false), /no photographs came/);
 * ```
 */
export function segmentOptions(
  given: Readonly<Record<string, unknown>>,
  hasPhotos: boolean,
): SegmentOptions {
  const { options, former } = currentNames(given);
  const { student, strict, method: named, viewSource: wanted, ...others } = options;
  const { voxelSize, unit, up, evaluate, labelMap, labelNames, corrections: said, ...own } = others;
  const corrections = checked(CORRECTIONS, "corrections", said);
  const isVirtual = checked(VIEW_SOURCE, "viewSource", wanted) === "virtual";
  const blindMethod = corrections ? CORRECTED_METHOD : "bn";
  const usual = isVirtual ? VIRTUAL_METHOD : hasPhotos ? DEFAULT_METHOD : blindMethod;
  const method = methodOf(named ?? usual);
  if (method.usesPhotographs && !hasPhotos && !isVirtual) {
    throw new OptionError(
      `Cannot use method ${method.name}: no photographs came with the scan; send images and cameras, set viewSource to virtual, or use method bn`,
      "method",
    );
  }
  // What was sent for no method in particular.
  const open = named === undefined ? own : {};
  const blind = { method: blindMethod, settings: settingsOfThose(methodOf(blindMethod), open) };
  // A client that leaves the method to us may send settings of the default one, whichever labels the scan.
  const settings = named === undefined && usual === blindMethod
    ? (settingsOf(methodOf(DEFAULT_METHOD), own), blind.settings)
    : settingsOf(method, own);
  const sent = Object.keys(open).filter((name) => open[name] !== undefined);
  requireCorrections(method, corrections);
  return {
    student: checked(STUDENT, "student", student),
    strict: checked(STRICT, "strict", strict),
    method: method.name,
    settings,
    ...(named === undefined && !corrections
      ? { otherwise: usual === "bn" ? { method: "source", settings: {} } : blind }
      : {}),
    ...(evaluate === undefined ? {} : { evaluate: checked(EVALUATE, "evaluate", evaluate)! }),
    ...(labelMap === undefined ? {} : { labelMap: checked(LABEL_MAP, "labelMap", labelMap)! }),
    ...(labelNames === undefined
      ? {}
      : { labelNames: namesOf(checked(LABEL_NAMES, "labelNames", labelNames)) }),
    ...(method.usesPhotographs && isVirtual ? { viewSource: "virtual" } : {}),
    ...(corrections ? { corrections } : {}),
    ...(former.length > 0 ? { former } : {}),
    ...(sent.length > 0 ? { sent } : {}),
    unit: checked(UNIT, "unit", unit),
    up: checked(UP, "up", up),
    ...(voxelSize === undefined ? {} : { voxelSize: checked(VOXEL_SIZE, "voxelSize", voxelSize) }),
  };
}

/** @throws {OptionError} where a method has to learn from corrections and there are none, or the other way round. */
function requireCorrections(
  { name, takesCorrections }: Method,
  corrections: SegmentOptions["corrections"],
): void {
  if (name === CORRECTED_METHOD && !corrections) {
    throw new OptionError(
      `Cannot use method ${name}: there are no corrections; send some, such as {"chair": [17, 290]}`,
      "corrections",
    );
  }
  if (!corrections || takesCorrections) return;
  const able = [...SCAN_METHODS.values()].filter((method) => method.takesCorrections);
  throw new OptionError(
    `Cannot correct points by method ${name}: it takes none; use ${
      able.map((method) => method.name).join(", ")
    }`,
    "corrections",
  );
}

/**
 * Checks the settings of a method and fills in its defaults.
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
    throw unknownOption(name, `method ${method.name}`, [
      "method",
      ...Object.keys(commonSettingsOf(method)),
      ...known,
    ]);
  }
  return Object.fromEntries(
    known.map((name) => [name, checked(method.settings.shape[name]!, name, given[name])]),
  );
}

/** Checks those settings that a method has; see {@link settingsOf}. */
function settingsOfThose(
  method: Method,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const had = Object.entries(given).filter(([name]) => hasSetting(method, name));
  return settingsOf(method, Object.fromEntries(had));
}

/** Schemas of the options that every method has beside its own settings, by name. */
export const COMMON_SETTINGS = {
  student: STUDENT.describe(
    "name of a student that `/v1/models` lists; `auto` takes the one that was trained on scans like this one",
  ),
  strict: STRICT.describe(
    "whether to refuse a scan that is unlike those that the student was trained on; otherwise it is labelled with a warning",
  ),
  viewSource: VIEW_SOURCE.describe(
    "what the teacher describes: the photographs that came, or virtual views rendered of the scan itself",
  ),
  // Without a default: it is the student's.
  voxelSize: VOXEL_SIZE.unwrap().optional().describe(
    "edge of a voxel in metres; by default the one the student was trained with",
  ),
  unit: UNIT.describe(
    "unit of the scan's coordinates and of its cameras' poses, by name or as the metres of one unit; auto is what the file's coordinate system says, or else metre",
  ),
  up: UP.describe(
    "axis of the scan that points up; auto is z for LAS, and for PLY a guess from cameras and surfaces, which is z unless much speaks against it",
  ),
  evaluate: EVALUATE.describe(
    "whether the report compares the prediction with the labels of the scan: true where they are the student's classes, false for never; by default where labelMap or the file says what they mean",
  ),
  labelMap: LABEL_MAP.describe(
    "what the labels of the scan mean: the student's class of each, by name or index; a list where a label covers several, which are then compared as one; null for labels that do not count",
  ),
  corrections: CORRECTIONS.describe(
    "what single points are: numbers of points, from 0 in the order of the file, by the name or the index of their class; they vote for it nearby, and steps learn from them where the method has them do so",
  ),
  labelNames: LABEL_NAMES.describe(
    "names of the scan's labels, as a labels.json has them, in place of those in its file: points whose names are classes of the student are compared",
  ),
} as const;

/** Those of {@link COMMON_SETTINGS} that a method takes. */
export function commonSettingsOf(
  { takesCorrections }: Pick<Method, "takesCorrections">,
): Partial<typeof COMMON_SETTINGS> & Omit<typeof COMMON_SETTINGS, "corrections"> {
  const { corrections, ...others } = COMMON_SETTINGS;
  return takesCorrections ? { ...others, corrections } : others;
}

/** The names by label of what a `labels.json` holds. @throws {OptionError} where it holds none. */
function namesOf(json: unknown): Record<string, string> {
  const names = labelNamesOf("labels.json", json);
  if (names) return names;
  throw new OptionError(`Cannot set labelNames to ${shown(json)}: ${NAMES_MEND}`, "labelNames");
}

/** Text as JSON, as a query gives it; the text itself where it is none. */
function jsonOr(text: string): unknown {
  try {
    return parseJson(text, () => new SyntaxError());
  } catch {
    return text;
  }
}

/**
 * Parses a value by its schema, which fills in the default.
 *
 * @throws {OptionError} naming the field, its value and the values that are allowed.
 */
export function checked<S extends z.core.$ZodType>(
  schema: S,
  field: string,
  value: unknown,
): z.output<S> {
  return validate(
    schema,
    value,
    ({ mend }) => new OptionError(`Cannot set ${field} to ${shown(value)}: ${mend}`, field),
  );
}
