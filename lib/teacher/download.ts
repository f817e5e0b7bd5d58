/**
 * Downloads models. This is the only place that does, and only on an explicit command. A file that arrives incomplete
 * or with another hash than the pinned one is deleted.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { TeacherError } from "./errors.ts";

/** What to download, and where to. */
export interface DownloadRequest {
  /** Address of the file. */
  url: string;
  /** Path that the file gets; its folder is created. */
  path: string;
  /** SHA-256 that the file must have, in hexadecimal. */
  sha256: string;
  /** Called with the number of bytes received so far, and of all bytes where the server says how many there are. */
  onProgress?: (received: number, total: number | null) => void;
}

/**
 * Downloads a file under a temporary name and renames it once its hash is right.
 *
 * @throws {TeacherError} where the server cannot be reached or answers with an error, the transfer breaks off, or the
 *   hash differs
 */
export async function download({ url, path, sha256, onProgress }: DownloadRequest): Promise<void> {
  const part = `${path}.part`;
  const fail = (state: string, cause?: unknown) =>
    new TeacherError(`Cannot download ${url}: ${state}`, { file: path, cause });
  const response = await fetch(url).catch((cause: Error) => {
    throw fail(`${cause.message}; if there is no connection, put the file at ${path}`, cause);
  });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw fail(`the server answered ${response.status} ${response.statusText}; check the address`);
  }
  const length = response.headers.get("content-length");
  const total = length === null ? null : Number(length);
  await Deno.mkdir(dirname(path), { recursive: true });
  const hash = createHash("sha256");
  let received = 0;
  try {
    using file = await Deno.open(part, { write: true, create: true, truncate: true });
    for await (const chunk of response.body) {
      hash.update(chunk);
      for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
      onProgress?.(received += chunk.length, total);
    }
  } catch (cause) {
    await Deno.remove(part).catch(() => {});
    throw fail(
      `the transfer broke off after ${received} bytes (${(cause as Error).message}); try again`,
      cause,
    );
  }
  const found = hash.digest("hex");
  if (found !== sha256) {
    await Deno.remove(part);
    throw fail(`its SHA-256 is ${found}, not ${sha256}; check the hash and the address`);
  }
  await Deno.rename(part, path);
}
