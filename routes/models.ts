/**
 * `/v1/models`: the cards of the student and the teacher that label the scans.
 *
 * @module
 */
import { Hono } from "hono";
import type { Labeller } from "../lib/serving/labeller/labeller.ts";

/** The route `/v1/models`. */
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
