/**
 * A worker that does what its test tells it to.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { hostCalls } from "../../lib/rpc/host.ts";
import { FieldError, type TestCalls } from "./calls.ts";

const answered = Promise.withResolvers<void>();

const fail = hostCalls<TestCalls, number>({
  async add({ numbers, isLast }) {
    if (isLast) {
      await answered.promise;
      await delay(0);
    } else {
      answered.resolve();
    }
    return numbers.reduce((sum, value) => sum + value, 0);
  },
  refuse({ field }) {
    throw new FieldError(`Cannot use ${field}`, field);
  },
  count(steps, { onProgress }) {
    for (let step = 1; step <= steps; step++) onProgress(step);
    return steps;
  },
  wait: (_, { signal, onProgress }) => {
    onProgress(0);
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason), { once: true })
    );
  },
  returnFunction: () => () => {},
  async die() {
    setTimeout(() => {
      throw new Error("on purpose");
    });
    await new Promise(() => {});
  },
  async fail() {
    fail(new FieldError("Cannot go on: the device was lost", "device"));
    await new Promise(() => {});
  },
});
