/**
 * The one place that fetches a model, on an explicit command alone. A file that was not received whole, or is not
 * the one that was pinned, leaves nothing behind.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { TeacherError } from "./errors.ts";

/** What to fetch. */
export interface Download {
  url: string;
  /** Where the file goes; its folder is made. */
  path: string;
  /** Hexadecimal SHA-256 that the file must have. */
  sha256: string;
  /** Hears of the bytes received so far, and of all where the server tells. */
  onProgress?: (received: number, total: number | null) => void;
}

/**
 * Fetches a file beside its place and moves it there once its hash is right.
 *
 * @throws {TeacherError} where the server cannot be reached or answers otherwise, the transfer breaks off, or the
 * hash is another.
 */
export async function download({ url, path, sha256, onProgress }: Download): Promise<void> {
  const part = `${path}.part`;
  const fail = (state: string, cause?: unknown) =>
    new TeacherError(`Cannot download ${url}: ${state}`, path, undefined, cause);
  const response = await fetch(url).catch((cause: Error) => {
    throw fail(`${cause.message}; without a connection, place the file at ${path}`, cause);
  });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw fail(`the server answers ${response.status} ${response.statusText}`);
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
    throw fail(`broken off after ${received} bytes (${(cause as Error).message})`, cause);
  }
  const found = hash.digest("hex");
  if (found !== sha256) {
    await Deno.remove(part);
    throw fail(`its SHA-256 is ${found}, not ${sha256}`);
  }
  await Deno.rename(part, path);
}
