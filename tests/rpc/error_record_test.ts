import assert from "node:assert/strict";
import { errorOf, errorRecord } from "../../lib/rpc/error_record.ts";
import { GpuLostError, GpuUnavailableError } from "../../lib/gpu/mod.ts";
import { CameraError, InputError, PhotoError, ScanError } from "../../lib/scan/mod.ts";
import { OptionError } from "../../lib/ttt/option_error.ts";
import { LABELLER_ERRORS } from "../../lib/serving/labeller/labeller_thread.ts";

/** Sends an error through a message, as a labelling thread does. */
function sent(error: unknown): Error {
  return errorOf(structuredClone(errorRecord(error)), LABELLER_ERRORS);
}

Deno.test("errorOf() rebuilds an input error with its class, fields, stack and cause", () => {
  const cause = new RangeError("offset is out of bounds");
  const details = {
    file: "a.las",
    problem: "broken",
    mend: "mend it",
    offset: 7,
    field: "x",
    cause,
  };
  for (const type of [ScanError, CameraError, PhotoError, InputError]) {
    const error = new type(details);
    const again = sent(error) as InputError;
    assert.ok(again instanceof type && again instanceof InputError && again instanceof SyntaxError);
    assert.equal(again.constructor, type);
    const { name, message, file, offset, field, stack } = again;
    assert.deepEqual({ name, message, file, offset, field, stack }, {
      name: error.name,
      message: error.message,
      file: "a.las",
      offset: 7,
      field: "x",
      stack: error.stack,
    });
    assert.ok(again.cause instanceof RangeError);
    assert.equal(again.cause.message, cause.message);
  }
  const placeless = new ScanError({ file: "a", problem: "b", mend: "c" });
  assert.equal((sent(placeless) as ScanError).offset, placeless.offset);
});

Deno.test("errorOf() rebuilds the classes that it is given, and those of the language", () => {
  const option = sent(new OptionError("Cannot set steps", "steps"));
  assert.ok(option instanceof OptionError && option instanceof RangeError);
  assert.equal(option.field, "steps");
  assert.ok(sent(new GpuLostError("gone")) instanceof GpuLostError);
  assert.ok(sent(new GpuUnavailableError("none")) instanceof GpuUnavailableError);
  assert.ok(sent(new TypeError("shape")) instanceof TypeError);
});

Deno.test("errorOf() keeps the name of an error of another class, and takes any thrown value", () => {
  class OddError extends Error {
    override name = "OddError";
    readonly callback = () => {};
  }
  const odd = sent(new OddError("odd"));
  assert.equal(odd.name, "OddError");
  assert.equal(odd.message, "odd");
  assert.equal(sent("text").message, "text");
  assert.equal(sent(new DOMException("no", "AbortError")).name, "AbortError");
});
