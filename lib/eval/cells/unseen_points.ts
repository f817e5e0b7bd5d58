/**
 * Which points of a scene no photograph sees: what a method does there it has not learned from them.
 *
 * @module
 */
import type { DatasetScene } from "../../datasets/dataset.ts";
import { localPose, projectReference, visibilityReference } from "../../pairing/mod.ts";

/**
 * Tells for each point whether no photograph of the scene sees it, by the rule by which photographs are paired with points.
 *
 * @param voxelSize metres by which a point has to be nearer than another to hide it.
 */
export function unseenPoints(
  { scan: { positions, origin }, cameras }: Pick<DatasetScene, "scan" | "cameras">,
  voxelSize: number,
): boolean[] {
  const unseen = Array.from({ length: positions.length / 3 }, () => true);
  for (const camera of cameras) {
    const pose = localPose(camera, origin);
    const projected = unseen.map((_, i) =>
      projectReference(camera, pose, positions.subarray(3 * i, 3 * i + 3))
    );
    const seen = visibilityReference(camera, projected, { absolute: voxelSize, relative: 0 });
    seen.forEach((isSeen, i) => {
      if (isSeen) unseen[i] = false;
    });
  }
  return unseen;
}
