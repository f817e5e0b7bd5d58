/**
 * The options of a segmentation in JSON Schema, made from the schemas that check them.
 *
 * @module
 */
import { z } from "zod";
import {
  commonSettingsOf,
  CORRECTED_METHOD,
  DEFAULT_METHOD,
  segmentOptions,
} from "../../lib/segment/options.ts";
import { ANSWER_SETTINGS } from "../../lib/serving/files/input.ts";
import { SESSION_METHOD } from "../../lib/serving/sessions/session.ts";
import { type Method, SCAN_METHODS } from "../../lib/ttt/methods/mod.ts";
import type { JsonSchema } from "./types.ts";

/** Name of the component for all options of a request. */
export const OPTIONS = "SegmentOptions";
/** Name of the component for the options of a session. */
export const SESSION_OPTIONS = "SessionOptions";
/** Name of the component for the options of one scan in a session. */
export const SCAN_OPTIONS = "SessionScanOptions";

/** The components: one for each method that a request may name, and their union. */
export function optionSchemas(): Record<string, JsonSchema> {
  const methods = [...SCAN_METHODS.values()].filter(({ online }) => !online);
  const named = Object.fromEntries(methods.map((method) => [nameOf(method), schemaOf(method)]));
  const { method: _, ...properties } = propertiesOf(SCAN_METHODS.get(DEFAULT_METHOD)!);
  const [virtual, blind] = [{ viewSource: "virtual" }, {}].map((given) =>
    segmentOptions(given, false).method
  );
  const unnamed = {
    title: "no method",
    description:
      `The method is ${DEFAULT_METHOD} for a scan with photographs, and ${virtual} where viewSource is virtual. Otherwise it is ${blind}, which uses those of the options that it has; a warning (unused-option) names the others.`,
    type: "object",
    properties,
    additionalProperties: false,
    ...NEEDS_MAP,
  };
  const refs = Object.keys(named).map((name) => ({ $ref: `#/components/schemas/${name}` }));
  return { [OPTIONS]: { oneOf: [unnamed, ...refs], examples: [{ steps: 25 }] }, ...named };
}

/** The components for sessions: the options of a session, and those of one of its scans. */
export function sessionOptionSchemas(): Record<string, JsonSchema> {
  const {
    extraBytes,
    keepLabels,
    mapLabels,
    probabilities,
    probabilityFields,
    instances,
    ...rest
  } = propertiesOf(
    SCAN_METHODS.get(SESSION_METHOD)!,
  );
  const { corrections, ...ofSession } = rest;
  const { evaluate, labelMap, labelNames, steps } = rest;
  const object = (properties: Record<string, JsonSchema>, description: string) => ({
    type: "object",
    properties,
    additionalProperties: false,
    description,
  });
  return {
    [SESSION_OPTIONS]: {
      ...object(
        ofSession,
        "Options of a session; they hold for all its scans.",
      ),
      examples: [{ bound: 0.05 }],
    },
    [SCAN_OPTIONS]: {
      ...object({
        evaluate: evaluate!,
        labelMap: labelMap!,
        labelNames: labelNames!,
        extraBytes: extraBytes!,
        keepLabels: keepLabels!,
        mapLabels: mapLabels!,
        probabilities: probabilities!,
        probabilityFields: probabilityFields!,
        instances: instances!,
        corrections: corrections!,
        steps: steps!,
      }, "Options that a scan of a session may set for itself; steps only with corrections."),
      dependentRequired: { steps: ["corrections"] },
    },
  };
}

function nameOf({ name }: Method): string {
  return `Options.${name}`;
}

function schemaOf(method: Method): JsonSchema {
  return {
    title: method.name,
    description: method.usesPhotographs ? `${method.about}; needs photographs` : method.about,
    type: "object",
    properties: propertiesOf(method),
    required: method.name === CORRECTED_METHOD ? ["method", "corrections"] : ["method"],
    additionalProperties: false,
    ...NEEDS_MAP,
  };
}

/** What answers in the labels of a map need. */
const NEEDS_MAP = {
  if: { properties: { mapLabels: { const: true } }, required: ["mapLabels"] },
  then: { required: ["labelMap"] },
};

function propertiesOf(method: Method): Record<string, JsonSchema> {
  const { name, settings } = method;
  const shape = { ...commonSettingsOf(method), ...ANSWER_SETTINGS, ...settings.shape };
  // The output side: the input may also be text, which the schema of the input cannot express.
  const { properties } = z.toJSONSchema(z.object(shape), { io: "output" });
  return { method: { const: name }, ...properties as Record<string, JsonSchema> };
}
