/**
 * Checks values from outside against zod schemas. The first issue becomes a {@link Violation}: the field, what is wrong
 * with it, and what to do. Each caller makes an error of its own class of that, and so all errors have the same form:
 * "Cannot read card.json: width is -3 (field width); write a number above 0".
 *
 * @module
 */
export { exactly } from "./exactly.ts";
export { fieldPath, shown } from "./field.ts";
export { parseJson } from "./json.ts";
export { nearestName } from "./nearest_name.ts";
export {
  fitting,
  issueAt,
  validate,
  type Violation,
  violationsText,
  violationText,
} from "./violation.ts";
