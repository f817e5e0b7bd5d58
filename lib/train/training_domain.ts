/**
 * The domain that a student is trained on.
 *
 * @module
 */
import type { Dataset } from "../datasets/dataset.ts";

/** Stands for the domain that a data set marks as its source. */
const SOURCE = "source";

/**
 * Finds the domain that a training configuration names. `source` is the one that the data set marks as its source,
 * whatever it is called.
 *
 * @throws {RangeError} where there is no such domain, with the names that there are.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const domains = [
 *   { name: "tower", about: "one station", isSource: false },
 *   { name: "office", about: "handheld", isSource: true },
 * ];
 * assert.equal(trainingDomain({ name: "site", domains }, "source"), "office");
 * assert.throws(() => trainingDomain({ name: "site", domains }, "roof"), /tower, office/);
 * ```
 */
export function trainingDomain(
  { name, domains }: Pick<Dataset, "name" | "domains">,
  wanted: string,
): string {
  if (domains.some((domain) => domain.name === wanted)) return wanted;
  const sources = domains.filter(({ isSource }) => isSource);
  if (wanted === SOURCE && sources.length === 1) return sources[0]!.name;
  const all = domains.map((domain) => domain.name).join(", ");
  throw new RangeError(
    wanted === SOURCE
      ? `Cannot train on ${name}: ${sources.length} of its domains have isSource; write "domain" into the configuration, one of ${all}`
      : `Cannot train on domain '${wanted}' of ${name}: it has the domains ${all}; choose one of them`,
  );
}
