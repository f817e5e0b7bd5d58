/**
 * Reads the body of a request within limits of size and time. Every byte is counted as it arrives, since a declared
 * length may be absent or wrong.
 *
 * @module
 */
import { DiskError, requireRoom } from "../../lib/serving/files/disk.ts";
import { RequestError } from "./problem.ts";
import type { UploadLimits } from "./upload_limits.ts";

/** How many bytes arrive between two questions for room: other uploads take some as well. */
const BYTES_BETWEEN_QUESTIONS = 2 ** 24;

/** The media type of a body in lower case, without parameters. @param usual the type where the request names none. */
export function mediaTypeOf(request: Request, usual: string): string {
  return (request.headers.get("content-type") ?? usual).split(";")[0]!.trim().toLowerCase();
}

/**
 * Yields the chunks of a body.
 *
 * @param askForRoom is called before the first byte and now and then between, with the number of bytes to come, as far as
 *   it is known: throws where there is no room for them.
 * @throws {RequestError} 400 for a body that breaks off, 408 for one that stalls or takes too long, 413 for one that is
 * too large, 415 for one that is compressed.
 */
export async function* bodyChunks(
  request: Request,
  limits: UploadLimits,
  askForRoom: (bytes: number) => Promise<void> = () => Promise.resolve(),
): AsyncGenerator<Uint8Array> {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && !/^(identity)?$/i.test(encoding.trim())) throw encoded();
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > limits.bodyBytes) throw tooLarge(limits);
  await askForRoom(declared);
  if (!request.body) return;
  const reader = request.body.getReader();
  const deadline = performance.now() + limits.uploadSeconds * 1000;
  const pace = new Pace(limits);
  let total = 0;
  let askedAt = 0;
  try {
    while (true) {
      const asked = performance.now();
      const { done, value } = await beforeDeadline(reader.read(), total, limits, deadline);
      if (done) return;
      total += value.byteLength;
      pace.took(value.byteLength, (performance.now() - asked) / 1000);
      limits.onBytes?.(value.byteLength);
      if (total > limits.bodyBytes) throw tooLarge(limits);
      if (total - askedAt > BYTES_BETWEEN_QUESTIONS) {
        await askForRoom(Math.max(0, declared - total));
        askedAt = total;
      }
      yield value;
    }
  } catch (cause) {
    if (cause instanceof RequestError || cause instanceof DiskError) throw cause;
    throw new RequestError(
      400,
      `Cannot read the body: it ended after ${total} bytes; send it again`,
    );
  } finally {
    // Not awaited: a client that has fallen silent would not answer this either.
    reader.cancel().catch(() => {});
  }
}

/**
 * Yields the chunks of a body that goes to the disk of a folder.
 *
 * @throws {DiskError} where the disk has no room for it, beside the errors of {@link bodyChunks}.
 */
export function chunksInto(
  folder: string,
  request: Request,
  limits: UploadLimits,
): AsyncGenerator<Uint8Array> {
  return bodyChunks(request, limits, (bytes) => requireRoom(folder, bytes, limits.reserveBytes));
}

/**
 * Waits for a chunk. `deadline()` of `@std/async` would leave a timer behind for each.
 *
 * @param total bytes so far.
 * @param deadline of the whole upload, on the clock of `performance`.
 */
async function beforeDeadline<T>(
  chunk: Promise<T>,
  total: number,
  { stallSeconds, uploadSeconds }: UploadLimits,
  deadline: number,
): Promise<T> {
  const left = deadline - performance.now();
  // A chunk that is there already would win every race.
  if (left <= 0) throw tooSlow(total, uploadSeconds);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const stall = stallSeconds * 1000;
  const timer = setTimeout(
    () => reject(left < stall ? tooSlow(total, uploadSeconds) : stalled(total, stallSeconds)),
    Math.min(left, stall),
  );
  try {
    return await Promise.race([chunk, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether an upload keeps the least rate, over every `stallSeconds` that were spent waiting for its client. */
class Pace {
  readonly #limits: UploadLimits;
  #bytes = 0;
  #seconds = 0;

  constructor(limits: UploadLimits) {
    this.#limits = limits;
  }

  /** Takes account of a chunk and of the wait for it. @throws {RequestError} 408 where the upload is too slow. */
  took(bytes: number, seconds: number): void {
    const { leastRate, stallSeconds } = this.#limits;
    this.#bytes += bytes;
    this.#seconds += seconds;
    if (this.#seconds < stallSeconds) return;
    if (this.#bytes < leastRate * this.#seconds) {
      throw belowRate(this.#bytes, this.#seconds, leastRate);
    }
    this.#bytes = 0;
    this.#seconds = 0;
  }
}

function belowRate(bytes: number, seconds: number, rate: number): RequestError {
  return new RequestError(
    408,
    `Cannot read the body: only ${bytes} bytes came in ${
      seconds.toFixed(1)
    } seconds, and it takes ${rate} a second; use a faster connection, or start the server with a smaller --least-rate`,
    { field: "body" },
  );
}

function encoded(): RequestError {
  return new RequestError(
    415,
    "Cannot read a body with a Content-Encoding: send it as it is, not compressed",
    { field: "content-encoding" },
  );
}

function stalled(total: number, seconds: number): RequestError {
  return new RequestError(
    408,
    `Cannot read the body: after ${total} bytes nothing came for ${seconds} seconds; send it again, or start the server with a longer --stall`,
    { field: "body" },
  );
}

function tooSlow(total: number, seconds: number): RequestError {
  return new RequestError(
    408,
    `Cannot read the body: only ${total} bytes came in ${seconds} seconds; use a faster connection, or start the server with a longer --upload-seconds`,
    { field: "body" },
  );
}

function tooLarge({ bodyBytes }: UploadLimits): RequestError {
  return new RequestError(
    413,
    `Cannot take the body: it is larger than ${bodyBytes} bytes; send a smaller scan, or start the server with a larger --max-body`,
    { field: "body" },
  );
}
