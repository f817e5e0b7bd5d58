/**
 * The options of a segmentation in JSON Schema, made from the schemas that check them.
 *
 * @module
 */
import { z } from "zod";
import { EXTRA_BYTES } from "../../lib/jobs/input.ts";
import { type Method, METHODS } from "../../lib/ttt/methods/mod.ts";
import { COMMON_SETTINGS, DEFAULT_METHOD } from "../../lib/ttt/options.ts";
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
