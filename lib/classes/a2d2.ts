/**
 * The categories of A2D2; numbered instances ("Car 1" to "Car 4") are one. Colours are those of the first instance.
 *
 * Source: the data set's `class_list.json`.
 *
 * @module
 */
import type { ClassRow } from "./mod.ts";

/** Name, colour as in `class_list.json`, and ASPRS code where there is one for it. */
const LIST: readonly (readonly [name: string, colour: number, asprs?: number])[] = [
  ["Car", 0xff0000],
  ["Bicycle", 0xb65906],
  ["Pedestrian", 0xcc99ff],
  ["Truck", 0xff8000],
  ["Small vehicles", 0x00ff00],
  ["Traffic signal", 0x0080ff],
  ["Traffic sign", 0x00ffff],
  ["Utility vehicle", 0xffff00],
  ["Sidebars", 0xe96400],
  ["Speed bumper", 0x6e6e00],
  ["Curbstone", 0x808000],
  ["Solid line", 0xffc125],
  ["Irrelevant signs", 0x400040],
  ["Road blocks", 0xb97a57],
  ["Tractor", 0x000064],
  ["Non-drivable street", 0x8b636c],
  ["Zebra crossing", 0xd23273],
  ["Obstacles / trash", 0xff0080],
  ["Poles", 0xfff68f],
  ["RD restricted area", 0x960096],
  ["Animals", 0xccff99],
  ["Grid structure", 0xeea2ad],
  ["Signal corpus", 0x212cb1],
  ["Drivable cobblestone", 0xb432b4],
  ["Electronic traffic", 0xff46b9],
  ["Slow drive area", 0xeee9bf],
  ["Nature object", 0x93fdc2, 5],
  ["Parking area", 0x9696c8],
  ["Sidewalk", 0xb496c8],
  ["Ego car", 0x48d1cc],
  ["Painted driv. instr.", 0xc87dd2],
  ["Traffic guide obj.", 0x9f79ee],
  ["Dashed line", 0x8000ff],
  ["RD normal street", 0xff00ff, 11],
  ["Sky", 0x87ceff],
  ["Buildings", 0xf1e6ff, 6],
  ["Blurred area", 0x60458f],
  ["Rain dirt", 0x352e52],
];

/** The first ASPRS code that is free for any use. */
const FREE = 64;

/** The 38 categories of A2D2. */
export const A2D2: readonly ClassRow[] = LIST.map(([name, colour, asprs], index) => [
  name,
  colour >> 16,
  colour >> 8 & 0xff,
  colour & 0xff,
  asprs ?? FREE + index,
]);
