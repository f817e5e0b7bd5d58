/**
 * `/v2`: metadata and health as the Open Inference Protocol defines them, so that whatever monitors KServe, Triton or
 * similar servers can monitor this one too. Inference is left out, since scans are not tensors.
 * (https://github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md)
 *
 * @module
 */
import { Hono } from "hono";
import { notReady, type ReadyParts } from "./health.ts";
import { API_VERSION } from "./openapi/document.ts";

/** Routes under `/v2`. */
export function openInferenceRoutes(parts: ReadyParts): Hono {
  return new Hono()
    .get("/", (c) =>
      c.json({
        name: "ttt-kd",
        version: API_VERSION,
        extensions: [],
        // The protocol has no list of models; clients pass over members that they do not know.
        models: parts.labeller.students.map(({ name }) => name),
      }))
    .get("/health/live", (c) => c.json({ live: true }))
    .get("/health/ready", async (c) => {
      // The specification shows `live` here, its implementations `ready`.
      return await notReady(parts) ?? c.json({ live: true, ready: true });
    });
}
