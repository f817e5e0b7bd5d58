/**
 * Ground that is not flat: roads with a camber, kerbs of any height, and lots that rise behind the sidewalk. Lots are
 * grass, paving or asphalt.
 *
 * @module
 */
import { frameAt, within } from "../../frame.ts";
import type { Material } from "../../materials.ts";
import { box, ellipsoid, prism } from "../../primitives.ts";
import type { StreetPart } from "../classes.ts";
import { lotsBegin, type Strips } from "../ground.ts";
import type { Frontage, Lane, StreetLayout } from "../layout.ts";
import type { StreetSite } from "../site.ts";
import type { VariedMeasures } from "./measures.ts";

/** Depth of the lots, metres. */
const LOT_DEPTH = 26;
/** Markings are left out beyond this distance from the sensor, metres. */
const MARKED = 35;

/** Ground of a lot: how it is called, and how it looks. */
type Cover = readonly [part: StreetPart | null, surface: "grass" | "paving" | "asphalt"];

const GRASS: Cover = ["grass", "grass"];
const PAVED: Cover = ["paving", "paving"];
/** Where cars park, which is neither road nor sidewalk. */
const PARKING: Cover = [null, "asphalt"];

/** Height (metres) of a lot `y` metres behind the sidewalk, above the sidewalk. */
export function lotRise(rise: number, run: number, y: number): number {
  return rise * Math.max(0, Math.min(1, (y - 0.3) / run));
}

/** How high the lots of a frontage rise: those of a crossing, which would bury each other's sidewalks, do not. */
export function riseOf(layout: StreetLayout, frontage: Frontage, measures: VariedMeasures): number {
  return layout.crossing ? 0 : measures.rises[layout.frontages.indexOf(frontage) % 2]!;
}

/**
 * Adds all carriageways and strips, and a zebra crossing before a crossing of roads.
 *
 * @returns the frontages behind which grass grows.
 */
export function addVariedGround(
  site: StreetSite,
  layout: StreetLayout,
  strips: Strips,
  measures: VariedMeasures,
): Frontage[] {
  const { street, random, style, reach } = site;
  const asphalt = style.material(random, "asphalt"), paint = style.material(random, "marking");
  const grass = style.material(random, "grass"), paving = style.material(random, "paving");
  const edge = style.material(random, "kerb");
  const far = reach * 1.3;
  street.add("grass", grass, box(frameAt(0, 0, 0, 0), [0, 0, -0.45], [far, far, 0.4]));
  for (const lane of layout.lanes) addLane(site, lane, measures.camber, asphalt, paint);
  if (layout.crossing && random.chance(0.6)) {
    for (let y = -layout.half + 0.5; y < layout.half - 0.3; y += 1) {
      const z = crown(measures.camber, layout.half, y) - 0.092;
      street.add(
        "marking",
        paint,
        box(frameAt(layout.crossing[0] - 3.2, 0, 0, 0), [0, y + 0.2, z], [1.4, 0.25, 0.1]),
      );
    }
  }
  const { kerb } = measures;
  const green: Frontage[] = [];
  for (const frontage of layout.frontages) {
    const { frame, length, overhang } = frontage;
    let y = 0;
    const strip = (part: StreetPart | null, material: Material, width: number, top: number) => {
      const half = length / 2 + overhang * (y + width) / 10;
      street.add(
        part,
        material,
        box(frame, [length / 2, y + width / 2, top - 0.3], [half, width / 2, 0.3]),
      );
      y += width;
    };
    strip("kerb", edge, strips.kerb, kerb + 0.01);
    if (strips.verge > 0) strip("grass", grass, strips.verge, kerb - 0.005);
    strip("paving", paving, strips.sidewalk, kerb);
    const cover = random.chance(measures.paved)
      ? PAVED
      : random.chance(measures.parking)
      ? PARKING
      : GRASS;
    const material = cover === GRASS ? grass : style.material(random, cover[1]);
    const rise = riseOf(layout, frontage, measures);
    if (rise > 0) {
      strip(cover[0], material, 0.3, kerb - 0.02);
      const bank = within(frame, length / 2, y + measures.run / 2, kerb - 0.02, Math.PI / 2);
      const half = measures.run / 2;
      // The top edge of the bank is at its far side.
      street.add(
        random.chance(0.7) ? "grass" : cover[0],
        grass,
        prism(
          bank,
          [0, 0, rise / 2],
          [half, length / 2 + overhang * (y + measures.run) / 10, rise / 2],
          half,
          half,
        ),
      );
      y += measures.run;
    }
    strip(cover[0], material, LOT_DEPTH, kerb - 0.02 + rise);
    if (cover === GRASS) green.push(frontage);
    street.addWay(frame, [0, length, 0, lotsBegin(strips) - 0.05]);
  }
  return green;
}

/** Height of a road with a camber, `y` metres from its middle. */
function crown(camber: number, half: number, y: number): number {
  return camber * Math.max(0, 1 - Math.abs(y) / half);
}

/** Adds a carriageway that falls from its middle to both sides, with lines of a few kinds. */
function addLane(
  { street, random }: StreetSite,
  { frame, length, half }: Lane,
  camber: number,
  asphalt: Material,
  paint: Material,
): void {
  street.add("asphalt", asphalt, box(frame, [length / 2, 0, -0.2], [length / 2 + 1.5, half, 0.2]));
  if (camber > 0.01) {
    const across = within(frame, length / 2, 0, camber / 2, Math.PI / 2);
    street.add(
      "asphalt",
      asphalt,
      prism(across, [0, 0, 0], [half, length / 2 + 1.5, camber / 2], 0, 0),
    );
  }
  street.addWay(frame, [0, length, -half, half]);
  const gap = random.pick([6, 9, 12]), long = random.range(1, 2);
  for (let x = 2; x < length - 3; x += gap) {
    const dash = within(frame, x + long, 0, 0);
    if (street.distance(dash) > MARKED) continue;
    street.add("marking", paint, box(dash, [0, 0, camber - 0.095], [long, 0.07, 0.1]));
  }
}

/** Adds low humps where the grass of lots is free. */
export function addHumps(
  site: StreetSite,
  layout: StreetLayout,
  frontage: Frontage,
  strips: Strips,
  measures: VariedMeasures,
): void {
  const { street, random, style } = site;
  const { frame, length } = frontage;
  const grass = style.material(random, "grass");
  const rise = riseOf(layout, frontage, measures);
  for (let x = random.range(0, 8); x < length; x += random.range(3, 14)) {
    const y = random.range(1.5, 12);
    const z = measures.kerb - 0.02 + lotRise(rise, measures.run, y);
    const at = within(frame, x, lotsBegin(strips) + y, z);
    const wide = random.range(1, 4), deep = Math.min(wide, y) * 0.8;
    if (street.distance(at) > 40 || !street.claim(at, [-wide, wide, -deep, deep], "lot")) continue;
    street.beginObject();
    street.add("grass", grass, ellipsoid(at, [0, 0, 0], [wide, deep, random.range(0.05, 0.5)]));
  }
}
