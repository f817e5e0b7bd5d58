/**
 * Counts the uploads that are under way, so that slow ones neither take the places of scans nor keep others out.
 *
 * @module
 */
import { BusyError } from "../../lib/concurrency/fifo_semaphore.ts";

/** Seconds after which a client may try again. */
const RETRY_AFTER_SECONDS = 10;

/** Counts uploads under way, by client. */
export class UploadsUnderWay {
  readonly #most: number;
  readonly #mostOfClient: number;
  readonly #counts = new Map<string, number>();
  #count = 0;

  /**
   * @param most how many may be under way at once.
   * @param mostOfClient how many of these one client may have.
   */
  constructor(most: number, mostOfClient: number) {
    this.#most = most;
    this.#mostOfClient = mostOfClient;
  }

  /**
   * Counts an upload while it is received.
   *
   * @throws {BusyError} where too many are under way, of this client or of all.
   */
  async during<T>(client: string, receive: () => Promise<T>): Promise<T> {
    const own = this.#counts.get(client) ?? 0;
    if (own >= this.#mostOfClient) throw full(`${own} of yours`, "--max-uploads-of-client");
    if (this.#count >= this.#most) throw full(`${this.#count}`, "--max-uploads");
    this.#change(client, 1);
    try {
      return await receive();
    } finally {
      this.#change(client, -1);
    }
  }

  #change(client: string, by: number): void {
    this.#count += by;
    const own = (this.#counts.get(client) ?? 0) + by;
    if (own === 0) this.#counts.delete(client);
    else this.#counts.set(client, own);
  }
}

function full(what: string, option: string): BusyError {
  return new BusyError(
    `Cannot take another upload: ${what} are under way; come back when one has ended, or start the server with a larger ${option}`,
    RETRY_AFTER_SECONDS,
  );
}
