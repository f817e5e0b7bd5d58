/**
 * The ground: carriageways with their markings and, along every edge, strips of kerb, grass, sidewalk and lots. Their
 * tops lie at 0 m (road), 0.10 m (lots), 0.12 m (sidewalk) and 0.13 m (kerb), so that the sidewalk lies above the lots
 * where strips of two frontages cross.
 *
 * @module
 */
import { type Frame, frameAt, within } from "../frame.ts";
import type { Material } from "../materials.ts";
import { box } from "../primitives.ts";
import type { Frontage, Lane, StreetLayout } from "./layout.ts";
import type { StreetSite } from "./site.ts";
import type { StreetPart } from "./classes.ts";

/** Widths of the strips along every edge of a street, metres. */
export interface Strips {
  /** The kerb. */
  kerb: number;
  /** Grass between kerb and sidewalk; 0 where there is none. */
  verge: number;
  /** The sidewalk. */
  sidewalk: number;
}

/** Gives the distance from the road's edge to the lots, metres. */
export function lotsBegin({ kerb, verge, sidewalk }: Strips): number {
  return kerb + verge + sidewalk;
}

/** Depth of the lots, metres. */
const LOT_DEPTH = 24;

/** Adds all carriageways and strips, and a zebra crossing before a crossing of roads. */
export function addGround(site: StreetSite, layout: StreetLayout, strips: Strips): void {
  const { street, random, style } = site;
  const asphalt = style.material(random, "asphalt");
  const paint = style.material(random, "marking");
  const kerb = style.material(random, "kerb");
  const paving = style.material(random, "paving");
  const grass = style.material(random, "grass");
  street.add("grass", grass, box(frameAt(0, 0, 0, 0), [0, 0, -0.45], [60, 60, 0.4]));
  for (const lane of layout.lanes) addLane(site, lane, asphalt, paint);
  if (layout.crossing) addZebra(site, layout.crossing[0] - 3.2, layout.half, paint);
  for (const frontage of layout.frontages) {
    let y = 0;
    const strip = (part: StreetPart, material: Material, width: number, top: number) => {
      const { frame, length, overhang } = frontage;
      const half = length / 2 + overhang * (y + width) / 10;
      street.add(
        part,
        material,
        box(frame, [length / 2, y + width / 2, top - 0.3], [
          half,
          width / 2,
          0.3,
        ]),
      );
      y += width;
    };
    strip("kerb", kerb, strips.kerb, 0.13);
    if (strips.verge > 0) strip("grass", grass, strips.verge, 0.115);
    strip("paving", paving, strips.sidewalk, 0.12);
    strip("grass", grass, LOT_DEPTH, 0.1);
    street.addWay(frontage.frame, [0, frontage.length, 0, lotsBegin(strips) - 0.05]);
  }
}

/** Adds a carriageway with a broken line along its middle. */
function addLane(
  site: StreetSite,
  { frame, length, half }: Lane,
  asphalt: Material,
  paint: Material,
): void {
  const { street } = site;
  street.add("asphalt", asphalt, box(frame, [length / 2, 0, -0.2], [length / 2 + 1.5, half, 0.2]));
  street.addWay(frame, [0, length, -half, half]);
  for (let x = 2; x < length - 3; x += 6) {
    const dash = within(frame, x + 1.2, 0, 0);
    if (street.distance(dash) > 30) continue;
    street.add("marking", paint, box(dash, [0, 0, -0.095], [1.2, 0.07, 0.1]));
  }
}

/** Adds the bars of a zebra crossing, side by side from kerb to kerb of the main road. */
function addZebra(site: StreetSite, x: number, half: number, paint: Material): void {
  const frame: Frame = frameAt(x, 0, 0, 0);
  for (let y = -half + 0.5; y < half - 0.3; y += 1) {
    site.street.add("marking", paint, box(frame, [0, y + 0.2, -0.092], [1.4, 0.25, 0.1]));
  }
}

/** Whether a frame in the street's axes is within reach of the sensors. */
export function inReach(site: StreetSite, frame: Frame): boolean {
  return site.street.distance(frame) < site.reach;
}

/** Walks along a frontage and visits frames on the edge, 0.6 to 1.4 times `step` metres apart, where sensors reach. */
export function along(
  site: StreetSite,
  { frame, length }: Frontage,
  step: number,
  visit: (at: Frame) => void,
): void {
  for (
    let x = site.random.range(0.2, 1) * step;
    x < length - 1;
    x += site.random.range(0.6, 1.4) * step
  ) {
    const at = within(frame, x, 0, 0);
    if (inReach(site, at)) visit(at);
  }
}
