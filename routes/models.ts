/**
 * Which models label the scans: the cards of student and teacher.
 *
 * @module
 */
import { Hono } from "hono";
import type { Segmenter } from "../lib/ttt/types.ts";

/** Routes under `/v1/models`. */
export function modelRoutes(engine: Segmenter): Hono {
  return new Hono().get(
    "/",
    (c) => c.json({ students: [engine.student], teachers: engine.teacher ? [engine.teacher] : [] }),
  );
}
