/**
 * The part that the procedural worlds share as data sets: a table of domains, and scenes generated on request.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { SCENES_PER_SPLIT } from "../worlds/seeds.ts";
import type { Dataset, DatasetScene, DatasetSplit } from "./dataset.ts";

/** A procedural world with its domains by name. */
export interface World<Name extends string>
  extends Pick<Dataset, "name" | "classes" | "palette" | "asprs" | "ignoreLabel"> {
  /** Version of the generator, raised with every change to it that changes scenes. */
  readonly generator: number;
  readonly domains: Readonly<Record<Name, { readonly about: string }>>;
  readonly scene: (domain: Name, split: DatasetSplit, index: number) => Promise<DatasetScene>;
}

/** Makes a data set of a world; students are trained on its domain "source". */
export function worldDataset<Name extends string>(world: World<Name>): Dataset {
  const isDomain = (name: string): name is Name => Object.hasOwn(world.domains, name);
  const requireDomain = (name: string): Name => {
    if (isDomain(name)) return name;
    throw new RangeError(
      `Cannot take domain '${name}' of ${world.name}: it has the domains ${
        Object.keys(world.domains).join(", ")
      }; choose one of them`,
    );
  };
  const { name, classes, palette, asprs, ignoreLabel } = world;
  const domains = Object.entries<{ readonly about: string }>(world.domains);
  return {
    name,
    classes,
    palette,
    asprs,
    ignoreLabel,
    domains: domains.map(([name, { about }]) => ({ name, about, isSource: name === "source" })),
    count: (domain) => isDomain(domain) ? SCENES_PER_SPLIT : 0,
    scene: async (domain, split, index) => await world.scene(requireDomain(domain), split, index),
    version: (domain) =>
      createHash("sha256")
        .update(JSON.stringify([world.generator, world.domains[requireDomain(domain)]]))
        .digest("hex").slice(0, 16),
  };
}
