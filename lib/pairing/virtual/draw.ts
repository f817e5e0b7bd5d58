/**
 * Draws pictures of a scan as cameras would see it, on the GPU. Only points that a view sees (`visibility.ts`) are drawn,
 * so that a wall behind does not show through. A point is a square half as wide as the distance of neighbouring points
 * looks from there. Holes of up to {@link FILL_REACH} point spacings of the view are filled from their surroundings. So
 * the pixel that a voxel is paired with in such a picture was drawn by one of the voxel's own points, or by a nearer one.
 *
 * Depths are compared by atomicMin on their bits, ties go to the smallest index, and there are no float atomics: the
 * same scan gives the same pictures, bit for bit.
 *
 * @module
 */
import { splatDepth, splatFill, splatFinish, splatIndex } from "../../../kernels/splat/records.ts";
import { type Gpu, type GpuBuffer, groupsOf64, type Launch, launch } from "../../gpu/mod.ts";
import type { Camera, Photo } from "../../scan/mod.ts";
import { fillFloats, fillWords } from "../../sparse/words.ts";
import { resolvePairing } from "../options.ts";
import { localPose } from "../projection.ts";
import {
  type PointBuffer,
  visibilityLaunches,
  type VisibilityPass,
} from "../visibility_launches.ts";
import { meanFocal, NO_DEPTH } from "../visibility.ts";

/** Width of the holes that are filled, in point spacings of the view, sqrt(pixels / points inside the image). */
export const FILL_REACH = 8;
/** Most pixels, in each direction, that a hole is filled from. */
export const MOST_RINGS = 24;
/** Half the edge of the largest square that a point is drawn as, pixels. */
export const MOST_HALF = 8;
/** Marks a pixel without a point. */
export const NOTHING = 0xffffffff;

/** The points to draw, and how. */
export interface ViewDrawing extends PointBuffer {
  /** Subtracted from the positions, in the cameras' world coordinates. */
  origin: readonly [number, number, number];
  /** The cameras. */
  cameras: readonly Camera[];
  /** u32 [points], red in the low byte, then green and blue; null draws the shapes by shading. */
  colours: Uint32Array | null;
  /** RGB 0..1 of pixels without a point. */
  background: readonly [number, number, number];
  /** Distance between neighbouring points of a surface, metres. */
  spacing: number;
}

/** Draws a scan, one picture for each camera. */
export async function drawViews(gpu: Gpu, drawing: ViewDrawing): Promise<Photo[]> {
  const { positions, points, origin, cameras, colours, spacing } = drawing;
  using scratch = new DisposableStack();
  const visibility = visibilityLaunches(gpu, scratch, {
    positions,
    points,
    cameras,
    origin,
    options: resolvePairing({}, spacing),
  });
  const pixels = Math.max(0, ...cameras.map(({ width, height }) => width * height));
  const buffers: DrawBuffers = {
    depth: scratch.use(gpu.buffer("drawn depth", 4 * pixels)),
    nearest: scratch.use(gpu.buffer("drawn points", 4 * pixels)),
    picture: scratch.use(gpu.buffer("drawn picture", 16 * pixels)),
    paint: scratch.use(gpu.upload("point colours", colours ?? new Uint32Array(1))),
  };
  const outs = cameras.map(({ width, height }) =>
    scratch.use(gpu.buffer("drawn pixels", 4 * width * height))
  );
  gpu.run([
    ...visibility.launches,
    ...outs.flatMap((out, view) => drawLaunches(drawing, view, visibility, buffers, out)),
  ], "draw views");
  const photos: Photo[] = [];
  for (const [view, { file, width, height }] of cameras.entries()) {
    const words = await gpu.read(outs[view]!, Uint32Array, width * height);
    photos.push({ name: file, width, height, pixels: rgbOf(words) });
  }
  return photos;
}

/** Buffers that all views use, one after the other; `paint` holds the colours of the points. */
type DrawBuffers = Record<"depth" | "nearest" | "picture" | "paint", GpuBuffer>;

/** Draws one view: squares, filled holes, and shading or background. */
function drawLaunches(
  { points, origin, cameras, colours, background, spacing }: ViewDrawing,
  view: number,
  { project, projected, seen, inside }: VisibilityPass,
  { depth, nearest, picture, paint }: DrawBuffers,
  out: GpuBuffer,
): Launch[] {
  const camera = cameras[view]!;
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
    project(view),
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
      bindings: [picture, out],
      workgroups: groupsOf64(size),
    }),
  ];
}

/** Unpacks words into bytes of red, green and blue. */
export function rgbOf(words: Uint32Array): Uint8Array {
  const pixels = new Uint8Array(3 * words.length);
  words.forEach((word, i) => {
    pixels[3 * i] = word & 255;
    pixels[3 * i + 1] = word >> 8 & 255;
    pixels[3 * i + 2] = word >> 16 & 255;
  });
  return pixels;
}
