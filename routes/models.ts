/**
 * Which models label the scans: the cards of student and teacher.
 *
 * @module
 */
import { Hono } from "hono";
import type { Labeller } from "../lib/serving/labeller/labeller.ts";

/** Routes under `/v1/models`. */
export function modelRoutes(labeller: Labeller): Hono {
  return new Hono().get(
    "/",
    (c) =>
      c.json({
        students: [labeller.student],
        teachers: labeller.teacher ? [labeller.teacher] : [],
      }),
  );
}
