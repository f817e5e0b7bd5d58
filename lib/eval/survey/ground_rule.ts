/**
 * The rule that a student has to beat: no learning, just what surveyors have done for twenty years. Points near the ground
 * of a progressive morphological filter are ground. What stands higher is building where it is flat and echoes once, and
 * vegetation elsewhere. Numbers are in metres; none was chosen by a labelled scan.
 *
 * @module
 */
import { echoesOf, type Scan } from "../../scan/mod.ts";
import { eigen } from "../../voxels/eigen.ts";
import { heightsAboveGround } from "../../voxels/ground/heights.ts";
import { MomentGrid } from "../../voxels/moment_grid.ts";
import { GROUPS } from "./asprs_groups.ts";

/** Points up to so high are ground. */
const GROUND = 0.3;
/** Buildings are at least so high. */
const BUILDING = 2;
/** Edge of the cells; flatness is measured over a cell and its neighbours. */
const CELL = 1;
/** Fewest points by which flatness is told. */
const LEAST_POINTS = 6;
/** Standard deviation of points from their plane, up to which they are flat. */
const FLAT = 0.25;
/** From this share of points on that are one of several echoes, it is vegetation. */
const PERMEABLE = 0.5;

/**
 * Labels a scan by the rule.
 *
 * @param scan in metres, with z up.
 * @returns [N] index into {@link GROUPS}.
 */
export function labelByRule(scan: Scan): Uint8Array {
  const { positions, count } = scan;
  const [ground, vegetation, building] = GROUPS.map((_, group) => group) as [
    number,
    number,
    number,
  ];
  const heights = heightsAboveGround(positions);
  const grid = new MomentGrid(positions, CELL);
  const permeable = permeableCells(scan, grid);
  /** By cell: 0 unknown, 1 flat, 2 rough. */
  const known = new Uint8Array(grid.cells);
  const isFlat = (cell: number) => {
    if (known[cell] === 0) known[cell] = measuredFlat(grid, cell) ? 1 : 2;
    return known[cell] === 1;
  };
  return Uint8Array.from({ length: count }, (_, p) => {
    if (heights[p]! <= GROUND) return ground;
    const cell = grid.cellOf[p]!;
    return heights[p]! >= BUILDING && !permeable[cell] && isFlat(cell) ? building : vegetation;
  });
}

function measuredFlat(grid: MomentGrid, cell: number): boolean {
  const { count, covariance } = grid.around(cell);
  if (count < LEAST_POINTS) return false;
  return Math.min(...eigen(covariance).values) < FLAT ** 2;
}

/** Cells in which most pulses go on behind their first echo. */
function permeableCells(scan: Scan, { cells, cellOf }: MomentGrid): Uint8Array {
  const permeable = new Uint8Array(cells);
  const echoes = echoesOf(scan);
  if (!echoes) return permeable;
  const [all, several] = [new Uint32Array(cells), new Uint32Array(cells)];
  cellOf.forEach((cell, p) => {
    all[cell]!++;
    if (echoes.count[p]! > 1) several[cell]!++;
  });
  return permeable.map((_, cell) => several[cell]! >= PERMEABLE * all[cell]! ? 1 : 0);
}
