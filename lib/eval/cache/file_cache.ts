/**
 * A cache of files: scenes, feature maps, checkpoints. Their names are keys made of everything that the content
 * depends on, so an entry is never out of date. Writing is atomic, so several processes may share a folder. Its
 * size is bounded: the least recently used entries are removed first.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";

/**
 * A key made of the parts that a content depends on: 40 hexadecimal digits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { contentKey } from "./file_cache.ts";
 *
 * assert.match(contentKey("scene", "noisy", "7"), /^[0-9a-f]{40}$/);
 * assert.notEqual(contentKey("ab", "c"), contentKey("a", "bc"));
 * ```
 */
export function contentKey(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    // The length keeps ("ab", "c") and ("a", "bc") apart.
    hash.update(`${part.length}:`).update(part);
  }
  return hash.digest("hex").slice(0, 40);
}

/** A folder of cached files. */
export class FileCache {
  readonly #folder: string;
  readonly #limit: number;
  /** Bytes in the folder, as far as this process knows; null before it has counted them. */
  #bytes: number | null = null;
  #written = 0;

  /** @param limit largest total size of the files, in bytes. */
  constructor(folder: string, limit: number) {
    this.#folder = folder;
    this.#limit = limit;
  }

  /** The path of an entry, whether it exists or not. */
  path(key: string): string {
    return join(this.#folder, key);
  }

  /** Reads an entry, and marks it as used; null where there is none. */
  async get(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
    try {
      const bytes = await Deno.readFile(this.path(key));
      const now = new Date();
      await Deno.utime(this.path(key), now, now);
      return bytes;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }

  /** Writes an entry, and removes old ones where the folder has grown too large. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    await Deno.mkdir(this.#folder, { recursive: true });
    const unfinished = this.path(`${key}.${Deno.pid}-${this.#written++}.part`);
    await Deno.writeFile(unfinished, bytes);
    await Deno.rename(unfinished, this.path(key));
    this.#bytes = this.#bytes === null ? null : this.#bytes + bytes.length;
    if (this.#bytes === null || this.#bytes > this.#limit) await this.#evict(key);
  }

  async #evict(keep: string): Promise<void> {
    const entries: { name: string; bytes: number; used: number }[] = [];
    for await (const { name, isFile } of Deno.readDir(this.#folder)) {
      const info = isFile ? await this.#unlessGone(Deno.stat(this.path(name))) : null;
      if (info) entries.push({ name, bytes: info.size, used: info.mtime?.getTime() ?? 0 });
    }
    entries.sort((a, b) => a.used - b.used || (a.name < b.name ? -1 : 1));
    let sum = entries.reduce((total, { bytes }) => total + bytes, 0);
    for (const { name, bytes } of entries) {
      if (sum <= this.#limit) break;
      if (name === keep) continue;
      await this.#unlessGone(Deno.remove(this.path(name)));
      sum -= bytes;
    }
    this.#bytes = sum;
  }

  /** Null where another process removed the file first. */
  async #unlessGone<T>(work: Promise<T>): Promise<T | null> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }
}
