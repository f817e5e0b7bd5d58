/**
 * Elements of the page by their ids.
 *
 * @module
 */

/**
 * The element of an id, which has to be of a type.
 *
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new TypeError(
    `Cannot find ${type.name} #${id}: the page and its scripts differ; reload it`,
  );
}
