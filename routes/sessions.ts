/**
 * `/v1/sessions`: online adaptation over a stream of scans. Each scan is labelled by what its session has learned so
 * far and teaches it one thing more; sessions know nothing of each other, and outlive the server.
 *
 * @module
 */
import { Hono } from "hono";
import { inputOptions, openFormat, writeInput } from "../lib/serving/files/input.ts";
import { learnedFolder } from "../lib/serving/files/learned.ts";
import { readReport } from "../lib/serving/files/result.ts";
import {
  scanOptions,
  type Session,
  SESSION_METHOD,
  sessionOptions,
} from "../lib/serving/sessions/session.ts";
import type { SessionStore } from "../lib/serving/sessions/store.ts";
import { OptionError } from "../lib/segment/options.ts";
import { answer, answerForm } from "./http/answer.ts";
import { RequestError } from "./http/problem.ts";
import { sessionPath, sessionView } from "./http/session_view.ts";
import { receiveInput, receiveOptions } from "./http/upload.ts";
import type { SegmentRouteOptions } from "./segment.ts";

/** What the routes need. */
export interface SessionRouteOptions extends SegmentRouteOptions {
  sessions: SessionStore;
}

/** A folder of one request holds one result. */
const ATTEMPT = 0;

/** Routes under `/v1/sessions`. */
export function sessionRoutes(
  { labeller, limits, semaphore, sessions, onProgress }: SessionRouteOptions,
): Hono {
  const requireStudent = ({ id, student }: Session) => {
    if (student === labeller.student.id) return;
    throw new RequestError(
      409,
      `Cannot go on with session ${id}: it has taught student ${student}, and this server runs ` +
        `${labeller.student.id}; start it with that student, or begin another session`,
    );
  };

  return new Hono()
    .post("/", async (c) => {
      const options = sessionOptions(await receiveOptions(c.req.raw, limits));
      const { student, teacher } = labeller;
      if (teacher === null) {
        throw new OptionError(
          `Cannot begin a session: student ${student.id} learned from labels alone and knows no teacher for ${SESSION_METHOD}`,
          "method",
        );
      }
      const session = await sessions.begin({ student: student.id, teacher: teacher.id, options });
      return c.json(sessionView(sessions, session), 201, { location: sessionPath(session) });
    })
    .get("/:id", async (c) => c.json(sessionView(sessions, await sessions.get(c.req.param("id")))))
    .delete("/:id", async (c) => {
      await sessions.remove(c.req.param("id"));
      return c.body(null, 204);
    })
    .post("/:id/scans", async (c) => {
      const begun = await sessions.get(c.req.param("id"));
      requireStudent(begun);
      const { id } = begun;
      using reservation = semaphore.reserve();
      await using work = await sessions.workFolder();
      const folder = work.path;
      const received = await receiveInput(c.req.raw, folder, limits);
      const input = { ...received, options: scanOptions(begun, received.options) };
      // What can be refused at once does not wait for a permit.
      inputOptions({ ...input, sequence: { learned: null, title: "" } });
      const form = answerForm(c, await openFormat(folder, input));
      // Scans come in the order in which their uploads end.
      return await sessions.change(id, c.req.raw.signal, async (session, keep, stop) => {
        const scans = session.scans + 1;
        const sequence = { learned: session.learned, title: `session ${id}, scan ${scans}` };
        await writeInput(folder, { ...input, sequence });
        await reservation.acquire(stop);
        await labeller.label(folder, ATTEMPT, {
          signal: stop,
          ...(onProgress
            ? { onProgress: (progress) => onProgress(input.scan.name, progress) }
            : {}),
        });
        // Other sessions and jobs need not wait until this one's answer is made.
        reservation.release();
        const { drift = null } = await readReport(folder, ATTEMPT);
        const response = await answer(c, labeller, folder, ATTEMPT, form);
        try {
          // Last, so that a scan without an answer has taught nothing.
          stop.throwIfAborted();
          await keep({ learned: learnedFolder(folder, ATTEMPT), scans, drift });
        } catch (error) {
          await response.body?.cancel();
          throw error;
        }
        return response;
      });
    })
    .get("/:id/weights", async (c) => {
      const id = c.req.param("id");
      const weights = await sessions.openWeights(id);
      if (weights === null) {
        throw new RequestError(
          409,
          `Cannot give the weights of session ${id}: it has learned from no scan yet, so they are those of its student`,
        );
      }
      const headers = {
        "content-type": "application/octet-stream",
        "content-length": `${weights.bytes}`,
        "content-disposition": `attachment; filename="session-${id}.safetensors"`,
      };
      if (c.req.method === "HEAD") {
        weights.file.close();
        return c.body(null, 200, headers);
      }
      return c.body(weights.file.readable, 200, headers);
    })
    .post("/:id/reset", async (c) => {
      const session = await sessions.change(
        c.req.param("id"),
        c.req.raw.signal,
        (_, keep) => keep({ learned: null, scans: 0, drift: null }),
      );
      return c.json(sessionView(sessions, session));
    });
}
