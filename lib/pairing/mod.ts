/**
 * From photographs to voxels: projection, visibility, sampling, targets.
 *
 * @module
 */
export {
  type PairingOptions,
  type Precision,
  type ResolvedPairing,
  resolvePairing,
} from "./options.ts";
export {
  type HostViews,
  pairViews,
  pairViewsReference,
  Targets,
  type Views,
} from "./pair_views.ts";
export { type LocalPose, localPose, type Projected, projectReference } from "./projection.ts";
export { type HostMap, mapColumn, sampleReference, type Sampling } from "./sampling.ts";
export { type PointBuffer, type Seeing, seePoints, type Sight } from "./see.ts";
export { type DepthTolerance, visibilityReference } from "./visibility.ts";
