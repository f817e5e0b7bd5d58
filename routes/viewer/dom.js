/**
 * Elements of the page by their ids.
 *
 * @module
 */

/**
 * Returns the element with an id.
 *
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 * @throws {TypeError} where there is none of this type.
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new TypeError(
    `Cannot find ${type.name} #${id}: the page and its scripts differ; reload it`,
  );
}
