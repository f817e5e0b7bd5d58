/**
 * A session as its store and its routes see it: a sequence of scans over which the weights are kept (TTT-KD-O),
 * independent of all other sessions.
 *
 * @module
 */
import { shown } from "../../validation/mod.ts";
import { OptionError, unknownOption } from "../../ttt/option_error.ts";
import { segmentOptions } from "../../segment/options.ts";
import type { SegmentOptions } from "../../segment/segmenter.ts";
import type { Drift } from "../../ttt/online_state.ts";

/** The method of all sessions. */
export const SESSION_METHOD = "ttt-kd-online";

/** The part of a session that is fixed when it begins. */
export interface SessionConfig {
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** The name of the client that began it. */
  readonly client: string;
  /** The checked options of all its scans, by name. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The student that a session adapts: adapted weights fit no other one. Both are null until a scan has decided. */
export interface SessionBinding {
  /** The id of the student. */
  readonly student: string | null;
  /** The id of its teacher. */
  readonly teacher: string | null;
}

/** The part of a session that each change replaces. */
export interface SessionState extends SessionBinding {
  /** The number of scans that it has adapted to since it began or was reset. */
  readonly scans: number;
  /** When it last changed, in milliseconds since 1970. */
  readonly lastUsedAt: number;
  /** The drift after the last scan; null before the first. */
  readonly drift: Drift | null;
}

/** A session in its present state. */
export interface Session extends SessionConfig, SessionState {
  /** A random UUID, so that only those who were told it find the session. */
  readonly id: string;
  /** The number of its changes. */
  readonly generation: number;
  /** The folder of its adapted weights, see `lib/serving/files/learned.ts`; null before the first scan. */
  readonly learned: string | null;
}

/** Limits of the sessions of a server. */
export interface SessionLimits {
  /** The most sessions. */
  sessions: number;
  /** The most of these that one client may have begun. */
  sessionsOfClient: number;
  /** How long an unused session is kept, in hours. */
  keepHours: number;
}

/** The limits of a server that is not told otherwise. */
export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  sessions: 64,
  sessionsOfClient: 16,
  keepHours: 168,
};

/**
 * Checks the options of a new session, and fills in the defaults.
 *
 * @throws {OptionError} naming the field.
 */
export function sessionOptions(
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> & Pick<SegmentOptions, "student"> {
  const { method = SESSION_METHOD } = given;
  if (method !== SESSION_METHOD) {
    throw new OptionError(
      `Cannot begin a session with method ${shown(method)}: sessions adapt by ` +
        `${SESSION_METHOD}; leave the method out, or send the scans to /v1/segment`,
      "method",
    );
  }
  if (given["corrections"] !== undefined) {
    throw new OptionError(
      "Cannot begin a session with corrections: they are of one scan; send them with that scan",
      "corrections",
    );
  }
  // What is kept has the names of today, whatever the client calls it.
  const { settings, former: _, ...common } = segmentOptions({ ...given, method }, true);
  return { ...common, ...settings };
}

/** The options that each scan of a session may set for itself: they affect its answer, or say what is learned from it. */
const OF_SCANS: ReadonlySet<string> = new Set([
  "evaluate",
  "labelMap",
  "labelNames",
  "extraBytes",
  "keepLabels",
  "mapLabels",
  "probabilities",
  "probabilityFields",
  "instances",
  "corrections",
  "steps",
]);

/**
 * Returns the options of a scan in a session.
 *
 * @param given the options that came with the scan.
 * @throws {OptionError} where they would change how the session adapts.
 */
export function scanOptions(
  session: Pick<Session, "options">,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  for (const name of Object.keys(given)) {
    if (OF_SCANS.has(name)) continue;
    throw unknownOption(
      name,
      "one scan of a session",
      [...OF_SCANS],
      "set the others when a session begins",
    );
  }
  if (given["steps"] !== undefined && given["corrections"] === undefined) {
    throw new OptionError(
      "Cannot set steps for one scan of a session without corrections: set them when a session begins",
      "steps",
    );
  }
  return { ...session.options, ...given };
}

/** The session does not exist, or no longer. */
export class SessionGoneError extends Error {
  override name = "SessionGoneError";
  constructor(id: string) {
    super(`Cannot find session ${id}: there is none with this id, or it has expired`);
  }
}

/** Another server has changed the session meanwhile. */
export class SessionConflictError extends Error {
  override name = "SessionConflictError";
  constructor(id: string) {
    super(
      `Cannot change session ${id}: another server on the same folder has changed it meanwhile; send all scans of a session to one server, and look at the session before this scan is sent again`,
    );
  }
}

/** The server has as many sessions as it may, or this client has. */
export class SessionsFullError extends Error {
  override name = "SessionsFullError";
  /** A guess, since nobody knows when a session is deleted. */
  readonly retryAfterSeconds = 60;
  constructor(what: string, option: string) {
    super(
      `Cannot begin another session: there are ${what}; delete one that is done, or start the server with a larger ${option}`,
    );
  }
}
