/**
 * Chooses the media type of an answer by the client's `Accept`. `@std/http` does the negotiation; the refusal, which
 * names what there is, is our own.
 *
 * @module
 */
import { accepts } from "@std/http/negotiation";
import { RequestError } from "./problem.ts";

/**
 * Returns the offer that the client prefers; among equals, the first.
 *
 * @param request accepts anything if it has no `Accept`.
 * @param offers media types, the server's preference first. A type with parameters comes after the same type without,
 *   which a client that names no parameters would otherwise not get.
 * @throws {RequestError} 406, naming the offers.
 */
export function negotiate(request: Pick<Request, "headers">, offers: readonly string[]): string {
  const found = accepts(request, ...offers);
  if (found !== undefined) return found;
  throw new RequestError(
    406,
    `Cannot answer as ${request.headers.get("accept")}: this scan can be answered as ${
      offers.join(", ")
    }`,
    { field: "accept" },
  );
}
