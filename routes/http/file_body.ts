/**
 * Files as bodies of answers: all of the bytes that were promised, or an error that breaks the connection off. A client
 * goes on with a download that broke off by a range of bytes (RFC 9110, section 14).
 *
 * @module
 */
import type { FileHandle } from "node:fs/promises";
import { FifoSemaphore } from "../../lib/concurrency/fifo_semaphore.ts";

const CHUNK_BYTES = 2 ** 16;

/** Bytes from `start` to before `end`. */
export interface ByteRange {
  start: number;
  end: number;
}

/** An open file that several bodies may read. */
export class BodyFile {
  readonly #file: FileHandle;
  /** One read at a time: Deno (2.9.6) seeks before it reads. */
  readonly #reads = new FifoSemaphore();

  constructor(file: FileHandle, readonly bytes: number) {
    this.#file = file;
  }

  /**
   * Returns a body of the whole file, or of a range of it. It reads no faster than its client.
   *
   * @param done is called once, when the body has been read, or nobody wants the rest.
   */
  body(
    done: () => Promise<void>,
    { start, end }: ByteRange = { start: 0, end: this.bytes },
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = start;
    return new ReadableStream({
      pull: async (controller) => {
        try {
          const chunk = await this.#read(at, end);
          at += chunk.byteLength;
          if (at === end) await done();
          controller.enqueue(chunk);
          if (at === end) controller.close();
        } catch (error) {
          console.error(error);
          await done();
          controller.error(error);
        }
      },
      cancel: done,
    }, { highWaterMark: 0 });
  }

  /** Closes the file. */
  async close(): Promise<void> {
    // After the last read.
    using _permit = await this.#reads.acquire();
    await this.#file.close();
  }

  async #read(at: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    using _permit = await this.#reads.acquire();
    const length = Math.min(CHUNK_BYTES, end - at);
    const { buffer, bytesRead } = await this.#file.read(new Uint8Array(length), 0, length, at);
    if (bytesRead > 0 || length === 0) return buffer.subarray(0, bytesRead);
    throw new Error(
      `Cannot go on with an answer: its file ends after ${at} of ${this.bytes} bytes`,
    );
  }
}

/**
 * Returns the range that a request asks for.
 *
 * @param size bytes of the whole.
 * @param etag of the whole, with its quotes.
 * @returns null where the whole is to be sent: without a range, with several or one that cannot be understood, and where
 *   the client has a part of something else (`If-Range`); `unsatisfiable` where the range holds no byte of the whole.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const asked = (range: string) => new Headers({ range });
 * assert.deepEqual(requestedRange(asked("bytes=2-4"), 10, '"a"'), { start: 2, end: 5 });
 * assert.deepEqual(requestedRange(asked("bytes=-3"), 10, '"a"'), { start: 7, end: 10 });
 * assert.equal(requestedRange(asked("bytes=10-"), 10, '"a"'), "unsatisfiable");
 * assert.equal(requestedRange(new Headers(), 10, '"a"'), null);
 * ```
 */
export function requestedRange(
  headers: Headers,
  size: number,
  etag: string,
): ByteRange | "unsatisfiable" | null {
  const asked = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(headers.get("range") ?? "");
  const condition = headers.get("if-range");
  if (!asked || (condition !== null && condition.trim() !== etag)) return null;
  const [first, last] = [asked[1]!, asked[2]!];
  if (first === "") {
    if (last === "") return null;
    const start = Math.max(0, size - Number(last));
    return start < size ? { start, end: size } : "unsatisfiable";
  }
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < start) return null;
  return start < size ? { start, end } : "unsatisfiable";
}
