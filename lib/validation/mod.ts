/**
 * Values from outside, checked against zod schemas. Whatever a schema has against a value becomes one
 * {@link Violation}: which field, what is wrong with it, and what to do. Each caller makes its own error class of
 * that, so all errors read alike: "Cannot read card.json: width is -3 (field width); write a number above 0".
 *
 * @module
 */
export { exactly } from "./exactly.ts";
export { fieldPath, shown } from "./field.ts";
export { parseJson } from "./json.ts";
export { issueAt, validate, type Violation, violationText } from "./violation.ts";
