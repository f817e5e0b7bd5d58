/**
 * The options of a segmentation in JSON Schema, made from the schemas that check them.
 *
 * @module
 */
import { z } from "zod";
import { EXTRA_BYTES } from "../../lib/serving/files/input.ts";
import { SESSION_METHOD } from "../../lib/serving/sessions/session.ts";
import { type Method, METHODS } from "../../lib/ttt/methods/mod.ts";
import { COMMON_SETTINGS, DEFAULT_METHOD } from "../../lib/segment/options.ts";
import type { Schema } from "./types.ts";

/** Name of the schema of all options among the components. */
export const OPTIONS = "SegmentOptions";

/** The components: one for each method that requests may name, and their union. */
export function optionSchemas(): Record<string, Schema> {
  const methods = [...METHODS.values()].filter(({ online }) => !online);
  const named = Object.fromEntries(methods.map((method) => [nameOf(method), schemaOf(method)]));
  const { method: _, ...properties } = propertiesOf(METHODS.get(DEFAULT_METHOD)!);
  const unnamed = {
    title: "no method",
    description:
      `With photographs as ${DEFAULT_METHOD}; without, the options are checked and the method is bn`,
    type: "object",
    properties,
    additionalProperties: false,
  };
  const refs = Object.keys(named).map((name) => ({ $ref: `#/components/schemas/${name}` }));
  return { [OPTIONS]: { oneOf: [unnamed, ...refs], examples: [{ steps: 25 }] }, ...named };
}

/** Names of the schemas of a session's options, and of one of its scans. */
export const SESSION_OPTIONS = "SessionOptions";
export const SCAN_OPTIONS = "SessionScanOptions";

/** The components for sessions: what one is begun with, and what a scan of one may set for itself. */
export function sessionOptionSchemas(): Record<string, Schema> {
  const { extraBytes, evaluate, ...properties } = propertiesOf(METHODS.get(SESSION_METHOD)!);
  const object = (properties: Record<string, Schema>, description: string) => ({
    type: "object",
    properties,
    additionalProperties: false,
    description,
  });
  return {
    [SESSION_OPTIONS]: {
      ...object(
        { ...properties, evaluate: evaluate! },
        "what a session adapts by, all its scans alike",
      ),
      examples: [{ bound: 0.05 }],
    },
    [SCAN_OPTIONS]: object(
      { evaluate: evaluate!, extraBytes: extraBytes! },
      "what a scan of a session may set for itself",
    ),
  };
}

function nameOf({ name }: Method): string {
  return `Options.${name}`;
}

function schemaOf(method: Method): Schema {
  return {
    title: method.name,
    description: method.usesPhotographs ? `${method.about}; needs photographs` : method.about,
    type: "object",
    properties: propertiesOf(method),
    required: ["method"],
    additionalProperties: false,
  };
}

function propertiesOf({ name, settings }: Method): Record<string, Schema> {
  const shape = { ...COMMON_SETTINGS, extraBytes: EXTRA_BYTES, ...settings.shape };
  // As it comes out: what goes in may be text as well, which a schema of the input could not tell.
  const { properties } = z.toJSONSchema(z.object(shape), { io: "output" });
  return { method: { const: name }, ...properties as Record<string, Schema> };
}
