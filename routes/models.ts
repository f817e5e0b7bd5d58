/**
 * `/v1/models`: the cards of the students that label the scans, and of their teachers.
 *
 * @module
 */
import { Hono } from "hono";
import type { Labeller } from "../lib/serving/labeller/labeller.ts";

/** The route `/v1/models`. */
export function modelRoutes(labeller: Labeller): Hono {
  const { students } = labeller;
  // Students may have one teacher in common.
  const teachers = new Map(
    students.flatMap(({ teacher }) => teacher ? [[teacher.id, teacher]] : []),
  );
  return new Hono().get("/", (c) =>
    c.json({
      students: students.map(({ name, card }) => ({ name, ...card })),
      teachers: [...teachers.values()],
    }));
}
