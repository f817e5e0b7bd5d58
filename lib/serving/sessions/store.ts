/**
 * Sessions on the disk. A folder of the session's id holds how it began (`session.json`) and, as `state-N`, how it
 * stands after its N-th change: a record, and what was learned. The greatest N counts.
 *
 * A change is made ready elsewhere and then renamed to the next N, at once and whole: a server that is killed
 * leaves the state before the change or the one after it. Two servers on one folder cannot both take an N, so
 * neither loses what the other has learned; the second one is told.
 *
 * @module
 */
import { mkdir, mkdtemp, readdir, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder, writeStream } from "../files/durable.ts";
import { WEIGHTS } from "../files/learned.ts";
import { lastChange, ORPHAN_MILLISECONDS, removeFolder } from "../queue/sweep.ts";
import { FifoSemaphore } from "../../concurrency/fifo_semaphore.ts";
import {
  DEFAULT_SESSION_LIMITS,
  type Session,
  type SessionConfig,
  SessionConflictError,
  SessionGoneError,
  type SessionLimits,
  SessionsFullError,
  type SessionState,
} from "./session.ts";

/** What a change comes to. */
export interface Change extends Pick<SessionState, "scans" | "drift"> {
  /** A folder inside a {@link WorkFolder} with what is learned now; null where that is nothing. */
  learned: string | null;
}

/** A folder to make a change ready in; left by `await using`, it is gone. */
export interface WorkFolder extends AsyncDisposable {
  readonly path: string;
}

/** The weights of a session, opened. The file is the caller's to close. */
export interface OpenWeights {
  file: Deno.FsFile;
  bytes: number;
}

/** Changes of one session that are under way or wait here. */
interface Visits {
  count: number;
  /** One change after the other, in the order in which they are asked for. */
  readonly semaphore: FifoSemaphore;
  /** Aborted when the session is removed. */
  readonly gone: AbortController;
}

const HOUR = 3600_000;
const BEGINNING = "session.json";
const RECORD = "record.json";
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** How often a state may be replaced between finding and reading it. */
const READ_ATTEMPTS = 20;

/** Sessions in a folder; see the module. */
export class SessionStore {
  readonly #folder: string;
  readonly #limits: SessionLimits;
  readonly #now: () => number;
  readonly #visits = new Map<string, Visits>();
  readonly #working = new Set<string>();
  /** One beginning at a time, so that no two take the last place. */
  readonly #beginnings = new FifoSemaphore();

