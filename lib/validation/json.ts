/**
 * Text from outside as JSON.
 *
 * @module
 */

/**
 * Parses JSON.
 *
 * @param fail makes the error to throw of what is wrong, a phrase without a subject like "not JSON (...)"
 */
export function parseJson(text: string, fail: (problem: string, cause: unknown) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fail(`not JSON (${(cause as Error).message})`, cause);
  }
}
