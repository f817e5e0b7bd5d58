/**
 * The calls of the worker of these tests.
 *
 * @module
 */

/** An error with a field of its own. */
export class FieldError extends Error {
  override name = "FieldError";
  constructor(message: string, readonly field: string) {
    super(message);
  }
}

/** The calls; `count` and `wait` report their progress as numbers. */
export interface TestCalls {
  /** Adds up; where it is the last, only once another sum has been returned. */
  add: { given: { numbers: number[]; isLast?: boolean }; returned: number };
  refuse: { given: { field: string }; returned: void };
  count: { given: number; returned: number };
  /** Waits until it is aborted. */
  wait: { given: null; returned: void };
  /** Returns what no message can carry. */
  returnFunction: { given: null; returned: unknown };
  /** Throws outside of any call. */
  die: { given: null; returned: void };
  /** Says that the worker can do nothing more. */
  fail: { given: null; returned: void };
}
