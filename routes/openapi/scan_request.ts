/**
 * What requests that carry a scan have in common: their body, and their parameters.
 *
 * @module
 */
import { SCAN_TYPES } from "../http/upload.ts";
import type { JsonSchema, ParameterObject, RequestBodyObject } from "./types.ts";

const bytes = { type: "string", contentMediaType: "application/octet-stream" };

/** A scan as the body, with options of a schema. */
export function scanBody(options: JsonSchema): RequestBodyObject {
  return {
    required: true,
    description:
      "The scan alone, or a form with the scan, its photographs and their cameras. A scan is LAS 1.0 to 1.4, LAZ, COPC, PLY, PCD, E57, PTX, text such as CSV and XYZ, or KITTI's `.bin`; the server recognises it by its content, and `.bin` by its name. Photographs inside an E57 file are used where no images come.",
    content: {
      "multipart/form-data": {
        schema: {
          type: "object",
          properties: {
            scan: { ...bytes, description: "the scan, as one file" },
            images: { type: "array", items: bytes, description: "photographs: JPEG, PNG or WebP" },
            cameras: {
              type: "array",
              items: bytes,
              description:
                "cameras of the photographs: cameras.json, or the files of nerfstudio, COLMAP, 3D Gaussian Splatting, KITTI or ScanNet under their own names",
            },
            options,
          },
          required: ["scan"],
          additionalProperties: false,
        },
        encoding: {
          images: { contentType: "image/jpeg, image/png, image/webp" },
          options: { contentType: "application/json" },
        },
      },
      ...Object.fromEntries(SCAN_TYPES.map((type) => [type, {}])),
    },
  };
}

/** Options as parameters of the query. */
export function optionsInQuery(
  schema: JsonSchema,
  example: Readonly<Record<string, unknown>>,
): ParameterObject {
  const query = Object.entries(example).map(([name, value]) => `${name}=${value}`).join("&");
  return {
    name: "options",
    in: "query",
    description:
      `Options, one parameter each, such as \`?${query}\`. An option in the form takes precedence.`,
    style: "form",
    explode: true,
    schema,
    // Without an example, Swagger UI fills in one of its own with the finest voxels that are allowed.
    example,
  };
}

/** The media type that the client wants. */
export const accept: ParameterObject = {
  name: "Accept",
  in: "header",
  description:
    "The media type of the answer; by default the format of the scan. Every scan is converted to PLY or LAS on request.",
  schema: { type: "string" },
};

/** The id of a job or a session. */
export function idInPath(operation: string, example: string): ParameterObject {
  return {
    name: "id",
    in: "path",
    description: `The id that \`${operation}\` returned.`,
    required: true,
    schema: { type: "string", format: "uuid" },
    example,
  };
}
