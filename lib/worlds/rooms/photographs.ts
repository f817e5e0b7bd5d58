/**
 * Where cameras stand in a room, and the photographs they take of it.
 *
 * @module
 */
import { type Camera, cameraAt, type CameraOptics } from "../../scan/mod.ts";
import { type LabelledView, takePhotographs } from "../photographs.ts";
import type { Random } from "../../random/random.ts";
import type { CastRays } from "../raycast.ts";
import { lampPainter } from "./lamplight.ts";
import type { Room } from "./room.ts";

/** The lens of every camera in a room. */
export const ROOM_LENS: CameraOptics = { width: 128, height: 96, fieldOfView: 80 * Math.PI / 180 };

/**
 * Places cameras on free floor, 1.2 to 1.8 m high. Their headings go around the room at about equal steps, and each
 * camera looks across the middle of the room from behind it.
 */
export function placeCameras(room: Room, count: number, random: Random): Camera[] {
  const start = random.range(0, 2 * Math.PI);
  return Array.from({ length: count }, (_, i) => {
    const heading = start + 2 * Math.PI * (i + random.range(-0.35, 0.35)) / count;
    let x = 0, y = 0;
    for (let attempt = 0; attempt < 40; attempt++) {
      const back = random.range(0.1, 0.85), direction = heading + random.range(-0.5, 0.5);
      const margin = attempt < 20 ? 0.25 : 0.08;
      x = -Math.cos(direction) * back * room.halfX;
      y = -Math.sin(direction) * back * room.halfY;
      if (room.isFree(x, y, margin)) break;
    }
    const eye = [x, y, random.range(1.2, 1.8)] as const;
    return cameraAt(`view${i}.png`, eye, heading, random.range(-0.45, 0.3), ROOM_LENS);
  });
}

/** Takes photographs of a room, each with its own light, exposure and sensor noise. */
export function photographRoom(
  cast: CastRays,
  room: Room,
  cameras: readonly Camera[],
  random: Random,
): Promise<LabelledView[]> {
  return takePhotographs(cast, room, cameras, random, lampPainter(room));
}
