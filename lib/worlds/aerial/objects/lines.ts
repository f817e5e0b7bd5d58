/**
 * Power lines: wires that sag between pylons of steel or poles of wood.
 *
 * @module
 */
import { type Frame, frameAt, within } from "../../frame.ts";
import { box, cylinder, lattice, roller } from "../../primitives.ts";
import type { AerialSite } from "../site.ts";
import { FILLED } from "../tile.ts";

/** Length of the straight pieces that a wire is made of, metres. */
const PIECE = 2;

/**
 * Half the width that a beam meets a wire within, metres: wires are thinner than beams, and a beam that covers a part of
 * one comes back weakly.
 */
const REACH = 0.1;

/** Adds a power line along the frame's x; one pylon stands on the tile. */
export function addPowerLine(site: AerialSite, frame: Frame): void {
  site.tile.beginObject();
  const { random } = site;
  const isHigh = random.chance(0.6);
  const height = isHigh ? random.range(18, 34) : random.range(8, 11);
  const span = isHigh ? random.range(150, 300) : random.range(35, 70);
  const sag = isHigh ? span * random.range(0.02, 0.035) : span * random.range(0.01, 0.02);
  const arms = isHigh
    ? [[height, 0], [height - 2, 3.5], [height - 2, -3.5], [height - 7, 4.5], [height - 7, -4.5]]
    : random.chance(0.5)
    ? [[height, 0], [height - 0.6, 1], [height - 0.6, -1]]
    : [[height, 0]];
  const first = random.range(-FILLED, FILLED);
  for (const place of isHigh ? [first] : [first - span, first, first + span]) {
    if (Math.abs(place) > FILLED) continue;
    const foot = within(frame, place, 0, 0);
    const at = site.tile.on(foot.x, foot.y, Math.atan2(frame.sin, frame.cos));
    if (!site.tile.claim(at, isHigh ? 2.5 : 0.5, isHigh ? 2.5 : 0.5)) return;
    if (isHigh) addPylon(site, at, height, arms);
    else addPole(site, at, height, arms);
  }
  for (const [top, side] of arms) {
    addWire(site, frame, { first, span, sag, top: top!, side: side! });
  }
}

/** Adds a wire as level pieces at the heights of its curve. */
function addWire(
  { tile, random, style }: AerialSite,
  frame: Frame,
  { first, span, sag, top, side }: {
    first: number;
    span: number;
    sag: number;
    top: number;
    side: number;
  },
): void {
  const steel = style.material(random, "steel");
  const level = (x: number) => {
    const at = within(frame, x, 0, 0);
    return tile.ground.height(at.x, at.y);
  };
  const reach = FILLED + 10;
  for (let x = -reach; x < reach; x += PIECE) {
    const middle = x + PIECE / 2;
    const along = (((middle - first) % span) + span) % span / span;
    // From pylon to pylon the ends follow the land, as far as it is known.
    const [left, right] = [middle - along * span, middle + (1 - along) * span];
    const base = level(left) * (1 - along) + level(right) * along;
    const z = base + top - 4 * sag * along * (1 - along);
    tile.add(
      "wire",
      steel,
      roller({ ...within(frame, middle, side, 0), z }, [0, 0, 0], PIECE / 2, REACH),
    );
  }
}

/** Adds a pylon of steel bars: four sides that narrow by storeys, and arms across the line. */
function addPylon(
  { tile, random, style }: AerialSite,
  frame: Frame,
  height: number,
  arms: readonly (readonly number[])[],
): void {
  const steel = style.material(random, "steel");
  const storeys = 5;
  for (let i = 0; i < storeys; i++) {
    const half = 2.2 * (1 - i / storeys) + 0.35;
    const [low, high] = [height * i / storeys, height * (i + 1) / storeys];
    for (let side = 0; side < 4; side++) {
      const angle = side * Math.PI / 2;
      const wall = within(
        frame,
        half * Math.sin(angle),
        -half * Math.cos(angle),
        (low + high) / 2,
        angle,
      );
      tile.add(
        "pylon",
        steel,
        lattice(wall, [0, 0, 0], [half, (high - low) / 2], [half, 1.2, 0.22]),
      );
    }
  }
  for (const level of new Set(arms.map(([z]) => z!))) {
    const reach = Math.max(
      0.5,
      ...arms.filter(([z]) => z === level).map(([, side]) => Math.abs(side!)),
    );
    tile.add("pylon", steel, box(frame, [0, 0, level], [0.35, reach + 0.2, 0.2]));
  }
}

/** Adds a pole of wood with an arm. */
function addPole(
  { tile, random, style }: AerialSite,
  frame: Frame,
  height: number,
  arms: readonly (readonly number[])[],
): void {
  const wood = style.material(random, "bark");
  tile.add("pylon", wood, cylinder(frame, [0, 0, height / 2], 0.16, height / 2 + 0.3));
  if (arms.length > 1) tile.add("pylon", wood, box(frame, [0, 0, height - 0.6], [0.08, 1.1, 0.08]));
}

/** The frame of a line through the tile at a random place and angle. */
export function drawLine(random: AerialSite["random"], reach: number): Frame {
  const angle = random.range(0, Math.PI);
  const off = random.range(-reach, reach);
  return frameAt(-off * Math.sin(angle), off * Math.cos(angle), 0, angle);
}
