/**
 * Answers that clients are reading. All that ask for the same one read the same file, so that slow readers do not fill
 * the disk.
 *
 * @module
 */
import { open, rm } from "node:fs/promises";
import { BusyError } from "../../lib/concurrency/fifo_semaphore.ts";
import type { AnswerFile, AnswerKind } from "../../lib/serving/files/answer.ts";
import type { Labeller } from "../../lib/serving/labeller/labeller.ts";
import { BodyFile, type ByteRange } from "./file_body.ts";

/** The most different answers that are read at a time. */
const MOST = 64;
const RETRY_AFTER_SECONDS = 10;

/** An answer for one client. */
export interface SharedAnswer
  extends Pick<AnswerFile, "bytes" | "digest" | "converted" | "report"> {
  /** Returns its body, or that of a range of its bytes; to be called at most once. */
  body(range?: ByteRange): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Gives the answer up; not needed once its body has ended. */
  release(): Promise<void>;
}

interface Opened extends Omit<AnswerFile, "path"> {
  file: BodyFile;
}

interface Shared {
  opened: Promise<Opened>;
  readers: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly unwanted: AbortController;
}

/** Makes each answer once for all that read it at the same time. */
export class SharedAnswers {
  readonly #labeller: Labeller;
  readonly #shared = new Map<string, Shared>();

  constructor(labeller: Labeller) {
    this.#labeller = labeller;
  }

  /**
   * Makes the answer from the result of an attempt, or shares one that is being read.
   *
   * @param signal of the client.
   * @throws {BusyError} where too many different answers are being read.
   * @throws whatever {@link Labeller.answer} throws.
   */
  async take(
    folder: string,
    attempt: number,
    kind: AnswerKind,
    signal: AbortSignal,
  ): Promise<SharedAnswer> {
    const key = JSON.stringify([folder, attempt, kind]);
    const shared = this.#shared.get(key) ?? this.#make(key, folder, attempt, kind);
    shared.readers++;
    let released = false;
    const release = async () => {
      if (released) return;
      released = true;
      if (--shared.readers === 0) await this.#end(key, shared);
    };
    signal.addEventListener("abort", release, { once: true });
    try {
      const { file, ...about } = await shared.opened;
      signal.throwIfAborted();
      return { ...about, release, body: (range) => file.body(release, range) };
    } catch (error) {
      await release();
      throw error;
    } finally {
      signal.removeEventListener("abort", release);
    }
  }

  #make(key: string, folder: string, attempt: number, kind: AnswerKind): Shared {
    if (this.#shared.size >= MOST) {
      throw new BusyError(
        `Cannot make another answer: ${MOST} are being read`,
        RETRY_AFTER_SECONDS,
      );
    }
    const unwanted = new AbortController();
    const opened = this.#open(folder, attempt, kind, unwanted.signal);
    const shared = { opened, readers: 0, unwanted };
    this.#shared.set(key, shared);
    return shared;
  }

  async #open(
    folder: string,
    attempt: number,
    kind: AnswerKind,
    signal: AbortSignal,
  ): Promise<Opened> {
    const { path, ...about } = await this.#labeller.answer(
      folder,
      attempt,
      kind,
      signal,
    );
    try {
      return { ...about, file: new BodyFile(await open(path), about.bytes) };
    } finally {
      // An open file outlives its name, so nothing stays on the disk, however the connections end. The file is gone
      // already where the job was deleted meanwhile.
      await rm(path, { force: true });
    }
  }

  async #end(key: string, { opened, unwanted }: Shared): Promise<void> {
    this.#shared.delete(key);
    unwanted.abort();
    await opened.then(({ file }) => file.close(), () => {});
  }
}
