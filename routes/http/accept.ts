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
  const accept = request.headers.get("accept");
  const headers = new Headers(accept === null ? {} : { accept: withoutUnknown(accept, offers) });
  const found = accepts({ headers }, ...offers);
  if (found !== undefined) return found;
  throw new RequestError(
    406,
    `Cannot answer as ${accept}: this scan can be answered as ${offers.join(", ")}`,
    { field: "accept" },
  );
}

/** An `Accept` without the parameters that no offer has: with them, `application/json; charset=utf-8` matches nothing. */
function withoutUnknown(accept: string, offers: readonly string[]): string {
  const nameOf = (parameter: string) => parameter.split("=")[0]!.trim().toLowerCase();
  const known = new Set(["q", ...offers.flatMap((offer) => offer.split(";").slice(1).map(nameOf))]);
  return accept.split(",").map((range) => {
    const [type, ...parameters] = range.split(";");
    return [type, ...parameters.filter((parameter) => known.has(nameOf(parameter)))].join(";");
  }).join(",");
}
