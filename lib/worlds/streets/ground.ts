/**
 * The ground: carriageways with their markings, and along every edge kerb, grass, sidewalk and the lots' soil.
 * Tops: road 0, lots 0.10, sidewalk 0.12, kerb 0.13 m, so that where strips of two frontages cross, the sidewalk
 * lies above the lots.
 *
 * @module
 */
import { type Frame, frameAt, within } from "../frame.ts";
import type { Material } from "../materials.ts";
import { box } from "../primitives.ts";
import type { Frontage, Lane, Layout } from "./layout.ts";
import { REACH } from "./layout.ts";
import type { Site } from "./site.ts";
import type { StreetPart } from "./classes.ts";

/** Widths of the strips along every edge of a street, metres. */
export interface Strips {
  kerb: number;
  /** Grass between kerb and sidewalk; 0 where there is none. */
  verge: number;
  sidewalk: number;
}

/** Distance from the road's edge to where the lots begin. */
export function lotsBegin({ kerb, verge, sidewalk }: Strips): number {
  return kerb + verge + sidewalk;
}

/** Metres that lots reach back. */
const LOT_DEPTH = 24;

export function addGround(site: Site, layout: Layout, strips: Strips): void {
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

/** A carriageway with a broken line along its middle. */
function addLane(
  site: Site,
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

/** Bars across the main road, one after the other from kerb to kerb. */
function addZebra(site: Site, x: number, half: number, paint: Material): void {
  const frame: Frame = frameAt(x, 0, 0, 0);
  for (let y = -half + 0.5; y < half - 0.3; y += 1) {
    site.street.add("marking", paint, box(frame, [0, y + 0.2, -0.092], [1.4, 0.25, 0.1]));
  }
}

/** A point of the main road's axes is in reach of the sensors. */
export function inReach(site: Site, frame: Frame): boolean {
  return site.street.distance(frame) < REACH;
}

/** Frontages walked from their start: frames on the edge about every `step` metres, `random` by half of it. */
export function along(
  site: Site,
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
