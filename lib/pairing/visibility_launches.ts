/**
 * Finds out on the GPU which views see which points: one bit for each point and view. `visibility.ts` explains the rule.
 *
 * @module
 */
import { pairProject, pairPyramid, pairSee } from "../../kernels/pairing/records.ts";
import { type Gpu, type GpuBuffer, groupsOf64, type Launch, launch } from "../gpu/mod.ts";
import type { Camera } from "../scan/mod.ts";
import { fillFloats, fillWords } from "../sparse/words.ts";
import type { ResolvedPairing } from "./options.ts";
import { localPose } from "./projection.ts";
import {
  CLOSED_DIRECTIONS,
  type DepthGrid,
  depthGrid,
  meanFocal,
  NO_DEPTH,
  type PyramidLevel,
  pyramidLevels,
  reachNumber,
  SLANT,
} from "./visibility.ts";

/** Points on the GPU. */
export interface PointBuffer {
  /** f32 [3 * points], metres, minus the scan's origin. */
  positions: GpuBuffer;
  /** Number of points. */
  points: number;
}

/** The points of a scan and the cameras that may see them. */
export interface VisibilityInput extends PointBuffer {
  /** All points of the scan, in any parts, where these points are only some of them; by default these points. */
  occluders?: readonly PointBuffer[] | undefined;
  /** The cameras. */
  cameras: readonly Camera[];
  /** Subtracted from the scan's positions, in the cameras' world coordinates. */
  origin: readonly [number, number, number];
  /** Settings. */
  options: ResolvedPairing;
}

/** The launches that compute visibility, and the buffers that hold the result. */
export interface VisibilityPass {
  /** What to run first. */
  launches: Launch[];
  /** u32 [words][points]: bit view % 32 of word view / 32. */
  seen: GpuBuffer;
  /** Words of a point: a bit for each view. */
  words: number;
  /** u32 [views]: number of points in front of the camera and inside the image. */
  inside: GpuBuffer;
  /** Makes the launch that fills {@link VisibilityPass.projected} for one view. */
  project: (view: number) => Launch;
  /** vec4f [points] (u, v, depth, inside) of the view that was projected last. */
  projected: GpuBuffer;
}

/** One camera with its depth pyramid. */
interface VisibilityView {
  camera: Camera;
  view: number;
  grid: DepthGrid;
  pyramid: PyramidLevel[];
}

/** The buffers of a pass. */
type VisibilityBuffers = Record<"depth" | "inside" | "best" | "seen" | "projected", GpuBuffer>;

/** Builds the launches; `scratch` owns every buffer. */
export function visibilityLaunches(
  gpu: Gpu,
  scratch: DisposableStack,
  input: VisibilityInput,
): VisibilityPass {
  const { points, cameras, occluders } = input;
  const words = Math.ceil(cameras.length / 32);
  const views = cameras.map((camera, view): VisibilityView => {
    const grid = depthGrid(camera);
    return { camera, view, grid, pyramid: pyramidLevels(grid) };
  });
  const cells = views.map(({ pyramid }) => pyramid.at(-1)!)
    .map(({ offset, width, height }) => offset + width * height);
  const most = Math.max(points, ...(occluders ?? []).map(({ points }) => points));
  const buffers: VisibilityBuffers = {
    depth: scratch.use(gpu.buffer("view depth", 4 * Math.max(...cells))),
    inside: scratch.use(gpu.buffer("points inside views", 4 * cameras.length)),
    best: scratch.use(gpu.buffer("best scale", 4 * points)),
    seen: scratch.use(gpu.buffer("views of points", 4 * words * points)),
    projected: scratch.use(gpu.buffer("projected points", 16 * most)),
  };
  const { depth, inside, best, seen, projected } = buffers;
  const projection = (of: PointBuffer, view: VisibilityView, withDepth: boolean) =>
    projectLaunch(of, view, input.origin, buffers, withDepth);
  const launches = [
    fillWords(inside, cameras.length, 0),
    fillWords(best, points, 0),
    fillWords(seen, words * points, 0),
    ...views.flatMap((view) => [
      fillFloats(depth, view.grid.width * view.grid.height, NO_DEPTH),
      ...(occluders ?? [input]).map((of) => projection(of, view, true)),
      ...pyramidLaunches(view.pyramid, depth),
      ...(occluders ? [projection(input, view, false)] : []),
      seeLaunch(points, words, view, input.options, buffers),
    ]),
  ];
  const project = (view: number) => projection(input, views[view]!, false);
  return { launches, seen, words, inside, projected, project };
}

/** Projects points into a view; `withDepth` also keeps the least depth of each cell. */
function projectLaunch(
  { positions, points }: PointBuffer,
  { camera, view, grid }: VisibilityView,
  origin: VisibilityInput["origin"],
  { projected, depth, inside }: VisibilityBuffers,
  withDepth: boolean,
): Launch {
  const pose = localPose(camera, origin);
  const row = (first: number) =>
    [pose[first]!, pose[first + 1]!, pose[first + 2]!, pose[first + 3]!] as const;
  return launch(pairProject, {
    constants: { DEPTH: Number(withDepth) },
    params: {
      right: row(0),
      down: row(4),
      forward: row(8),
      focal: [camera.fx, camera.fy],
      centre: [camera.cx, camera.cy],
      width: camera.width,
      height: camera.height,
      points,
      view,
      gridWidth: grid.width,
      shift: grid.shift,
    },
    bindings: [positions, projected, depth, inside],
    workgroups: groupsOf64(points),
  });
}

/** Computes each level of a depth pyramid from the one below it. */
function pyramidLaunches(pyramid: readonly PyramidLevel[], depth: GpuBuffer): Launch[] {
  return pyramid.slice(1).map((to, level) => {
    const from = pyramid[level]!;
    return launch(pairPyramid, {
      params: {
        fromOffset: from.offset,
        fromWidth: from.width,
        fromHeight: from.height,
        toOffset: to.offset,
        toWidth: to.width,
        toHeight: to.height,
      },
      bindings: [depth],
      workgroups: groupsOf64(to.width * to.height),
    });
  });
}

/** Decides which of the projected points a view sees. */
function seeLaunch(
  points: number,
  words: number,
  { camera, view, grid, pyramid }: VisibilityView,
  options: ResolvedPairing,
  { projected, depth, inside, seen, best }: VisibilityBuffers,
): Launch {
  return launch(pairSee, {
    constants: { BEST: Number(options.views === "best") },
    params: {
      points,
      view,
      words,
      width: grid.width,
      height: grid.height,
      shift: grid.shift,
      levels: pyramid.length,
      reach: reachNumber(grid),
      directions: CLOSED_DIRECTIONS,
      focal: meanFocal(camera),
      absolute: Math.min(options.depth.absolute, NO_DEPTH),
      relative: Math.min(options.depth.relative, NO_DEPTH),
      slant: SLANT,
    },
    bindings: [projected, depth, inside, seen, best],
    workgroups: groupsOf64(points),
  });
}
