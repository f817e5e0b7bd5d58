/**
 * Chooses the media type of an answer from what the client accepts.
 *
 * @module
 */
import { accepts } from "@std/http/negotiation";
import { RequestError } from "./problem.ts";

/**
 * The one of `offers` that the client likes best, among equals the first.
 *
 * @param request without `Accept` it takes anything.
 * @param offers media types, the server's favourite first; of a type with and without parameters, the one without.
 * @throws {RequestError} 406, naming what there is.
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
