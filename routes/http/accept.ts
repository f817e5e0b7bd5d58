/**
 * Chooses the media type of an answer from what the client accepts.
 *
 * @module
 */
import { type Accept, parseAccept } from "hono/utils/accept";
import { RequestError } from "./problem.ts";

/**
 * The first of `offers` that the client likes best.
 *
 * @param header the request's `Accept`; absent or empty accepts all.
 * @param offers media types, the server's favourite first; parameters of an offer have to be asked for.
 * @throws {RequestError} 406, naming what there is.
 */
export function negotiate(header: string | undefined, offers: readonly string[]): string {
  if (!header?.trim()) return offers[0]!;
  // Sorted by quality already; a quality of 0 refuses a type.
  for (const wish of parseAccept(header).filter((entry) => entry.q > 0)) {
    const found = offers.find((offer) => matches(wish, offer));
    if (found) return found;
  }
  throw new RequestError(
    406,
    `Cannot answer as ${header}: this scan can be answered as ${offers.join(", ")}`,
    { field: "accept" },
  );
}

function matches({ type, params }: Accept, offer: string): boolean {
  const wish = type.toLowerCase();
  const [offered, ...parameters] = offer.split(";");
  const isAskedFor = parameters.every((parameter) => {
    const [name, value] = parameter.split("=");
    return params[name!] === value;
  });
  if (!isAskedFor) return false;
  if (wish === "*/*") return true;
  return wish.endsWith("/*") ? offered!.startsWith(wish.slice(0, -1)) : wish === offered;
}
