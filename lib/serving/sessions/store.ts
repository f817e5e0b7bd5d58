/**
 * Sessions on the disk. The folder of a session, named by its id, holds its config (`session.json`) and in `state-N` its
 * state after the N-th change: a record, and the adapted weights. The state with the greatest N counts.
 *
 * A change is prepared elsewhere and then renamed to the next N, which happens at once: a server that is killed leaves
 * the state before the change or the one after it. Two servers on one folder cannot both take the same N, so neither
 * loses the weights of the other; the second one gets an error.
 *
 * @module
 */
import { type FileHandle, mkdir, mkdtemp, open, readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Ages, WALL_AGES } from "../files/clock.ts";
import { DamagedFileError, readJson, syncFolder, writeJson } from "../files/durable.ts";
import { WEIGHTS } from "../files/learned.ts";
import { lastChange, ORPHAN_MILLISECONDS, removeFolder } from "../queue/sweep.ts";
import { FifoSemaphore } from "../../concurrency/fifo_semaphore.ts";
import {
  DEFAULT_SESSION_LIMITS,
  type Session,
  type SessionBinding,
  type SessionConfig,
  SessionConflictError,
  SessionGoneError,
  type SessionLimits,
  SessionsFullError,
  type SessionState,
} from "./session.ts";

/** The result of a change. */
export interface Change extends Pick<SessionState, "scans" | "drift"> {
  /** A folder inside a {@link WorkFolder} with the adapted weights; null where the session goes back to its source. */
  learned: string | null;
  /** The student that the session adapts from now on; left out, it stays as it was. */
  binding?: SessionBinding;
}

/** A folder in which a change is prepared. Its disposal removes it. */
export interface WorkFolder extends AsyncDisposable {
  readonly path: string;
}

/** The opened weights of a session. The caller closes the file. */
export interface OpenWeights {
  file: FileHandle;
  bytes: number;
}

/** The changes of one session that are under way or wait in this process. */
interface PendingChanges {
  count: number;
  /** Serializes the changes in the order in which they are asked for. */
  readonly semaphore: FifoSemaphore;
  /** Aborted when the session is removed. */
  readonly removal: AbortController;
}

const HOUR = 3600_000;
const CONFIG = "session.json";
const RECORD = "record.json";
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** How often a state may be replaced between the moments when it is found and read. */
const READ_ATTEMPTS = 20;

