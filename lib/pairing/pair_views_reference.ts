/**
 * {@link pairViews} in plain TypeScript and float64.
 *
 * @module
 */
import type { Camera } from "../scan/mod.ts";
import type { ResolvedPairing } from "./options.ts";
import { localPose, projectReference } from "./projection.ts";
import { type HostFeatureMap, sampleReference } from "./sampling.ts";
import { meanFocal, visibilityReference } from "./visibility.ts";

/** A scan, its cameras and the feature maps of their photographs, on the host. */
export interface HostPairingInput {
  /** f32 [3 * points], metres, minus `origin`. */
  positions: Float32Array;
  /** u32 [points]: the points sorted by voxel, as in `Voxels`. */
  order: Uint32Array;
  /** u32 [rows + 1]: where the points of each voxel begin in `order`. */
  starts: Uint32Array;
  /** Subtracted from the scan's positions. */
  origin: readonly [number, number, number];
  /** The cameras of the photographs. */
  cameras: readonly Camera[];
  /** `maps[i]` describes the photograph of `cameras[i]`. */
  maps: readonly HostFeatureMap[];
  /** Settings. */
  options: ResolvedPairing;
}

/** A feature of a point in one view. */
interface SeenFeature {
  /** Pixels per metre at the point. */
  scale: number;
  feature: number[];
}

/** Computes the targets; `values` is [rows][map width]. */
export function pairViewsReference(
  input: HostPairingInput,
): { values: Float64Array; weight: number[]; pointsSeen: number; voxelsSeen: number } {
  const width = input.maps[0]!.width;
  const features = featuresOfPoints(input);
  const rows = input.starts.length - 1;
  const values = new Float64Array(rows * width);
  const weight: number[] = [];
  for (let row = 0; row < rows; row++) {
    const seen = [...input.order.subarray(input.starts[row], input.starts[row + 1])]
      .map((point) => features[point]!).filter((views) => views.length > 0);
    weight.push(Math.min(seen.length, 1));
    for (const views of seen) {
      for (const { feature } of views) {
        feature.forEach((value, k) =>
          values[row * width + k]! += value / views.length / seen.length
        );
      }
    }
  }
  const pointsSeen = features.filter((views) => views.length > 0).length;
  return { values, weight, pointsSeen, voxelsSeen: weight.filter((w) => w > 0).length };
}

/** For each point its features in the views that see it, or in the best of them. */
function featuresOfPoints(
  { positions, cameras, maps, origin, options }: HostPairingInput,
): SeenFeature[][] {
  const points = positions.length / 3;
  const features = Array.from({ length: points }, (): SeenFeature[] => []);
  cameras.forEach((camera, view) => {
    const pose = localPose(camera, origin);
    const projected = Array.from(
      { length: points },
      (_, i) => projectReference(camera, pose, positions.subarray(3 * i, 3 * i + 3)),
    );
    const visible = visibilityReference(camera, projected, options.depth);
    projected.forEach(({ u, v, z }, i) => {
      if (!visible[i]) return;
      const feature = sampleReference(maps[view]!, camera, u, v, options.sampling);
      const seen = { scale: meanFocal(camera) / z, feature };
      const [best] = features[i]!;
      if (options.views === "mean") features[i]!.push(seen);
      else if (!(best && best.scale >= seen.scale)) features[i] = [seen];
    });
  });
  return features;
}
