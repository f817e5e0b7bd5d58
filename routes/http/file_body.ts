/**
 * Files as bodies of answers: all of the bytes that were promised, or an error that breaks the connection off.
 *
 * @module
 */
import type { FileHandle } from "node:fs/promises";
import { FifoSemaphore } from "../../lib/concurrency/fifo_semaphore.ts";

const CHUNK_BYTES = 2 ** 16;

/** An open file that several bodies may read. */
export class BodyFile {
  readonly #file: FileHandle;
  /** One read at a time: Deno (2.9.6) seeks before it reads. */
  readonly #reads = new FifoSemaphore();

  constructor(file: FileHandle, readonly bytes: number) {
    this.#file = file;
  }

  /**
   * Returns a body of the whole file. It reads no faster than its client.
   *
   * @param done is called once, when the body has been read, or nobody wants the rest.
   */
  body(done: () => Promise<void>): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = 0;
    return new ReadableStream({
      pull: async (controller) => {
        try {
          const chunk = await this.#read(at);
          at += chunk.byteLength;
          if (at === this.bytes) await done();
          controller.enqueue(chunk);
          if (at === this.bytes) controller.close();
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

  async #read(at: number): Promise<Uint8Array<ArrayBuffer>> {
    using _permit = await this.#reads.acquire();
    const length = Math.min(CHUNK_BYTES, this.bytes - at);
    const { buffer, bytesRead } = await this.#file.read(new Uint8Array(length), 0, length, at);
    if (bytesRead > 0 || length === 0) return buffer.subarray(0, bytesRead);
    throw new Error(
      `Cannot go on with an answer: its file ends after ${at} of ${this.bytes} bytes`,
    );
  }
}
