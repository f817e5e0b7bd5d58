/**
 * Folders for uploads whose clients wait for the answer. All folders of a server lie in one that it holds by a lock,
 * which ends with its process, however that ends. So the next server tells what a dead one left from what a living one
 * uses, and removes it.
 *
 * @module
 */
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for one upload. Its disposal removes it. */
export interface UploadFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes folders for uploads. */
export interface UploadPlace {
  make(): Promise<UploadFolder>;
}

/** A place that no later server sweeps. */
export const TEMPORARY_UPLOADS: UploadPlace = {
  make: () => makeFolder(join(tmpdir(), "tttkd-upload-")),
};

const PREFIX = "tttkd-uploads-";
const LOCK = "lock";

/** The folders of one server. Its disposal removes them all. */
export class UploadFolders implements UploadPlace, AsyncDisposable {
  readonly #path: string;
  readonly #lock: Deno.FsFile;

  private constructor(path: string, lock: Deno.FsFile) {
    this.#path = path;
    this.#lock = lock;
  }

  /** Makes a place for uploads in a folder, which is made too, and removes what dead servers left there. */
  static async open(folder: string): Promise<UploadFolders> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await sweep(folder);
    const path = await mkdtemp(join(folder, PREFIX));
    const lock = await Deno.open(join(path, LOCK), { write: true, createNew: true });
    await lock.lock(true);
    // Until it has a byte, others know that the lock is not yet held.
    await lock.write(Uint8Array.of(0));
    return new UploadFolders(path, lock);
  }

  make(): Promise<UploadFolder> {
    return makeFolder(join(this.#path, "upload-"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#path, { recursive: true, force: true });
    this.#lock.close();
  }
}

async function makeFolder(prefix: string): Promise<UploadFolder> {
  const path = await mkdtemp(prefix);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.startsWith(PREFIX) && await isLeft(join(path, LOCK))) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

/** Whether the holder of a lock is dead. */
async function isLeft(lock: string): Promise<boolean> {
  try {
    if ((await stat(lock)).size === 0) return false;
    using file = await Deno.open(lock, { write: true });
    return await file.tryLock(true);
  } catch {
    // Another user's, or removed meanwhile.
    return false;
  }
}
