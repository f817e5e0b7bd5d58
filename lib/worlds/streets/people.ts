/**
 * People who stand or walk. A person faces along the frame's x.
 *
 * @module
 */
import { type Frame, within } from "../frame.ts";
import type { Material } from "../materials.ts";
import { ellipsoid, frustum, prism } from "../primitives.ts";
import type { Site } from "./site.ts";

export function addPerson(site: Site, frame: Frame): void {
  const { street, random, style } = site;
  const town = style.town(random);
  const tall = random.chance(0.12) ? random.range(1.15, 1.4) : random.range(1.58, 1.9);
  const shirt = style.material(random, "shirt");
  const trousers = style.material(random, "trousers");
  const skin = style.material(random, "skin");
  const hip = 0.49 * tall, shoulder = 0.83 * tall;
  const stride = random.chance(0.6) ? random.range(0.12, 0.3) : random.range(0, 0.05);
  const wide = tall * random.range(0.95, 1.15);
  const dressed = random.chance(town === "C" ? 0.35 : 0.15);
  for (const side of [-1, 1]) {
    // A leg leans from its foot to the hip.
    const foot = side * stride, thick = 0.048 * wide;
    street.add(
      "legs",
      dressed ? skin : trousers,
      prism(
        frame,
        [foot, side * 0.055 * wide, hip / 2],
        [thick, 0.05 * wide, hip / 2],
        ...[
          -foot - thick * 1.2,
          -foot + thick * 1.2,
        ] as const,
      ),
    );
  }
  if (dressed) {
    street.add(
      "legs",
      trousers,
      frustum(frame, [0, 0, hip * 0.75], 0.17 * wide, 0.1 * wide, hip * 0.3),
    );
  }
  // Shoulders are wider than hips: the trapezoid lies across.
  const across = within(frame, 0, 0, (hip + shoulder) / 2, Math.PI / 2);
  const rise = (shoulder - hip) / 2 + 0.02;
  const chest = 0.125 * wide;
  street.add(
    "torso",
    shirt,
    prism(across, [0, 0, 0], [0.085 * wide, 0.065 * wide, rise], -chest, chest),
  );
  for (const side of [-1, 1]) {
    // Arms swing against the legs.
    const hand = -side * stride * 0.8, thick = 0.028 * wide, arm = (shoulder - hip) / 2 + 0.03;
    street.add(
      "torso",
      shirt,
      prism(
        frame,
        [hand, side * 0.15 * wide, shoulder - arm],
        [thick, thick, arm],
        ...[
          -hand - thick,
          -hand + thick,
        ] as const,
      ),
    );
  }
  const skull = 0.07 * tall;
  street.add(
    "head",
    skin,
    ellipsoid(frame, [0.01, 0, tall - skull], [skull, skull * 0.85, skull * 1.15]),
  );
  const hair: Material = { ...trousers, kind: "plain" };
  street.add(
    "head",
    hair,
    ellipsoid(frame, [-0.015, 0, tall - skull * 0.62], [
      skull * 1.05,
      skull * 0.95,
      skull * 0.75,
    ]),
  );
  if (town === "B" || random.chance(0.25)) {
    // A rucksack.
    street.add(
      "torso",
      style.material(random, "shirt"),
      ellipsoid(frame, [
        -0.1 * wide,
        0,
        shoulder - 0.14 * tall,
      ], [0.07 * wide, 0.09 * wide, 0.14 * tall]),
    );
  }
}
