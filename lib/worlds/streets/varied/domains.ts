/**
 * The domains of varied streets. A student is trained on "source", which has every rig; the others have one each.
 *
 * @module
 */
import { seedOf, type Split } from "../../seeds.ts";
import type { RigName } from "./rig.ts";

/** Which rigs scan the streets of a domain. */
export interface VariedDomain {
  /** Part of the seed; shared with no other domain of streets. */
  number: number;
  /** One line for reports. */
  about: string;
  /** Kinds of rigs to draw from; one that is listed twice is drawn twice as often. */
  rigs: readonly RigName[];
}

/** Every domain. */
export const VARIED_DOMAINS = {
  source: {
    number: 32,
    about: "varied streets among slopes, one or two lidars of seven kinds",
    rigs: [
      ...["hdl64", "hdl64", "hdl64", "hdl32", "hdl32", "pandar64", "pandar64"] as const,
      ...["os128", "vlp16", "lines", "rosette", "ahead", "ahead", "sides"] as const,
    ],
  },
  hdl64: { number: 33, about: "64 beams in two blocks (HDL-64E)", rigs: ["hdl64"] },
  hdl32: { number: 34, about: "32 beams from -31 to +11 degrees (HDL-32E)", rigs: ["hdl32"] },
  vlp16: { number: 35, about: "16 beams from -15 to +15 degrees (VLP-16)", rigs: ["vlp16"] },
  pandar64: {
    number: 36,
    about: "64 beams, dense around the horizon (Pandar64)",
    rigs: ["pandar64"],
  },
  os128: { number: 37, about: "128 beams from -22.5 to +22.5 degrees (OS1-128)", rigs: ["os128"] },
  lines: { number: 38, about: "solid state: lines ahead", rigs: ["lines"] },
  rosette: { number: 39, about: "solid state: a rosette ahead", rigs: ["rosette"] },
  two: { number: 40, about: "two lidars in one scan", rigs: ["ahead", "sides"] },
} as const satisfies Readonly<Record<string, VariedDomain>>;

/** Name of a domain. */
export type VariedDomainName = keyof typeof VARIED_DOMAINS;

/**
 * Gives the seed of a scene; see {@link seedOf}.
 *
 * @throws {RangeError} where the index is out of range.
 */
export function variedSeed(domain: VariedDomainName, split: Split, index: number): number {
  return seedOf(VARIED_DOMAINS[domain].number, split, index);
}
