/**
 * The document's part on `/v1/segment`.
 *
 * @module
 */
import { OPTIONS } from "./options.ts";
import { accept, optionsInQuery, scanBody } from "./scan_request.ts";
import {
  bodyProblems,
  busy,
  diskFull,
  labelled,
  notAcceptable,
  unreadable,
} from "./scan_responses.ts";
import type { PathsObject } from "./types.ts";

const options = { $ref: `#/components/schemas/${OPTIONS}` };

/** The paths of segmentation while the client waits. */
export const SEGMENT_PATHS: PathsObject = {
  "/v1/segment": {
    post: {
      operationId: "segment",
      summary: "Label a scan, with or without photographs, and return it",
      description:
        "The client waits for the answer; a client that disconnects stops the work. The GPU works on one scan at a time, and a limited number of scans may wait.",
      tags: ["labelling"],
      parameters: [optionsInQuery(options, { steps: 25 }), accept],
      requestBody: scanBody(options),
      responses: {
        200: labelled,
        ...bodyProblems,
        ...notAcceptable,
        ...unreadable,
        ...busy,
        ...diskFull,
      },
    },
  },
};
