/**
 * From photographs to voxels: projection of points into views, visibility, sampling of feature maps, and the targets of
 * voxels.
 *
 * @module
 */
export {
  type PairingOptions,
  type Precision,
  type ResolvedPairing,
  resolvePairing,
} from "./options.ts";
export { type PairingInput, pairViews } from "./pair_views.ts";
export { type HostPairingInput, pairViewsReference } from "./pair_views_reference.ts";
export { type LocalPose, localPose, type ProjectedPoint, projectReference } from "./projection.ts";
export { type CameraFault, cameraWarnings, likelyCameraFault } from "./doubtful_cameras.ts";
export { type HostFeatureMap, mapColumn, sampleReference, type Sampling } from "./sampling.ts";
export { Targets } from "./targets.ts";
export { uploadPoints } from "./upload_points.ts";
export { type DepthTolerance, visibilityReference } from "./visibility.ts";
export {
  type PointBuffer,
  type VisibilityInput,
  visibilityLaunches,
  type VisibilityPass,
} from "./visibility_launches.ts";
