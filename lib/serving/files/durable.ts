/**
 * Files that are whole, and that survive a power failure. Their contents are safe once the file is synced, and their
 * name once its folder is.
 *
 * @module
 */
import { type FileHandle, open, readFile, rm } from "node:fs/promises";
import { basename } from "node:path";

/**
 * Writes a new file chunk by chunk, so that only one chunk of it is in memory, and syncs it. Where that fails, there is
 * no file. `Deno.writeFile` would take a last write for a whole one that a disk without room has cut.
 *
 * @returns the size of the file in bytes.
 * @throws {Error} with code `EEXIST` where the file exists already, and `ENOSPC` where the disk is full.
 */
export async function writeStream(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  const file = await open(path, "wx");
  try {
    return await writeChunks(file, chunks);
  } catch (error) {
    // What is there of it takes room that may be just what is missing.
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** A file is not as this program has written it. */
export class DamagedFileError extends Error {
  override name = "DamagedFileError";

  /** @param path of the file; only its name is shown, since clients see it. */
  constructor(path: string, cause?: unknown) {
    super(
      `Cannot read ${
        basename(path)
      }: the file is damaged; delete the job or session that it belongs to, and send the scan again`,
      { cause },
    );
  }
}

/**
 * Reads a file of JSON.
 *
 * @throws {Error} with code `ENOENT` where there is none.
 * @throws {DamagedFileError} where it holds no object.
 */
export async function readJson<T extends object>(path: string): Promise<T> {
  const text = await readFile(path, "utf8");
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch (error) {
    throw new DamagedFileError(path, error);
  }
  throw new DamagedFileError(path);
}

/** Writes a new file of JSON; see {@link writeStream}. */
export async function writeJson(path: string, value: object): Promise<void> {
  await writeStream(path, [new TextEncoder().encode(JSON.stringify(value))]);
}

/** Syncs a folder, so that the names of its new files are safe. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders, and journals names by itself.
  if (Deno.build.os === "windows") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeChunks(
  file: FileHandle,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  let size = 0;
  for await (const chunk of chunks) {
    for (let done = 0; done < chunk.byteLength;) {
      done += (await file.write(chunk, done)).bytesWritten;
    }
    size += chunk.byteLength;
  }
  await file.sync();
  return size;
}

/** Null for the error of a file that is not there; other errors are thrown. */
export function unlessAbsent(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
  throw error;
}
