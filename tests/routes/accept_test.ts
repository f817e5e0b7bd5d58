import assert from "node:assert/strict";
import { negotiate } from "../../routes/http/accept.ts";
import type { RequestError } from "../../routes/http/problem.ts";

const OFFERS = [
  "application/octet-stream",
  "application/json",
  "application/x-npy",
  "application/x-npy;array=confidence",
];

const asked = (accept?: string) =>
  negotiate({ headers: new Headers(accept === undefined ? {} : { accept }) }, OFFERS);

Deno.test("negotiate() follows qualities, wildcards and the parameters of an offer", () => {
  assert.equal(asked(), "application/octet-stream");
  assert.equal(asked("*/*"), "application/octet-stream");
  assert.equal(asked("application/json;q=0.2, application/x-npy;q=0.9"), "application/x-npy");
  assert.equal(asked("application/x-npy;array=confidence"), "application/x-npy;array=confidence");
});

Deno.test("negotiate() ignores parameters that no offer has", () => {
  assert.equal(asked("application/json; charset=utf-8"), "application/json");
  assert.equal(asked("application/json;odata=verbose;q=0.5, text/html"), "application/json");
});

Deno.test("negotiate() refuses what is refused, and names what there is", () => {
  assert.throws(
    () => asked("text/html, application/json;q=0"),
    (error: RequestError) => error.status === 406 && /application\/x-npy/.test(error.message),
  );
});