/**
 * Keeps sessions in a folder.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sessionOptions } from "./session.ts";
 * import { SessionStore } from "./store.ts";
 *
 * const folder = await Deno.makeTempDir();
 * const store = await SessionStore.open(folder);
 * const options = sessionOptions({ steps: 1 });
 * const { id } = await store.begin({ client: "me", student: "rooms", teacher: "rooms-parts", options });
 * assert.equal((await store.get(id)).scans, 0);
 * await store.remove(id);
 * assert.equal(await store.count(), 0);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class SessionStore {
  readonly #folder: string;
  readonly #limits: SessionLimits;
  readonly #ages: Ages;
  /** By the ids of sessions. */
  readonly #pending = new Map<string, PendingChanges>();
  /** Paths of work folders in use. */
  readonly #working = new Set<string>();
  /** Serializes the creation of sessions, so that no two take the last place. */
  readonly #creation = new FifoSemaphore();

  private constructor(folder: string, limits: SessionLimits, ages: Ages) {
    this.#folder = folder;
    this.#limits = limits;
    this.#ages = ages;
  }

  /**
   * Opens the sessions in a server's folder, or makes a folder for them.
   *
   * @throws {QueuePlaceError} where no folder can be made there.
   */
  static async open(
    data: string,
    limits: SessionLimits = DEFAULT_SESSION_LIMITS,
    ages: Ages = WALL_AGES,
  ): Promise<SessionStore> {
    const folder = join(data, "sessions");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new SessionStore(folder, limits, ages);
  }

  /** Returns when a session expires unless it is used before, in milliseconds since 1970. */
  expiresAt({ lastUsedAt }: Pick<Session, "lastUsedAt">): number {
    return this.#ages.now() + this.#limits.keepHours * HOUR - this.#ages.since(lastUsedAt);
  }

  /** Counts the sessions. */
  async count(): Promise<number> {
    return (await this.#ids()).length;
  }

  /** Begins a session. @throws {SessionsFullError} where there are as many as there may be. */
  async begin(
    { student, teacher, ...config }: Omit<SessionConfig, "createdAt"> & SessionBinding,
  ): Promise<Session> {
    using _permit = await this.#creation.acquire();
    await this.#requirePlace(config.client);
    const id = crypto.randomUUID();
    const createdAt = this.#ages.now();
    await using work = await this.workFolder();
    const made = join(work.path, "session");
    const state = join(made, stateName(0));
    await mkdir(state, { recursive: true });
    await writeJson(join(made, CONFIG), { ...config, createdAt } satisfies SessionConfig);
    await writeJson(
      join(state, RECORD),
      { student, teacher, scans: 0, lastUsedAt: createdAt, drift: null } satisfies SessionState,
    );
    await syncFolder(state);
    await syncFolder(made);
    await rename(made, this.#pathOf(id));
    await syncFolder(this.#folder);
    return await this.get(id);
  }

  /**
   * Reads a session.
   *
   * @throws {SessionGoneError} where it does not exist.
   * @throws {DamagedFileError} where a file of it is missing or damaged; it can still be removed.
   */
  async get(id: string): Promise<Session> {
    return await this.#read(id, async (path) => {
      // Servers before 2.1.0 wrote the student into the config.
      const config = await readJson<SessionConfig>(join(path, CONFIG));
      const generation = await newestIn(path);
      const folder = join(path, stateName(generation));
      const state = await readJson<SessionState>(join(folder, RECORD));
      return {
        id,
        ...config,
        ...state,
        generation,
        learned: state.scans > 0 ? folder : null,
      };
    });
  }

  /**
   * Opens the adapted weights of a session; returns null before its first scan.
   *
   * @throws {SessionGoneError} where the session does not exist.
   */
  async openWeights(id: string): Promise<OpenWeights | null> {
    return await this.#read(id, async () => {
      const { learned } = await this.get(id);
      if (learned === null) return null;
      const path = join(learned, WEIGHTS);
      const { size: bytes } = await stat(path);
      return { file: await open(path), bytes };
    });
  }

  /** Makes a new folder beside the sessions. */
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
   * Changes a session. Changes of one session run one after the other, in the order in which they are asked for. The
   * session stays as it was until `keep` has resolved.
   *
   * @param work gets the session, a function that keeps a change (to be called at most once), and a signal that is
   *   aborted with `signal` or when the session is removed.
   * @throws {SessionGoneError} where the session does not exist, or is removed meanwhile.
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
    const pending = this.#enter(id, owned);
    const stop = AbortSignal.any([signal, pending.removal.signal]);
    owned.use(await pending.semaphore.acquire(stop));
    const session = await this.get(id);
    try {
      return await work(session, (change) => this.#keep(session, change), stop);
    } catch (error) {
      stop.throwIfAborted();
      // Perhaps it failed because another server has changed the files.
      const { generation } = await this.get(id);
      if (generation !== session.generation) throw new SessionConflictError(id);
      throw error;
    }
  }

  /** Removes a session and stops its pending changes. @throws {SessionGoneError} where it does not exist. */
  async remove(id: string): Promise<void> {
    const path = this.#pathOf(id);
    if (!await exists(path)) throw new SessionGoneError(id);
    this.#pending.get(id)?.removal.abort(new SessionGoneError(id));
    // Renamed first: it is gone at once for everybody, however long the removal of its files takes. Nothing is read and
    // nothing new is made: its files may be damaged, and the disk full.
    const gone = join(this.#folder, `gone-${crypto.randomUUID()}`);
    try {
      await rename(path, gone);
    } catch (error) {
      throw codeOf(error) === "ENOENT" ? new SessionGoneError(id) : error;
    }
    await syncFolder(this.#folder);
    await removeFolder(gone);
  }

  /** Removes expired sessions, and the work folders of killed servers. */
  async sweep(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      try {
        if (ID.test(name)) {
          if (this.#pending.has(name) || !await this.#isExpired(name)) continue;
          await this.remove(name);
        } else {
          const path = join(this.#folder, name);
          if (this.#working.has(path)) continue;
          if (this.#ages.since(await lastChange(path)) > ORPHAN_MILLISECONDS) {
            await removeFolder(path);
          }
        }
      } catch (error) {
        // Otherwise another server has removed it.
        if (!(error instanceof SessionGoneError)) throw error;
      }
    }
  }

  async #ids(): Promise<string[]> {
    return (await readdir(this.#folder)).filter((name) => ID.test(name));
  }

  async #requirePlace(client: string): Promise<void> {
    const { sessions, sessionsOfClient } = this.#limits;
    const ids = await this.#ids();
    if (ids.length >= sessions) throw new SessionsFullError(`${ids.length}`, "--max-sessions");
    if (ids.length < sessionsOfClient) return;
    // A session whose record cannot be read is nobody's.
    const clients = await Promise.all(
      ids.map((id) => this.get(id).then((session) => session.client, () => null)),
    );
    const own = clients.filter((other) => other === client).length;
    if (own < sessionsOfClient) return;
    throw new SessionsFullError(`${own} of yours`, "--max-sessions-of-client");
  }

  /** A damaged session expires as well, by when it was last written to. */
  async #isExpired(id: string): Promise<boolean> {
    let lastUsedAt: number;
    try {
      ({ lastUsedAt } = await this.get(id));
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error;
      lastUsedAt = await lastChange(this.#pathOf(id));
    }
    return this.#ages.since(lastUsedAt) >= this.#limits.keepHours * HOUR;
  }

  #pathOf(id: string): string {
    if (!ID.test(id)) throw new SessionGoneError(id);
    return join(this.#folder, id);
  }

  /** Counts a pending change of a session until `owned` is disposed of. */
  #enter(id: string, owned: DisposableStack): PendingChanges {
    const pending = this.#pending.get(id) ??
      { count: 0, semaphore: new FifoSemaphore(), removal: new AbortController() };
    this.#pending.set(id, pending);
    pending.count++;
    owned.defer(() => {
      if (--pending.count === 0) this.#pending.delete(id);
    });
    return pending;
  }

  /** Reads from the folder of a session, again where a change or another server has removed a file meanwhile. */
  async #read<T>(id: string, read: (path: string) => Promise<T>): Promise<T> {
    const path = this.#pathOf(id);
    for (let attempt = 1;; attempt++) {
      try {
        return await read(path);
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw error;
        if (!await exists(path)) throw new SessionGoneError(id);
        if (attempt === READ_ATTEMPTS) throw new DamagedFileError(path, error);
      }
    }
  }

  /** Keeps a change as the next state, by one rename. */
  async #keep(
    session: Session,
    { learned, scans, drift, binding = session }: Change,
  ): Promise<Session> {
    const { id } = session;
    const path = this.#pathOf(id);
    const generation = session.generation + 1;
    await using work = await this.workFolder();
    const prepared = learned ?? join(work.path, "state");
    if (learned === null) await mkdir(prepared);
    const { student, teacher } = binding;
    const state: SessionState = { student, teacher, scans, lastUsedAt: this.#ages.now(), drift };
    await writeJson(join(prepared, RECORD), state);
    await syncFolder(prepared);
    const folder = join(path, stateName(generation));
    try {
      await rename(prepared, folder);
    } catch (error) {
      if (codeOf(error) === "ENOENT") throw new SessionGoneError(id);
      throw TAKEN.has(codeOf(error) ?? "") ? new SessionConflictError(id) : error;
    }
    await syncFolder(path);
    // Another server may be further on, and have removed its own state of this number already.
    if (await newestIn(path) !== generation) {
      await removeFolder(folder);
      throw new SessionConflictError(id);
    }
    for (const older of await generationsIn(path)) {
      if (older < generation) await removeFolder(join(path, stateName(older)));
    }
    return { ...session, ...state, generation, learned: learned === null ? null : folder };
  }
}

/** The codes of a rename whose target is a folder that is not empty. */
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
  // Without a state, the name of one that does not exist.
  return Math.max(0, ...await generationsIn(path));
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
