/**
 * What is doubtful about how much of a scan its views see.
 *
 * @module
 */
import { likelyCameraFault } from "../../pairing/mod.ts";
import { CameraError, type Warning } from "../../scan/mod.ts";
import { NothingSeenError } from "../../ttt/photographs.ts";
import type { SegmentRequest } from "../segmenter.ts";

/** Share of the points below which it is said how few the photographs see. */
const FEW = 0.1;

/** Warns of photographs that see few points. */
export function coverageWarnings(
  { count }: Pick<SegmentRequest["scan"], "count">,
  pointsSeen: number,
): Warning[] {
  const share = pointsSeen / count;
  if (share >= FEW) return [];
  return [{
    code: "coverage",
    text: `The photographs see ${
      (100 * share).toFixed(1)
    } % of the points; the others are labelled by what was learned from these. Send photographs of the rest, or check the cameras.`,
    field: "images",
  }];
}

/** Replaces the error that no camera sees any point by one that names the likely cause, where there is one. */
export function blameCameras(
  error: unknown,
  views: Pick<SegmentRequest, "scan" | "cameras" | "photos">,
): unknown {
  if (!(error instanceof NothingSeenError)) return error;
  const fault = likelyCameraFault(views);
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
