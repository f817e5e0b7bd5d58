/**
 * The interface of a server, for commands. `main.ts` gives them the implementation, so that nothing under `lib/`
 * depends on HTTP.
 *
 * @module
 */
import type { ServerAccess } from "./access.ts";
import type { Labeller } from "./labeller/labeller.ts";
import type { QueuePlace } from "./queue/open_queue.ts";
import type { SessionLimits } from "./sessions/session.ts";
import type { Progress } from "../ttt/progress.ts";

/** The limits of a server. */
export interface ServerLimits {
  /** The largest body, in bytes. */
  bodyBytes: number;
  /** The most photographs of a scan. */
  images: number;
  /** The most scans that may be at work or waiting at once, once they are here; further ones get 503. */
  places: number;
  /** The most uploads that may be under way at once; further ones get 503. */
  uploads: number;
  /** The most of these that one client may have. */
  uploadsOfClient: number;
  /** How many bytes a second an upload has to bring; a slower one gets 408. */
  leastRate: number;
  /** After how many seconds without a byte of an upload its client gets 408, and its place is free. */
  stallSeconds: number;
  /** After how many seconds an upload gets 408 in any case, so that a trickle cannot keep a place for ever. */
  uploadSeconds: number;
  /** Bytes of the disk that uploads leave free, so that accepted jobs can be finished. */
  reserveBytes: number;
  /**
   * How long a scan at work may still take when the server stops, in seconds, before its job goes back into the queue, or
   * its client gets 503.
   */
  graceSeconds: number;
}

/** The limits of a server that is not told otherwise. */
export const DEFAULT_LIMITS: ServerLimits = {
  bodyBytes: 2 ** 29,
  images: 256,
  places: 8,
  uploads: 64,
  uploadsOfClient: 16,
  leastRate: 1024,
  stallSeconds: 30,
  uploadSeconds: 3600,
  reserveBytes: 2 ** 28,
  graceSeconds: 5,
};

/** Where and for how long a server keeps jobs and sessions. */
export interface ServerData extends QueuePlace {
  /** How long jobs and their results are kept after their end, in hours. */
  keepHours: number;
  sessions: SessionLimits;
}

/** Options of a server. */
export interface ServerOptions {
  labeller: Labeller;
  /** Where jobs and sessions are kept; without it there are none, and nothing stays on the disk. */
  data?: ServerData;
  limits?: ServerLimits;
  /** Who may use it; without it, whoever reaches its address. */
  access?: ServerAccess;
  /** Takes a line of JSON for every answered request and for every new state of a job. */
  log?: (line: string) => void;
  /** Hears of every step of the work on a request, with the name of the scan. */
  onProgress?: (scan: string, progress: Progress) => void;
}

/**
 * A server that listens. Its disposal takes no further work, waits for requests in flight and the job at work, and ends them
 * once their time of grace is over.
 */
export interface Server extends AsyncDisposable {
  /** Its address, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Resolves with a reason once it answers nobody any more, and only another process can. */
  readonly failed: Promise<string>;
}

/** What `main.ts` gives a command. */
export interface Host {
  /**
   * Starts a server. Port 0 takes a free port.
   *
   * @throws {Error} with a code such as `EADDRINUSE` where the server cannot listen there.
   */
  openServer(options: ServerOptions, hostname: string, port: number): Promise<Server>;
}
