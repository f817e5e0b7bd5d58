/**
 * Small things that people made: vehicles, fences, posts and containers. Bridges as well.
 *
 * @module
 */
import { type Frame, within } from "../../frame.ts";
import { box, cylinder, prism } from "../../primitives.ts";
import type { AerialSite } from "../site.ts";

/** Adds a car, a van or a lorry along the frame's x, on the road or the deck at the frame's height. */
export function addVehicle({ tile, random, style }: AerialSite, frame: Frame): void {
  tile.beginObject();
  const kind = random.uniform();
  const paint = style.material(random, "paint");
  if (kind < 0.75) {
    const half = random.range(1.9, 2.4), roof = random.range(1.4, 1.8);
    tile.add("vehicle", paint, box(frame, [0, 0, 0.6], [half, 0.88, 0.35]));
    const glass = style.material(random, "glass");
    const rise = (roof - 0.95) / 2;
    tile.add(
      "vehicle",
      glass,
      prism(frame, [-0.2, 0, 0.95 + rise], [half * 0.65, 0.8, rise], -half * 0.4, half * 0.35),
    );
    tile.add("vehicle", paint, box(frame, [-0.2, 0, roof], [half * 0.38, 0.78, 0.04]));
  } else {
    const [half, height] = kind < 0.9
      ? [random.range(2.5, 3), random.range(2, 2.6)]
      : [random.range(4, 7), random.range(3, 3.8)];
    tile.add("vehicle", paint, box(frame, [-0.5, 0, height / 2 + 0.3], [half, 1.1, height / 2]));
    const cabin = style.material(random, "paint");
    tile.add("vehicle", cabin, box(frame, [half + 0.3, 0, 1.3], [0.9, 1, 1]));
  }
}

/** Half length and half width of the ground that a car takes, metres. */
export const CAR_HALF = [2.4, 1] as const;

/** Adds a fence or a garden wall along the frame's x, of pieces that follow the ground. */
export function addFence({ tile, random, style }: AerialSite, frame: Frame, half: number): void {
  tile.beginObject();
  const height = random.range(0.9, 2.1), thick = random.range(0.05, 0.16);
  const material = style.material(random, random.chance(0.5) ? "fence" : "concrete");
  const pieces = Math.max(1, Math.round(half / 1.5));
  const reach = half / pieces;
  for (let i = 0; i < pieces; i++) {
    const at = within(frame, (2 * i + 1 - pieces) * reach, 0, 0);
    const piece = { ...at, z: tile.ground.height(at.x, at.y) };
    tile.add(
      "fence",
      material,
      box(piece, [0, 0, height / 2 - 0.2], [reach, thick, height / 2 + 0.2]),
    );
  }
}

/** Adds a lamp post or a mast. */
export function addPost({ tile, random, style }: AerialSite, frame: Frame): void {
  tile.beginObject();
  const height = random.range(4, 10);
  const steel = style.material(random, "steel");
  tile.add("post", steel, cylinder(frame, [0, 0, height / 2], 0.1, height / 2 + 0.2));
  tile.add("post", steel, box(frame, [0.7, 0, height], [0.8, 0.12, 0.08]));
}

/** Adds one to three containers on each other. */
export function addContainers({ tile, random, style }: AerialSite, frame: Frame): void {
  tile.beginObject();
  const count = 1 + random.integer(3);
  for (let i = 0; i < count; i++) {
    const metal = style.material(random, "container");
    tile.add("container", metal, box(frame, [0, 0, 2.6 * i + 1.3], [3, 1.2, 1.3]));
  }
}

/** Half length and half width of the ground that containers take, metres. */
export const CONTAINER_HALF = [3.2, 1.4] as const;

/** Adds a bridge along the frame's x with its deck at the frame's height, and piers down to the ground. */
export function addBridge(
  site: AerialSite,
  frame: Frame,
  { half, width }: { half: number; width: number },
): void {
  site.tile.beginObject();
  const { tile, random, style } = site;
  const concrete = style.material(random, "concrete");
  const asphalt = style.material(random, "asphalt");
  tile.add("deck", asphalt, box(frame, [0, 0, -0.4], [half, width, 0.4]));
  for (const side of [-1, 1]) {
    tile.add("deck", concrete, box(frame, [0, side * width, 0.1], [half, 0.2, 0.6]));
  }
  const piers = half > 12 ? 2 : 0;
  for (let i = 0; i < piers; i++) {
    const at = within(frame, (i === 0 ? -1 : 1) * half / 3, 0, -0.8);
    tile.add("deck", concrete, box(at, [0, 0, -5], [0.6, width * 0.8, 5]));
  }
}
