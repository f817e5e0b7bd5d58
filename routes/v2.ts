/**
 * `/v2`: health under the names of the Open Inference Protocol, so that what watches KServe, Triton or their like
 * watches this server too. Inference is not among it: scans are no tensors.
 * (https://github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md)
 *
 * @module
 */
import { Hono } from "hono";
import type { Labeller } from "../lib/serving/labeller/labeller.ts";
import type { JobQueue } from "../lib/serving/queue/queue.ts";
import { notReady } from "./health.ts";
import { API_VERSION } from "./openapi/document.ts";

/** Routes under `/v2`. */
export function inferenceProtocolRoutes(labeller: Labeller, queue?: JobQueue): Hono {
  return new Hono()
    .get("/", (c) => c.json({ name: "ttt-kd", version: API_VERSION, extensions: [] }))
    .get("/health/live", (c) => c.json({ live: true }))
    .get("/health/ready", async (c) => {
      // The specification shows `live` here, its implementations `ready`.
      return await notReady(labeller, queue) ?? c.json({ live: true, ready: true });
    });
}
