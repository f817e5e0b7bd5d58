/**
 * Brings a request into the frame of the networks, metres with z up, and says what is doubtful about its units and
 * axes. Everything behind this file computes in that frame; labels have none, so the answer keeps the client's.
 *
 * @module
 */
import { spacingOf } from "../domain/mod.ts";
import {
  chosenUnit,
  type CoordinateUnits,
  isMetric,
  isSameLength,
  METRE,
  metricScan,
  type Scan,
  ScanError,
  type ScanFrame,
  type UpAxis,
  type Warning,
} from "../scan/mod.ts";
import { quantilesOf } from "../voxels/extent.ts";
import { coordinateStep } from "../voxels/coordinate_step.ts";
import { guessUp } from "../voxels/up_axis.ts";
import type { SegmentRequest } from "./segmenter.ts";

/** A request in metres with z up. */
export interface MetricRequest {
  /** The request; its scan and its cameras are those of the client where they were metric with z up. */
  request: SegmentRequest;
  /** The client's scan and views. */
  given: Pick<SegmentRequest, "scan" | "cameras" | "photos">;
  /** The frame that the client's scan was taken to be in. */
  frame: ScanFrame;
  /** What is doubtful about it. */
  warnings: Warning[];
}

/** How many edges of a voxel typical neighbours may lie apart: beyond that, kernels of three voxels see one point. */
const MOST_SPACING = 2;
/** Longest side that a scan is believed to have without a word, metres. */
const LONGEST = 2000;
/** Shortest longest side that a scan is believed to have without a word, metres. */
const SHORTEST = 0.1;
/** Scans of this origin are in metres by their standard, ASTM E2807, whatever their cameras are. */
const E57: Scan["converted"] = "e57 to ply";
/** How many times longer upwards than across a scan in degrees looks. */
const UPRIGHT = 10;

/**
 * Finds the frame of a request's scan by its options, its file and its cameras, and brings scan and cameras into
 * metres with z up.
 *
 * @throws {ScanError} where the scan is in degrees and no option says otherwise.
 */
export function metricRequest(request: SegmentRequest): MetricRequest {
  const warnings: Warning[] = [];
  const frame = { units: unitsOf(request, warnings), up: upOf(request, warnings) };
  const metric = metricScan(request.scan, request.cameras, frame);
  checkExtent(request, warnings);
  return { request: { ...request, ...metric }, given: request, frame, warnings };
}

/** The units by the option, or by the file, or else metres. */
function unitsOf(
  { scan, options: { unit = "auto" } }: SegmentRequest,
  warnings: Warning[],
): ScanFrame["units"] {
  const { name, units: said } = scan;
  if (unit !== "auto") {
    const chosen = chosenUnit(unit);
    if (said && !agrees(said, chosen)) {
      warnings.push({
        code: said.horizontal === "degree" ? "degrees" : "unit",
        text: `The coordinate system of ${name} is in ${
          unitText(said)
        }; unit ${unit} was set, and it was taken.`,
        field: "unit",
      });
    }
    return { horizontal: chosen, vertical: chosen };
  }
  if (!said) return { horizontal: METRE, vertical: METRE };
  const { horizontal, vertical } = said;
  if (horizontal === "degree") {
    throw new ScanError({
      file: name,
      action: "label",
      problem: "its coordinate system is in degrees of longitude and latitude",
      field: "unit",
      mend: "project it to a map in metres, such as UTM, or set unit if its coordinates are none",
    });
  }
  if (!isMetric(said)) {
    warnings.push({
      code: "unit",
      text: `The coordinate system of ${name} is in ${
        unitText(said)
      }: it was scaled to metres. Set unit if that is wrong.`,
      field: "unit",
    });
  }
  return { horizontal, vertical };
}

function agrees({ horizontal, vertical }: CoordinateUnits, unit: typeof METRE): boolean {
  return horizontal !== "degree" && isSameLength(horizontal, unit) && isSameLength(vertical, unit);
}

function unitText({ horizontal, vertical }: CoordinateUnits): string {
  if (horizontal === "degree") return "degrees";
  return isSameLength(horizontal, vertical)
    ? `units of one ${horizontal.name}`
    : `units of one ${horizontal.name}, with heights in units of one ${vertical.name}`;
}

