/**
 * The networks by the names that model cards use.
 *
 * @module
 */
import { minkUNet, MINKUNETS } from "./minkunet.ts";
import type { Network } from "./network.ts";
import { litePT, LITEPTS } from "./transformers/litept.ts";
import { pointTransformer } from "./transformers/point_transformer.ts";
import { POINT_TRANSFORMERS } from "./transformers/point_transformers.ts";
import { spUNet, SPUNETS } from "./spunet.ts";

/** All networks by name. */
const NETWORKS: ReadonlyMap<string, (inChannels: number) => Network> = new Map([
  ...Object.entries(MINKUNETS).map(([name, shape]) =>
    [name, (inChannels: number) => minkUNet({ ...shape, inChannels })] as const
  ),
  ...Object.entries(SPUNETS).map(([name, shape]) =>
    [name, (inChannels: number) => spUNet({ ...shape, inChannels })] as const
  ),
  ...Object.entries(LITEPTS).map(([name, shape]) =>
    [name, (inChannels: number) => litePT({ ...shape, inChannels })] as const
  ),
  ...Object.entries(POINT_TRANSFORMERS).map(([name, shape]) =>
    [name, (inChannels: number) => pointTransformer({ ...shape, inChannels })] as const
  ),
]);

/** The names that a model card may give as its backbone. */
export const NETWORK_NAMES = [...NETWORKS.keys()] as [string, ...string[]];

/**
 * Makes a network by name.
 *
 * @throws {RangeError} where there is no network of that name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const network = networkOf("MinkUNet34C", 3);
 * assert.equal(network.featureChannels, 96);
 * assert.throws(() => networkOf("PointNet", 3), RangeError);
 * ```
 */
export function networkOf(name: string, inChannels: number): Network {
  const make = NETWORKS.get(name);
  if (!make) {
    throw new RangeError(
      `Cannot build network "${name}": there is none of that name; take one of ${
        NETWORK_NAMES.join(", ")
      }`,
    );
  }
  return make(inChannels);
}
