/**
 * The 42 classes of PandaSet. It publishes no colours: these are ours.
 *
 * Source: `annotations/semseg/classes.json` of its sequences.
 *
 * @module
 */
import type { ClassRow } from "./mod.ts";

/** Name, colour, and ASPRS code where there is one for it; the first is label 1. */
const LIST: readonly (readonly [name: string, colour: number, asprs?: number])[] = [
  ["Smoke", 0xd9d9d9],
  ["Exhaust", 0xbdbdbd],
  ["Spray or rain", 0xc6dbef],
  ["Reflection", 0xfde0ef, 7],
  ["Vegetation", 0x00af00, 5],
  ["Ground", 0xa6c36f, 2],
  ["Road", 0xff00ff, 11],
  ["Lane Line Marking", 0xffffff],
  ["Stop Line Marking", 0xeeee88],
  ["Other Road Marking", 0xddddaa],
  ["Sidewalk", 0x4b004b],
  ["Driveway", 0xff96ff],
  ["Car", 0x6496f5],
  ["Pickup Truck", 0x4a7bd0],
  ["Medium-sized Truck", 0x501eb4],
  ["Semi-truck", 0x3a1483],
  ["Towed Object", 0x7a5cc4],
  ["Motorcycle", 0x1e3c96],
  ["Other Vehicle - Construction Vehicle", 0x6450fa],
  ["Other Vehicle - Uncommon", 0x5848c8],
  ["Other Vehicle - Pedicab", 0x4c40a8],
  ["Emergency Vehicle", 0xb43c3c],
  ["Bus", 0xff7f50],
  ["Personal Mobility Device", 0x64e6f5],
  ["Motorized Scooter", 0x3cb4c8],
  ["Bicycle", 0x2892a8],
  ["Train", 0x8c510a],
  ["Trolley", 0xbf812d],
  ["Tram / Subway", 0xdfc27d],
  ["Pedestrian", 0xff1e1e],
  ["Pedestrian with Object", 0xff28c8],
  ["Animals - Bird", 0xccff99],
  ["Animals - Other", 0x99cc66],
  ["Pylons", 0xff9900],
  ["Road Barriers", 0xb97a57],
  ["Signs", 0xff0000],
  ["Cones", 0xff6600],
  ["Construction Signs", 0xcc3300],
  ["Temporary Construction Barriers", 0x996633],
  ["Rolling Containers", 0x738c99],
  ["Building", 0xffc800, 6],
  ["Other Static Object", 0xfff096],
];

/** The first ASPRS code that is free for any use. */
const FREE = 64;

/** The 42 classes of PandaSet, in the order of its labels, which begin with 1. */
export const PANDASET: readonly ClassRow[] = LIST.map(([name, colour, asprs], index) => [
  name,
  colour >> 16,
  colour >> 8 & 0xff,
  colour & 0xff,
  asprs ?? FREE + index,
]);
