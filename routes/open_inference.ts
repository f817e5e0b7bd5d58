/**
 * `/v2`: metadata and health as the Open Inference Protocol defines them, so that whatever monitors KServe, Triton or
 * similar servers can monitor this one too. Inference is left out, since scans are not tensors.
 * (https://github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md)
 *
 * @module
 */
import { Hono } from "hono";
import { notReady, type ReadyParts } from "./health.ts";
import { RequestError } from "./http/problem.ts";
import { API_VERSION } from "./openapi/document.ts";

/** The protocol's metadata of a student: what a scan has, and what its answer has, point by point. */
const MODEL_TENSORS = {
  inputs: [{ name: "points", datatype: "FP64", shape: [-1, 3] }],
  outputs: [
    { name: "label", datatype: "UINT8", shape: [-1] },
    { name: "confidence", datatype: "FP32", shape: [-1] },
  ],
} as const;

/** Routes under `/v2`. */
export function openInferenceRoutes(parts: ReadyParts): Hono {
  const { students } = parts.labeller;
  /** @throws {RequestError} 404 where there is no such student. */
  const named = (name: string): string => {
    const names = students.map((student) => student.name);
    if (names.includes(name)) return name;
    throw new RequestError(404, `Cannot find the model ${name}: there are ${names.join(", ")}`);
  };
  return new Hono()
    .get("/", (c) =>
      c.json({
        name: "ttt-kd",
        version: API_VERSION,
        extensions: [],
        // The protocol has no list of models; clients pass over members that they do not know.
        models: students.map(({ name }) => name),
      }))
    .get("/health/live", (c) => c.json({ live: true }))
    .get("/health/ready", async (c) => {
      // The specification shows `live` here, its implementations `ready`.
      return await notReady(parts) ?? c.json({ live: true, ready: true });
    })
    .get(
      "/models/:name",
      (c) => c.json({ name: named(c.req.param("name")), platform: "ttt-kd", ...MODEL_TENSORS }),
    )
    .get("/models/:name/ready", async (c) => {
      const name = named(c.req.param("name"));
      return await notReady(parts) ?? c.json({ name, ready: true });
    });
}
