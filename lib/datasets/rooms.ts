/**
 * The procedural rooms as a data set.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Gpu } from "../gpu/mod.ts";
import {
  type DomainName,
  DOMAINS,
  IGNORE_LABEL,
  ROOM_ASPRS,
  ROOM_CLASSES,
  ROOM_PALETTE,
  roomScene,
  SCENES_PER_SPLIT,
} from "../worlds/rooms/mod.ts";
import type { Dataset } from "./dataset.ts";

/** Raised with every change of the generator that changes scenes. */
const GENERATOR = 1;

/** The benchmark "rooms"; scenes are made on the GPU when they are asked for. */
export function roomsDataset(gpu: Gpu): Dataset {
  return {
    name: "rooms",
    classes: ROOM_CLASSES,
    palette: ROOM_PALETTE,
    asprs: ROOM_ASPRS,
    ignoreLabel: IGNORE_LABEL,
    domains: Object.entries(DOMAINS).map(([name, { about }]) => ({
      name,
      about,
      isSource: name === "source",
    })),
    count: (domain) => isDomain(domain) ? SCENES_PER_SPLIT : 0,
    scene: async (domain, split, index) =>
      await roomScene(gpu, { domain: requireDomain(domain), split, index }),
    version: (domain) =>
      createHash("sha256")
        .update(JSON.stringify([GENERATOR, DOMAINS[requireDomain(domain)]]))
        .digest("hex").slice(0, 16),
  };
}

function isDomain(name: string): name is DomainName {
  return Object.hasOwn(DOMAINS, name);
}

function requireDomain(name: string): DomainName {
  if (isDomain(name)) return name;
  throw new RangeError(
    `Cannot take domain '${name}' of rooms: there are ${Object.keys(DOMAINS).join(", ")}`,
  );
}
