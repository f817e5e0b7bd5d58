/**
 * Pictures of a scan as cameras would see it, on the GPU. Only points that a view sees (`visibility.ts`) are
 * drawn, so the wall behind does not shine through; a point is a square half as wide as the scan's spacing looks
 * from there; holes up to {@link FILL_REACH} spacings of the view are filled from around. What a voxel is paired with
 * in such a picture is therefore a pixel that one of its own points has drawn, or a nearer one over it.
 *
 * Depth by atomicMin on the bits, ties by the smallest index, no float atomics: the same scan gives the same
 * pictures, bit for bit.
 *
 * @module
 */
import { splatDepth, splatFill, splatFinish, splatIndex } from "../../../kernels/splat/records.ts";
import { type Gpu, groupsOf64, type Launch, launch } from "../../gpu/mod.ts";
import type { Camera, Photo } from "../../scan/mod.ts";
import { fillFloats, fillWords } from "../../sparse/words.ts";
import { resolvePairing } from "../options.ts";
import { localPose } from "../projection.ts";
import { type PointBuffer, seePoints } from "../see.ts";
import { meanFocal, NO_DEPTH } from "../visibility.ts";

/** How wide a hole is filled, in point spacings of the view, sqrt(pixels / points inside the image). */
export const FILL_REACH = 8;
/** Most pixels a hole is filled from, each way. */
export const MOST_RINGS = 24;
/** Half of the largest square that a point is drawn as, pixels. */
export const MOST_HALF = 8;
/** No point falls there. */
export const NOTHING = 0xffffffff;

/** What is drawn, and how. */
export interface Drawing extends PointBuffer {
  /** What was taken off the positions, in the cameras' world. */
  origin: readonly [number, number, number];
  cameras: readonly Camera[];
  /** u32 [points], red in the low byte, then green, blue; null draws the shapes by their light. */
  colours: Uint32Array | null;
  /** RGB 0..1 where nothing is. */
  background: readonly [number, number, number];
  /** Metres between neighbouring points of a surface. */
  spacing: number;
}

/** Draws a scan, one picture a camera. */
export async function drawViews(gpu: Gpu, drawing: Drawing): Promise<Photo[]> {
  const { positions, points, origin, cameras, colours, background, spacing } = drawing;
  using scratch = new DisposableStack();
  const seeing = seePoints(gpu, scratch, {
    positions,
    points,
    cameras,
    origin,
    options: resolvePairing({}, spacing),
  });
  const { projected, seen, inside } = seeing;
  const pixels = Math.max(0, ...cameras.map(({ width, height }) => width * height));
  const depth = scratch.use(gpu.buffer("drawn depth", 4 * pixels));
  const nearest = scratch.use(gpu.buffer("drawn points", 4 * pixels));
  const picture = scratch.use(gpu.buffer("drawn picture", 16 * pixels));
  const paint = scratch.use(gpu.upload("point colours", colours ?? new Uint32Array(1)));
  const outs = cameras.map(({ width, height }) =>
    scratch.use(gpu.buffer("drawn pixels", 4 * width * height))
  );
  const draw = (camera: Camera, view: number): Launch[] => {
    const { width, height } = camera;
    const size = width * height;
    const squares = {
      points,
      view,
      width,
      height,
      size: spacing / 4 * meanFocal(camera),
      most: MOST_HALF,
    };
    const pose = localPose(camera, origin);
    return [
      fillFloats(depth, size, NO_DEPTH),
      fillWords(nearest, size, NOTHING),
      seeing.project(view),
      launch(splatDepth, {
        params: squares,
        bindings: [projected, seen, depth],
        workgroups: groupsOf64(points),
      }),
      launch(splatIndex, {
        params: squares,
        bindings: [projected, seen, depth, nearest],
        workgroups: groupsOf64(points),
      }),
      launch(splatFill, {
        constants: { DEPTH: Number(colours === null) },
        params: { width, height, view, reach: FILL_REACH ** 2 * size, rings: MOST_RINGS },
        bindings: [depth, nearest, paint, inside, picture],
        workgroups: groupsOf64(size),
      }),
      launch(splatFinish, {
        constants: { SHADE: Number(colours === null) },
        params: {
          up: [pose[2]!, pose[6]!, pose[10]!, 0],
          background: [...background, 0],
          focal: [camera.fx, camera.fy],
          centre: [camera.cx, camera.cy],
          width,
          height,
        },
        bindings: [picture, outs[view]!],
        workgroups: groupsOf64(size),
      }),
    ];
  };
  gpu.run([...seeing.launches, ...cameras.flatMap(draw)], "draw views");
  const photos: Photo[] = [];
  for (const [view, { file, width, height }] of cameras.entries()) {
    const words = await gpu.read(outs[view]!, Uint32Array, width * height);
    photos.push({ name: file, width, height, pixels: bytesOf(words) });
  }
  return photos;
}

/** RGB bytes of words. */
export function bytesOf(words: Uint32Array): Uint8Array {
  const pixels = new Uint8Array(3 * words.length);
  words.forEach((word, i) => {
    pixels[3 * i] = word & 255;
    pixels[3 * i + 1] = word >> 8 & 255;
    pixels[3 * i + 2] = word >> 16 & 255;
  });
  return pixels;
}
