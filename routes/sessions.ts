/**
 * `/v1/sessions`: online adaptation over a stream of scans. Each scan is labelled with the weights that the session has
 * learned so far, and the session then learns from it. Sessions are independent of each other and outlive the server.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { admit } from "../lib/serving/files/admission.ts";
import { openFormat, writeInput } from "../lib/serving/files/input.ts";
import { learnedFolder } from "../lib/serving/files/learned.ts";
import { readReport } from "../lib/serving/files/result.ts";
import type { Labeller } from "../lib/serving/labeller/labeller.ts";
import {
  scanOptions,
  type Session,
  SESSION_METHOD,
  sessionOptions,
} from "../lib/serving/sessions/session.ts";
import type { SessionStore } from "../lib/serving/sessions/store.ts";
import { AUTO, findStudent } from "../lib/segment/loaded_students.ts";
import { OptionError } from "../lib/ttt/option_error.ts";
import { answer, answerForm } from "./http/answer.ts";
import { clientOf } from "./http/client.ts";
import { ATTEMPT, type DirectOptions, labelUpload } from "./http/direct.ts";
import { BodyFile } from "./http/file_body.ts";
import { receiveOptions } from "./http/options_body.ts";
import { RequestError } from "./http/problem.ts";
import { sessionPath, sessionView } from "./http/session_view.ts";
import { receiveInput } from "./http/upload.ts";

/** What the routes need. */
export interface SessionRouteOptions extends DirectOptions {
  sessions: SessionStore;
}

/** Routes under `/v1/sessions`. */
export function sessionRoutes(options: SessionRouteOptions): Hono {
  const { sessions } = options;
  return new Hono()
    .post("/", (c) => beginSession(c, options))
    .get("/:id", async (c) => c.json(sessionView(sessions, await sessions.get(c.req.param("id")))))
    .delete("/:id", async (c) => {
      await sessions.remove(c.req.param("id"));
      return c.body(null, 204);
    })
    .post("/:id/scans", (c) => segmentInSession(c, c.req.param("id"), options))
    .get("/:id/weights", (c) => sendWeights(c, c.req.param("id"), sessions))
    .post("/:id/reset", async (c) => {
      const session = await sessions.change(
        c.req.param("id"),
        c.req.raw.signal,
        (_, keep) => keep({ learned: null, scans: 0, drift: null }),
      );
      return c.json(sessionView(sessions, session));
    });
}

async function beginSession(
  c: Context,
  { labeller: { students }, limits, sessions }: SessionRouteOptions,
): Promise<Response> {
  const options = sessionOptions(await receiveOptions(c.req.raw, limits));
  const student = findStudent(students, options.student);
  if ((student ? [student] : students).every(({ teacher }) => teacher === null)) {
    throw new OptionError(
      `Cannot begin a session: ${
        student ? `student ${student.name}` : "every student of this server"
      } was trained on labels alone and has no teacher for ${SESSION_METHOD}; take another student`,
      "student",
    );
  }
  const session = await sessions.begin({
    client: clientOf(c),
    student: student?.card.id ?? null,
    teacher: student?.teacher?.id ?? null,
    options,
  });
  return c.json(sessionView(sessions, session), 201, { location: sessionPath(session) });
}

/** Labels a scan with what the session has learned, and keeps what it learns from the scan. */
async function segmentInSession(
  c: Context,
  id: string,
  options: SessionRouteOptions,
): Promise<Response> {
  const { labeller, answers, limits, semaphore, sessions, leaving } = options;
  const request = c.req.raw;
  const ended = AbortSignal.any([request.signal, leaving]);
  const begun = await sessions.get(id);
  requireStudent(labeller, begun);
  semaphore.requirePlace();
  // Its place is free again once its files are gone.
  using place = new DisposableStack();
  await using work = await sessions.workFolder();
  const folder = work.path;
  const received = await limits.underWay
    .during(clientOf(c), () => receiveInput(request, folder, limits));
  const inputFor = ({ student, learned, scans }: Session) => ({
    ...received,
    // The first scan decides where the session was created without a student.
    options: { ...scanOptions(begun, received.options), student: student ?? AUTO },
    sequence: { learned, title: `session ${id}, scan ${scans + 1}` },
  });
  const expected = inputFor(begun);
  // Whatever can be refused now is refused before the wait for the session and the GPU.
  await admit(folder, expected, labeller);
  const reservation = place.use(semaphore.reserve());
  const form = answerForm(c, await openFormat(folder, expected));
  // Scans are processed in the order in which their uploads end.
  return await sessions.change(id, ended, async (session, keep, stop) => {
    await writeInput(folder, inputFor(session));
    await labelUpload(options, folder, received.scan.name, reservation, stop);
    const report = await readReport(folder, ATTEMPT);
    const response = await answer(c, answers, folder, ATTEMPT, form);
    try {
      // Kept last, so that a session learns nothing from a scan without an answer.
      stop.throwIfAborted();
      await keep({
        learned: learnedFolder(folder, ATTEMPT),
        scans: session.scans + 1,
        drift: report.drift ?? null,
        binding: report,
      });
    } catch (error) {
      await response.body?.cancel();
      throw error;
    }
    return response;
  });
}

/** @throws {RequestError} 409 where this server does not run the student of the session. */
function requireStudent(labeller: Labeller, { id, student }: Session): void {
  const ids = labeller.students.map(({ card }) => card.id);
  if (student === null || ids.includes(student)) return;
  throw new RequestError(
    409,
    `Cannot continue session ${id}: it adapts student ${student}, and this server runs ` +
      `${ids.join(", ")}; start it with that student, or begin another session`,
  );
}

async function sendWeights(c: Context, id: string, sessions: SessionStore): Promise<Response> {
  const weights = await sessions.openWeights(id);
  if (weights === null) {
    throw new RequestError(
      409,
      `Cannot give the weights of session ${id}: it has not learned from any scan yet; send one, or use its student`,
    );
  }
  const headers = {
    "content-type": "application/octet-stream",
    "content-length": `${weights.bytes}`,
    "content-disposition": `attachment; filename="session-${id}.safetensors"`,
  };
  if (c.req.method === "HEAD") {
    await weights.file.close();
    return c.body(null, 200, headers);
  }
  const file = new BodyFile(weights.file, weights.bytes);
  return c.body(file.body(() => file.close()), 200, headers);
}