/** The axis that points up: by the option, z for LAS, which has it so by its specification, or else a guess. */
function upOf(
  { scan: { name, format, positions }, cameras, options: { up = "auto" } }: SegmentRequest,
  warnings: Warning[],
): UpAxis {
  if (up !== "auto") return up;
  if (format === "las") return "z";
  const guess = guessUp(positions, cameras);
  if (guess.reason !== null) {
    warnings.push({
      code: "axes",
      text: guess.up === "z"
        ? `It is doubtful which axis of ${name} points up: z was taken, though ${guess.reason}. Set up if it is another one.`
        : `In ${name}, ${guess.up} was taken as up, since ${guess.reason}. Set up if it is another axis.`,
      field: "up",
    });
  }
  return guess.up;
}

/** Doubts metres that nobody has stated, where the scan has no scale, or would be very large or very small. */
function checkExtent(
  { scan: { name, units, origin, positions, converted }, isUnscaled, options: { unit = "auto" } }:
    SegmentRequest,
  warnings: Warning[],
): void {
  if (unit !== "auto" || units || positions.length < 6) return;
  const quantiles = quantilesOf(positions);
  const [low, high] = [quantiles(0.05), quantiles(0.95)];
  const [x, y, z] = [high[0] - low[0], high[1] - low[1], high[2] - low[2]];
  const [across, longest] = [Math.max(x, y), Math.max(x, y, z)];
  const warn = (code: string, text: string) => warnings.push({ code, text, field: "unit" });
  const mend = `Metres were taken; set unit if that is wrong.`;
  if (across < SHORTEST && z > UPRIGHT * across && isOnGlobe(origin, quantiles(0.5))) {
    warn(
      "degrees",
      `The coordinates of ${name} look like degrees of longitude and latitude: it is ${
        digits(z)
      } high and ${digits(across)} wide. Metres were taken; project it to a map in metres first.`,
    );
  } else if (isUnscaled && converted !== E57) {
    warn(
      "unit",
      `${name} says no unit, and its cameras come from structure from motion, which has no scale unless it was given ` +
        `one. Metres were taken, by which it is ${
          digits(longest)
        } m long; set unit to the metres of one unit of its ` +
        "coordinates, such as 0.37, or to metre if it was scaled.",
    );
  } else if (longest > LONGEST) {
    warn("unit", `${name} says no unit and would be ${digits(longest)} m long. ${mend}`);
  } else if (longest < SHORTEST) {
    warn("unit", `${name} says no unit and would be only ${digits(longest)} m long. ${mend}`);
  }
}

/** Tells whether the middle of a scan could be a place in degrees; scans that begin at zero are no maps. */
function isOnGlobe(origin: Scan["origin"], median: readonly number[]): boolean {
  const [x, y] = [origin[0] + median[0]!, origin[1] + median[1]!];
  return Math.abs(x) <= 180 && Math.abs(y) <= 90 && Math.abs(x) + Math.abs(y) > 1;
}

/**
 * Doubts scans that are coarser than voxels.
 *
 * @param voxelSize edge of a voxel, metres.
 */
export function samplingWarnings(
  { given: { scan: given }, request: { scan: { positions } }, frame: { units } }: MetricRequest,
  voxelSize: number,
): Warning[] {
  const warnings: Warning[] = [];
  const { name } = given;
  const step = coordinateStep(given) * units.horizontal.metres;
  if (step > voxelSize) {
    warnings.push({
      code: "coordinate-step",
      text: `The coordinates of ${name} come in steps of ${digits(step)} m, and a voxel has ` +
        `${voxelSize} m: they were rounded, as happens to those of a map that are kept as float. ` +
        `Write them as double, or subtract an offset before.`,
    });
  }
  const spacing = spacingOf(positions);
  if (spacing > MOST_SPACING * voxelSize) {
    warnings.push({
      code: "spacing",
      text: `Neighbouring points of ${name} lie some ${digits(spacing)} m apart, and a voxel has ` +
        `${voxelSize} m: most voxels hold one point and have no neighbour. Send a denser scan, set a ` +
        `larger voxelSize, or set unit if its coordinates are not in metres.`,
      field: "voxelSize",
    });
  }
  return warnings;
}

function digits(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}
