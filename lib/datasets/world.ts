/**
 * What the procedural worlds have in common as data sets: a table of domains, and scenes made when they are
 * asked for.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { SCENES_PER_SPLIT } from "../worlds/seeds.ts";
import type { Dataset, DatasetScene, DatasetSplit } from "./dataset.ts";

/** A world, by the names of its domains. */
export interface World<Name extends string>
  extends Pick<Dataset, "name" | "classes" | "palette" | "asprs" | "ignoreLabel"> {
  /** Raised with every change of the generator that changes scenes. */
  readonly generator: number;
  readonly domains: Readonly<Record<Name, { readonly about: string }>>;
  readonly scene: (domain: Name, split: DatasetSplit, index: number) => Promise<DatasetScene>;
}

/** The data set of a world; its domain "source" is the one students are trained on. */
export function worldDataset<Name extends string>(world: World<Name>): Dataset {
  const isDomain = (name: string): name is Name => Object.hasOwn(world.domains, name);
  const requireDomain = (name: string): Name => {
    if (isDomain(name)) return name;
    throw new RangeError(
      `Cannot take domain '${name}' of ${world.name}: there are ${
        Object.keys(world.domains).join(", ")
      }`,
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
