/**
 * What a session is to everybody who looks at it: a sequence of scans over which the weights are kept
 * (TTT-KD-O), apart from all others.
 *
 * @module
 */
import { OptionError } from "../../ttt/option_error.ts";
import { segmentOptions } from "../../segment/options.ts";
import type { Drift } from "../../ttt/online_state.ts";

/** How sessions adapt. */
export const SESSION_METHOD = "ttt-kd-online";

/** What is settled when a session begins. */
export interface SessionConfig {
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Identifiers of the models; what was learned with them is of no use to others. */
  readonly student: string;
  readonly teacher: string;
  /** Every option of every scan, by name, as it was checked. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** How a session stands after a change. */
export interface SessionState {
  /** Scans that it has learned from since it began or was reset. */
  readonly scans: number;
  /** When it changed last, in milliseconds since 1970. */
  readonly lastUsedAt: number;
  /** Of the last scan; null before the first. */
  readonly drift: Drift | null;
}

/** A session, as it stands. */
export interface Session extends SessionConfig, SessionState {
  /** A random UUID: who does not know it does not find the session. */
  readonly id: string;
  /** Counts its changes. */
  readonly generation: number;
  /** The folder of what it has learned, see `lib/serving/files/learned.ts`; null where that is nothing. */
  readonly learned: string | null;
}

/** How many sessions are kept, and for how long. */
export interface SessionLimits {
  sessions: number;
  /** How long one is kept that nobody uses. */
  keepHours: number;
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = { sessions: 64, keepHours: 168 };

/**
 * Checks what a session is to begin with, and fills in the defaults.
 *
 * @throws {OptionError} naming the field.
 */
export function sessionOptions(
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { method = SESSION_METHOD } = given;
  if (method !== SESSION_METHOD) {
    throw new OptionError(
      `Cannot begin a session with method ${JSON.stringify(method)}: sessions adapt by ` +
        `${SESSION_METHOD}; leave the method out, or send the scans to /v1/segment`,
      "method",
    );
  }
  const { settings, ...common } = segmentOptions({ ...given, method }, true);
  return { ...common, ...settings };
}

/** Options that every scan of a session may set for itself: they bear on its answer alone. */
const OF_SCANS: ReadonlySet<string> = new Set(["evaluate", "extraBytes"]);

/**
 * The options of a scan in a session.
 *
 * @param given what came with the scan.
 * @throws {OptionError} where that would change how the session adapts.
 */
export function scanOptions(
  session: Pick<Session, "options">,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  for (const name of Object.keys(given)) {
    if (OF_SCANS.has(name)) continue;
    throw new OptionError(
      `Cannot set ${JSON.stringify(name)} for one scan of a session: the options of a scan are ` +
        `${[...OF_SCANS].join(", ")}; set the others when a session begins`,
      name,
    );
  }
  return { ...session.options, ...given };
}

/** There is no such session, or there is none any more. */
export class SessionGoneError extends Error {
  override name = "SessionGoneError";
  constructor(id: string) {
    super(`Cannot find session ${id}: there is none of this id, or its time was over`);
  }
}

/** A session was changed by another server meanwhile. */
export class SessionConflictError extends Error {
  override name = "SessionConflictError";
  constructor(id: string) {
    super(
      `Cannot change session ${id}: another server on the same folder has changed it meanwhile; send all scans of a session to one server, and look how it stands before this one is sent again`,
    );
  }
}

/** There is no room for another session. */
export class SessionsFullError extends Error {
  override name = "SessionsFullError";
  /** A guess: nobody knows when one is deleted. */
  readonly retryAfterSeconds = 60;
  constructor(count: number) {
    super(
      `Cannot begin another session: there are ${count}; delete one that is done, or start the server with a larger --max-sessions`,
    );
  }
}
