/**
 * A disk that takes no more: what its errors are known by, and how much room it has.
 *
 * Such an error is nobody's fault but the machine's, and it passes. Whoever waits for the disk tries again; nothing
 * that was accepted fails for it.
 *
 * @module
 */
import { statfs } from "node:fs/promises";

/** How long a client is asked to wait: room comes back when somebody deletes something. */
const RETRY_AFTER_SECONDS = 60;

const MIB = 2 ** 20;

/** The disk of the server takes nothing at present. */
export class DiskError extends Error {
  override name = "DiskError";
  readonly retryAfterSeconds = RETRY_AFTER_SECONDS;
}

/** What is wrong with the disk, by the codes of the system. */
const REASONS: ReadonlyMap<unknown, string> = new Map([
  ["ENOSPC", "it is full"],
  ["EDQUOT", "its quota is used up"],
  ["EROFS", "it is read-only"],
  ["EIO", "it fails"],
]);

/** The same by the messages of SQLite; `node:sqlite` (Deno 2.9.6) gives no codes. */
const SQLITE_REASONS: readonly [RegExp, string][] = [
  [/database or disk is full/, "it is full"],
  [/readonly database/, "it is read-only"],
  [/disk I\/O error/, "it fails"],
];

/** Returns the error of a disk as a {@link DiskError}, and null for every other error. */
export function diskErrorOf(error: unknown): DiskError | null {
  if (error instanceof DiskError) return error;
  if (!(error instanceof Error)) return null;
  const { code } = error as NodeJS.ErrnoException;
  const reason = code === "ERR_SQLITE_ERROR"
    ? SQLITE_REASONS.find(([message]) => message.test(error.message))?.[1]
    : REASONS.get(code);
  if (reason === undefined) return null;
  return new DiskError(
    `Cannot write to the server's disk: ${reason}; come back later, or delete jobs that are done`,
    { cause: error },
  );
}

/** Does work whose errors may be those of a disk. @throws {DiskError} where they are. */
export async function onDisk<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskErrorOf(error) ?? error;
  }
}

/** Returns the free bytes of the disk of a folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/**
 * Checks that a disk takes an upload and still keeps a reserve, from which the jobs that were accepted are finished.
 *
 * @param bytes of the upload that are still to come, as far as is known.
 * @throws {DiskError} where it does not.
 */
export async function requireRoom(folder: string, bytes: number, reserve: number): Promise<void> {
  if (await freeBytes(folder) >= bytes + reserve) return;
  throw new DiskError(
    `Cannot take the upload: it would leave less than ${
      Math.round(reserve / MIB)
    } MiB free on the server's disk; come back later, delete jobs that are done, or start the server with a smaller --reserve`,
  );
}
