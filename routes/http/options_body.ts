/**
 * Options as JSON: the part `options` of a form, or a body of their own.
 *
 * @module
 */
import { parseJson } from "../../lib/validation/mod.ts";
import { bodyChunks, mediaTypeOf } from "./body.ts";
import { RequestError } from "./problem.ts";
import type { UploadLimits } from "./upload_limits.ts";

const TYPES = [
  "application/json",
  // The default of `curl --data`.
  "application/x-www-form-urlencoded",
];

/** Most bytes of options. They are parsed in the thread that serves everyone, so they have to be few. */
export const OPTIONS_BYTES = 2 ** 16;

/**
 * Receives a body that holds options alone: a JSON object, or nothing.
 *
 * @param most bytes of the body.
 * @throws {RequestError} 400 for a broken body or text that is not JSON, 408 for one that stalls, 413 for one that is
 * too long, 415 for another content type, 422 for JSON that is not an object.
 */
export async function receiveOptions(
  request: Request,
  limits: UploadLimits,
  most: number = OPTIONS_BYTES,
): Promise<Record<string, unknown>> {
  const type = mediaTypeOf(request, TYPES[0]!);
  if (!TYPES.includes(type)) {
    throw new RequestError(
      415,
      `Cannot read options of type ${type}: send a JSON object as application/json`,
      { field: "content-type" },
    );
  }
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of atMost(most, "options", bodyChunks(request, limits))) {
    text += decoder.decode(chunk, { stream: true });
  }
  return parseOptions(text.trim() === "" ? "{}" : text);
}

/**
 * Yields the chunks of a part as long as they are no longer than `bytes` together.
 *
 * @throws {RequestError} 413 once they are.
 */
export async function* atMost(
  bytes: number,
  part: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.byteLength;
    if (total > bytes) {
      throw new RequestError(
        413,
        `Cannot take the part ${part}: it is larger than ${bytes} bytes; send a shorter one`,
        { field: part },
      );
    }
    yield chunk;
  }
}

/**
 * Parses options.
 *
 * @throws {RequestError} 400 for text that is not JSON, 422 for JSON that is not an object.
 */
export function parseOptions(text: string): Record<string, unknown> {
  const value = parseJson(
    text,
    (problem) =>
      new RequestError(400, `Cannot read options: they are ${problem}`, { field: "options" }),
  );
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RequestError(
      422,
      'Cannot read options: they are not a JSON object; send one such as {"steps":25}',
      { field: "options" },
    );
  }
  return value as Record<string, unknown>;
}
