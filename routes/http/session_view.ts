/**
 * A session as its client sees it, in JSON.
 *
 * @module
 */
import type { Session } from "../../lib/serving/sessions/session.ts";
import type { SessionStore } from "../../lib/serving/sessions/store.ts";

/** Returns the path of a session. */
export function sessionPath({ id }: Pick<Session, "id">): string {
  return `/v1/sessions/${id}`;
}

/** Returns the public members of a session. */
export function sessionView(sessions: SessionStore, session: Session) {
  const { id, scans, drift, student, teacher, options } = session;
  const path = sessionPath(session);
  return {
    id,
    scans,
    drift,
    student,
    teacher,
    options,
    createdAt: timeOf(session.createdAt),
    lastUsedAt: timeOf(session.lastUsedAt),
    expiresAt: timeOf(sessions.expiresAt(session)),
    links: {
      self: path,
      scans: `${path}/scans`,
      weights: `${path}/weights`,
      reset: `${path}/reset`,
    },
  };
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
