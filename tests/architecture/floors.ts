/**
 * The architecture: rooms by floor, from the ground up. A room may use rooms on lower floors alone.
 * `lib/README.md` shows the same list to readers; a test holds the two together.
 *
 * @module
 */

/** Rooms by floor. A path belongs to the room with the longest name that it begins with. */
export const FLOORS: readonly (readonly string[])[] = [
  ["deno.json"],
  ["lib/std", "lib/validation", "lib/classes"],
  [
    "lib/random",
    "lib/journal",
    "lib/concurrency",
    "lib/rpc",
    "lib/terminal",
    "lib/pictures",
    "lib/pickle",
    "lib/scan",
    "lib/gpu",
    "lib/onnx",
  ],
  ["kernels", "lib/metrics", "lib/domain"],
  ["lib/sparse", "lib/graph", "lib/worlds"],
  ["lib/teacher", "lib/nn", "lib/datasets"],
  ["lib/kernel_choice", "lib/pairing", "lib/models", "lib/voxels", "lib/teacher/tflite"],
  ["lib/ttt"],
  ["lib/ttt/methods"],
  ["lib/segment", "lib/train"],
  ["lib/eval", "lib/serving/files", "lib/campaign", "lib/mod.ts"],
  ["lib/serving/labeller", "lib/export"],
  ["lib/serving/queue"],
  ["lib/serving/sessions"],
  ["lib/serving"],
  ["lib/cli"],
  ["lib/commands", "routes/http"],
  ["routes/openapi"],
  ["routes"],
  ["main.ts"],
  ["fixtures", "tests"],
];

/** The room that a path stands in, and its floor counted from the ground; null where it stands in none. */
export function floorOf(path: string): { room: string; floor: number } | null {
  let found: { room: string; floor: number } | null = null;
  FLOORS.forEach((rooms, floor) => {
    for (const room of rooms) {
      const isInside = path === room || path.startsWith(`${room}/`);
      if (isInside && room.length > (found?.room.length ?? 0)) found = { room, floor };
    }
  });
  return found;
}
