/**
 * Which views see which points, on the GPU: one bit a point and view. `visibility.ts` has the rule.
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
  depthGrid,
  meanFocal,
  NO_DEPTH,
  pyramidLevels,
  reachNumber,
  SLANT,
} from "./visibility.ts";

/** Points on the GPU. */
export interface PointBuffer {
  /** f32 [3 * points], metres, less the scan's origin. */
  positions: GpuBuffer;
  points: number;
}

/** The points of a scan and the cameras that may see them. */
export interface Sight extends PointBuffer {
  /** What may stand in the way, these points among it, where they are but a part of a scan; else they alone. */
  occluders?: readonly PointBuffer[] | undefined;
  cameras: readonly Camera[];
  origin: readonly [number, number, number];
  options: ResolvedPairing;
}

/** Work that finds out who sees what, and where it is left. */
export interface Seeing {
  launches: Launch[];
  /** u32 [words][points]: bit view % 32 of word view / 32. */
  seen: GpuBuffer;
  words: number;
  /** u32 [views]: points inside the image and in front of the camera. */
  inside: GpuBuffer;
  /** Fills {@link Seeing.projected} again for one view. */
  project: (view: number) => Launch;
  /** vec4f [points] (u, v, depth, inside) of the view that was projected last. */
  projected: GpuBuffer;
}

/** Builds the launches; `scratch` owns every buffer. */
export function seePoints(gpu: Gpu, scratch: DisposableStack, sight: Sight): Seeing {
  const { points, cameras, origin, options, occluders } = sight;
  const words = Math.ceil(cameras.length / 32);
  const grids = cameras.map(depthGrid);
  const levels = grids.map(pyramidLevels);
  const cells = levels.map((of) => of.at(-1)!).map((l) => l.offset + l.width * l.height);
  const depth = scratch.use(gpu.buffer("view depth", 4 * Math.max(...cells)));
  const inside = scratch.use(gpu.buffer("points inside views", 4 * cameras.length));
  const best = scratch.use(gpu.buffer("best scale", 4 * points));
  const seen = scratch.use(gpu.buffer("views of points", 4 * words * points));
  const most = Math.max(points, ...(occluders ?? []).map(({ points }) => points));
  const projected = scratch.use(gpu.buffer("projected points", 16 * most));

  const projection = (of: PointBuffer, view: number, withDepth: boolean): Launch => {
    const camera = cameras[view]!;
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
        points: of.points,
        view,
        gridWidth: grids[view]!.width,
        shift: grids[view]!.shift,
      },
      bindings: [of.positions, projected, depth, inside],
      workgroups: groupsOf64(of.points),
    });
  };
  const project = (view: number) => projection(sight, view, false);

  const launches = [
    fillWords(inside, cameras.length, 0),
    fillWords(best, points, 0),
    fillWords(seen, words * points, 0),
  ];
  cameras.forEach((camera, view) => {
    const grid = grids[view]!;
    const pyramid = levels[view]!;
    launches.push(
      fillFloats(depth, grid.width * grid.height, NO_DEPTH),
      ...(occluders ?? [sight]).map((of) => projection(of, view, true)),
    );
    for (let level = 1; level < pyramid.length; level++) {
      const [from, to] = [pyramid[level - 1]!, pyramid[level]!];
      launches.push(launch(pairPyramid, {
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
      }));
    }
    if (occluders) launches.push(project(view));
    launches.push(launch(pairSee, {
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
    }));
  });
  return { launches, seen, words, inside, projected, project };
}