  private constructor(folder: string, limits: SessionLimits, now: () => number) {
    this.#folder = folder;
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Opens the sessions under a server's folder, or makes room for them.
   *
   * @param now the clock, in milliseconds since 1970.
   */
  static async open(
    data: string,
    limits: SessionLimits = DEFAULT_SESSION_LIMITS,
    now: () => number = Date.now,
  ): Promise<SessionStore> {
    const folder = join(data, "sessions");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new SessionStore(folder, limits, now);
  }

  /** When a session is removed unless it is used before. */
  expiresAt({ lastUsedAt }: Pick<Session, "lastUsedAt">): number {
    return lastUsedAt + this.#limits.keepHours * HOUR;
  }

  /** How many there are. */
  async count(): Promise<number> {
    return (await readdir(this.#folder)).filter((name) => ID.test(name)).length;
  }

  /** Begins a session. @throws {SessionsFullError} where there is no room for it. */
  async begin(beginning: Omit<SessionConfig, "createdAt">): Promise<Session> {
    using _permit = await this.#beginnings.acquire();
    const count = await this.count();
    if (count >= this.#limits.sessions) throw new SessionsFullError(count);
    const id = crypto.randomUUID();
    const createdAt = this.#now();
    await using work = await this.workFolder();
    const made = join(work.path, "session");
    const state = join(made, stateName(0));
    await mkdir(state, { recursive: true });
    await writeJson(join(made, BEGINNING), { ...beginning, createdAt });
    await writeJson(
      join(state, RECORD),
      { scans: 0, lastUsedAt: createdAt, drift: null } satisfies SessionState,
    );
    await syncFolder(state);
    await syncFolder(made);
    await rename(made, this.#pathOf(id));
    await syncFolder(this.#folder);
    return await this.get(id);
  }

  /** A session as it stands. @throws {SessionGoneError} where there is none. */
  async get(id: string): Promise<Session> {
    return await this.#read(id, async (path) => {
      const beginning: SessionConfig = await readJson(join(path, BEGINNING));
      const generation = await newestIn(path);
      const state = join(path, stateName(generation));
      const standing: SessionState = await readJson(join(state, RECORD));
      return {
        id,
        ...beginning,
        ...standing,
        generation,
        learned: standing.scans > 0 ? state : null,
      };
    });
  }

  /** The weights of a session; null where it has learned nothing. @throws {SessionGoneError} where there is none. */
  async openWeights(id: string): Promise<OpenWeights | null> {
    return await this.#read(id, async () => {
      const { learned } = await this.get(id);
      if (learned === null) return null;
      const path = join(learned, WEIGHTS);
      const { size: bytes } = await stat(path);
      return { file: await Deno.open(path), bytes };
    });
  }

  /** A new folder beside the sessions. */
  async workFolder(): Promise<WorkFolder> {
    const path = await mkdtemp(join(this.#folder, "work-"));
    this.#working.add(path);
    return {
      path,
      [Symbol.asyncDispose]: async () => {
        await removeFolder(path);
        this.#working.delete(path);
      },
    };
  }

  /**
   * Changes a session, one change after the other in the order in which they are asked for. Until `keep` has
   * resolved, the session stands as before.
   *
   * @param work is given the session, what keeps a change (to be called once at most), and a signal that is aborted
   *   with `signal`, or when the session is removed.
   * @throws {SessionGoneError} where the session is none, or is removed meanwhile.
   * @throws {SessionConflictError} where another server has changed it meanwhile.
   */
  async change<T>(
    id: string,
    signal: AbortSignal,
    work: (
      session: Session,
      keep: (change: Change) => Promise<Session>,
      stop: AbortSignal,
    ) => Promise<T>,
  ): Promise<T> {
    using owned = new DisposableStack();
    const visits = this.#enter(id, owned);
    const stop = AbortSignal.any([signal, visits.gone.signal]);
    owned.use(await visits.semaphore.acquire(stop));
    const session = await this.get(id);
    try {
      return await work(session, (change) => this.#keep(session, change), stop);
    } catch (error) {
      stop.throwIfAborted();
      // What another server did to the files may be why this failed.
      const { generation } = await this.get(id);
      if (generation !== session.generation) throw new SessionConflictError(id);
      throw error;
    }
  }

  /** Removes a session; changes that are under way stop. @throws {SessionGoneError} where there is none. */
  async remove(id: string): Promise<void> {
    await this.get(id);
    this.#visits.get(id)?.gone.abort(new SessionGoneError(id));
    // At once for everybody, however long its files take.
    await using work = await this.workFolder();
    try {
      await rename(this.#pathOf(id), join(work.path, "session"));
    } catch (error) {
      throw codeOf(error) === "ENOENT" ? new SessionGoneError(id) : error;
    }
    await syncFolder(this.#folder);
  }

  /** Removes sessions that nobody has used for long, and what servers left that were killed at work. */
  async sweep(): Promise<void> {
    const now = this.#now();
    for (const name of await readdir(this.#folder)) {
      try {
        if (ID.test(name)) {
          if (this.#visits.has(name) || this.expiresAt(await this.get(name)) > now) continue;
          await this.remove(name);
        } else {
          const path = join(this.#folder, name);
          if (this.#working.has(path)) continue;
          if (await lastChange(path) < now - ORPHAN_MILLISECONDS) await removeFolder(path);
        }
      } catch (error) {
        // Another server was faster.
        if (!(error instanceof SessionGoneError)) throw error;
      }
    }
  }

  #pathOf(id: string): string {
    if (!ID.test(id)) throw new SessionGoneError(id);
    return join(this.#folder, id);
  }

  #enter(id: string, owned: DisposableStack): Visits {
    const visits = this.#visits.get(id) ??
      { count: 0, semaphore: new FifoSemaphore(), gone: new AbortController() };
    this.#visits.set(id, visits);
    visits.count++;
    owned.defer(() => {
      if (--visits.count === 0) this.#visits.delete(id);
    });
    return visits;
  }

  /** Reads from the folder of a session; again where a change or another server took a file away meanwhile. */
  async #read<T>(id: string, read: (path: string) => Promise<T>): Promise<T> {
    const path = this.#pathOf(id);
    for (let attempt = 1;; attempt++) {
      try {
        return await read(path);
      } catch (error) {
        if (codeOf(error) !== "ENOENT" || attempt === READ_ATTEMPTS) throw error;
        if (!await exists(path)) throw new SessionGoneError(id);
      }
    }
  }

  /** Makes a change last: the next state, in one rename. */
  async #keep(session: Session, { learned, scans, drift }: Change): Promise<Session> {
    const { id } = session;
    const path = this.#pathOf(id);
    const generation = session.generation + 1;
    await using work = await this.workFolder();
    const ready = learned ?? join(work.path, "state");
    if (learned === null) await mkdir(ready);
    const standing: SessionState = { scans, lastUsedAt: this.#now(), drift };
    await writeJson(join(ready, RECORD), standing);
    await syncFolder(ready);
    const state = join(path, stateName(generation));
    try {
      await rename(ready, state);
    } catch (error) {
      if (codeOf(error) === "ENOENT") throw new SessionGoneError(id);
      throw TAKEN.has(codeOf(error) ?? "") ? new SessionConflictError(id) : error;
    }
    await syncFolder(path);
    // A state of this number may have come and gone, on a server that is further on.
    if (await newestIn(path) !== generation) {
      await removeFolder(state);
      throw new SessionConflictError(id);
    }
    for (const older of await generationsIn(path)) {
      if (older < generation) await removeFolder(join(path, stateName(older)));
    }
    return { ...session, ...standing, generation, learned: learned === null ? null : state };
  }
}

/** What a rename says where the name is taken by a folder that is not empty. */
const TAKEN: ReadonlySet<string> = new Set(["ENOTEMPTY", "EEXIST", "EPERM"]);

function stateName(generation: number): string {
  return `state-${generation}`;
}

async function generationsIn(path: string): Promise<number[]> {
  return (await readdir(path)).flatMap((name) => {
    const [, number] = /^state-(\d+)$/.exec(name) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}

async function newestIn(path: string): Promise<number> {
  return Math.max(...await generationsIn(path));
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, "utf8"));
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeStream(path, [new TextEncoder().encode(JSON.stringify(value))]);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
