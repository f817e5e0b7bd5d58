/**
 * People who stand or walk. A person looks along the frame's x.
 *
 * @module
 */
import { type Frame, within } from "../../frame.ts";
import type { Material } from "../../materials.ts";
import { ellipsoid, frustum, prism } from "../../primitives.ts";
import type { StreetSite } from "../site.ts";

/** Lengths of a person in metres, and what it wears. */
interface Person {
  frame: Frame;
  tall: number;
  /** Factor of all widths. */
  wide: number;
  /** Heights of hip and shoulder. */
  hip: number;
  shoulder: number;
  /** Distance of either foot from below the hip. */
  stride: number;
  shirt: Material;
  trousers: Material;
  skin: Material;
}

/** Adds an adult, or now and then a child. */
export function addPerson(site: StreetSite, frame: Frame): void {
  const { street, random, style } = site;
  street.beginObject();
  const town = style.town(random);
  const tall = random.chance(0.12) ? random.range(1.15, 1.4) : random.range(1.58, 1.9);
  const shirt = style.material(random, "shirt");
  const trousers = style.material(random, "trousers");
  const skin = style.material(random, "skin");
  const hip = 0.49 * tall, shoulder = 0.83 * tall;
  const stride = random.chance(0.6) ? random.range(0.12, 0.3) : random.range(0, 0.05);
  const wide = tall * random.range(0.95, 1.15);
  const skirt = random.chance(town === "C" ? 0.35 : 0.15);
  const person = { frame, tall, wide, hip, shoulder, stride, shirt, trousers, skin };
  addLegs(site, person, skirt);
  addTorso(site, person);
  addHead(site, person);
  if (town === "B" || random.chance(0.25)) addRucksack(site, person);
}

function addLegs({ street }: StreetSite, person: Person, skirt: boolean): void {
  const { frame, wide, hip, stride, trousers, skin } = person;
  for (const side of [-1, 1]) {
    // A leg leans from its foot to the hip.
    const foot = side * stride, thick = 0.048 * wide;
    const at = [foot, side * 0.055 * wide, hip / 2] as const;
    const half = [thick, 0.05 * wide, hip / 2] as const;
    const leg = prism(frame, at, half, -foot - thick * 1.2, -foot + thick * 1.2);
    street.add("legs", skirt ? skin : trousers, leg);
  }
  if (!skirt) return;
  const cloth = frustum(frame, [0, 0, hip * 0.75], 0.17 * wide, 0.1 * wide, hip * 0.3);
  street.add("legs", trousers, cloth);
}

function addTorso({ street }: StreetSite, person: Person): void {
  const { frame, wide, hip, shoulder, stride, shirt } = person;
  // Shoulders are wider than hips: the trapezoid lies across.
  const across = within(frame, 0, 0, (hip + shoulder) / 2, Math.PI / 2);
  const rise = (shoulder - hip) / 2 + 0.02;
  const chest = 0.125 * wide;
  const torso = prism(across, [0, 0, 0], [0.085 * wide, 0.065 * wide, rise], -chest, chest);
  street.add("torso", shirt, torso);
  for (const side of [-1, 1]) {
    // Arms swing against the legs.
    const hand = -side * stride * 0.8, thick = 0.028 * wide, half = (shoulder - hip) / 2 + 0.03;
    const at = [hand, side * 0.15 * wide, shoulder - half] as const;
    const arm = prism(frame, at, [thick, thick, half], -hand - thick, -hand + thick);
    street.add("torso", shirt, arm);
  }
}

function addHead({ street }: StreetSite, { frame, tall, trousers, skin }: Person): void {
  const skull = 0.07 * tall;
  const head = [skull, skull * 0.85, skull * 1.15] as const;
  street.add("head", skin, ellipsoid(frame, [0.01, 0, tall - skull], head));
  const hair = [skull * 1.05, skull * 0.95, skull * 0.75] as const;
  const colour: Material = { ...trousers, kind: "plain" };
  street.add("head", colour, ellipsoid(frame, [-0.015, 0, tall - skull * 0.62], hair));
}

function addRucksack({ street, random, style }: StreetSite, person: Person): void {
  const { frame, tall, wide, shoulder } = person;
  const at = [-0.1 * wide, 0, shoulder - 0.14 * tall] as const;
  const half = [0.07 * wide, 0.09 * wide, 0.14 * tall] as const;
  street.add("torso", style.material(random, "shirt"), ellipsoid(frame, at, half));
}
