/**
 * What methods a scan may name, as the server's own description of itself lists them.
 *
 * @module
 */

/**
 * @typedef {object} OfferedMethod
 * @property {string} name
 * @property {string} about
 * @property {boolean} takesSteps
 */

/**
 * The methods that a scan may name without saying more, in the order of the document.
 *
 * @param {any} document of `/openapi.json`
 * @returns {OfferedMethod[]}
 */
export function offeredMethods({ components: { schemas } }) {
  return schemas.SegmentOptions.oneOf
    .map((/** @type {{$ref?: string}} */ { $ref }) => $ref && schemas[$ref.split("/").at(-1) ?? ""])
    .filter((/** @type {any} */ schema) => schema?.required.join() === "method")
    .map((/** @type {any} */ { title, description, properties }) => ({
      name: title,
      about: description,
      takesSteps: "steps" in properties,
    }));
}
