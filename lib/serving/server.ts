/**
 * What commands ask of the HTTP side. `main.ts` gives it to them, so that nothing under lib/ knows HTTP.
 *
 * @module
 */
import type { Labeller } from "./labeller/labeller.ts";
import type { QueuePlace } from "./queue/open_queue.ts";
import type { SessionLimits } from "./sessions/session.ts";
import type { Progress } from "../ttt/progress.ts";

/** What one server allows. */
export interface ServerLimits {
  /** Largest body in bytes. */
  bodyBytes: number;
  /** Most photographs of a scan. */
  images: number;
  /** Scans that may be at work or waiting at once; further ones get 503. */
  places: number;
  /** Seconds without a byte of an upload after which its client gets 408, and its place is free. */
  stallSeconds: number;
  /** Seconds after which an upload gets 408 though its bytes come: a trickle may not keep a place for ever. */
  uploadSeconds: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  bodyBytes: 2 ** 29,
  images: 256,
  places: 8,
  stallSeconds: 30,
  uploadSeconds: 3600,
};

/** Where and for how long a server keeps jobs and sessions. */
export interface ServerData extends QueuePlace {
  /** How long jobs and their results are kept after their end. */
  keepHours: number;
  /** What a job at work may still take once the server was told to stop; then it goes back into the queue. */
  graceSeconds: number;
  sessions: SessionLimits;
}

/** What a server is made of. */
export interface ServerOptions {
  labeller: Labeller;
  /** Without it there are no jobs and no sessions, and nothing stays on the disk. */
  data?: ServerData;
  limits?: ServerLimits;
  /** When given, everything under `/v1` asks for it as a bearer token. */
  token?: string;
  /** Takes a line of JSON for every request that was answered, and for every state that a job comes to. */
  log?: (line: string) => void;
  /** Hears of every step of the work, with the name of the scan. */
  onProgress?: (scan: string, progress: Progress) => void;
}

/** A listening server; leaving by `await using` waits for requests in flight, and for the job at work or puts it back. */
export interface Server extends AsyncDisposable {
  /** Its address, such as `http://127.0.0.1:8080`. */
  readonly url: string;
}

/** The program around a command. */
export interface Host {
  /**
   * Starts to listen; port 0 takes a free one.
   *
   * @throws {Error} with a code such as `EADDRINUSE` where it cannot listen there.
   */
  openServer(options: ServerOptions, hostname: string, port: number): Promise<Server>;
}
