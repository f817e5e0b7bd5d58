/**
 * What is doubtful about the views of a scan once it is known how much of it they see.
 *
 * @module
 */
import { cameraWarnings, likelyCameraFault } from "../pairing/mod.ts";
import { CameraError, type Warning } from "../scan/mod.ts";
import { NothingSeenError } from "../ttt/photographs.ts";
import type { SegmentRequest } from "./segmenter.ts";

/** Share of the points below which it is said how few the photographs see. */
const FEW = 0.1;

/** Warns of cameras that are unlikely, and of photographs that see few points. */
export function viewWarnings(
  { scan, cameras }: Pick<SegmentRequest, "scan" | "cameras">,
  pointsSeen: number,
): Warning[] {
  const share = pointsSeen / scan.count;
  return [
    ...cameraWarnings({ scan, cameras }),
    ...share < FEW
      ? [{
        code: "coverage",
        text: `The photographs see ${
          (100 * share).toFixed(1)
        } % of the points; the others are labelled by what was learned from these. Send photographs of the rest, or check the cameras.`,
        field: "images",
      }]
      : [],
  ];
}

/** Replaces the error that no camera sees any point by one that names the likely cause, where there is one. */
export function blameCameras(
  error: unknown,
  { scan, cameras }: Pick<SegmentRequest, "scan" | "cameras">,
): unknown {
  if (!(error instanceof NothingSeenError)) return error;
  const fault = likelyCameraFault({ scan, cameras });
  if (!fault) return error;
  return new CameraError({
    file: "cameras",
    action: "adapt by",
    field: "worldToCamera",
    problem: `no camera sees any point of the scan: ${fault.problem}`,
    mend: fault.mend,
    cause: error,
  });
}
