/**
 * The measures of one varied street, each drawn from a wide range: no two streets are alike.
 *
 * @module
 */
import type { Random } from "../../../random/random.ts";
import type { Measures } from "../styles.ts";

/** Measures of one street, metres, and how often objects stand along it. */
export interface VariedMeasures extends Measures {
  /** Height of the kerb above the road. */
  kerb: number;
  /** Height of the middle of the road above its edges. */
  camber: number;
  /** Height to which lots rise behind the sidewalk on the left and on the right, and the way on which they do so. */
  rises: readonly [number, number];
  run: number;
  /** Shares of lots whose ground is paved, or asphalt of no class. */
  paved: number;
  parking: number;
  /** Share of fronts that are closed by plants rather than by walls and fences. */
  planted: number;
  /** Mean distance between vehicles that drive on a road. */
  traffic: number;
  /** Number of people. */
  people: number;
  /** Mean distance between things of no class, and between groups of bollards. */
  things: number;
  bollards: number;
  /** Probability that a side of the road has a guard rail. */
  rails: number;
}

/** Draws the measures of a street. */
export function drawMeasures(random: Random): VariedMeasures {
  /** A range about a number that is drawn from low to high. */
  const about = (low: number, high: number, spread = 0.2): [number, number] => {
    const middle = random.range(low, high);
    return [middle * (1 - spread), middle * (1 + spread)];
  };
  const rise = () => random.chance(0.4) ? random.range(0.15, 2) : 0;
  const isBuiltUp = random.chance(0.4);
  const lot = about(7, 22);
  return {
    road: about(2.6, 7.5, 0.1),
    sidewalk: about(1.2, 4.5, 0.15),
    verge: about(0.8, 3),
    verges: random.chance(0.4) ? 1 : 0,
    lot,
    setback: isBuiltUp ? about(0.1, 1.5, 0.5) : about(1.5, 9, 0.4),
    green: isBuiltUp ? random.range(0.02, 0.2) : random.range(0.15, 0.6),
    fenced: random.range(0.2, 0.9),
    trees: random.range(6, 30),
    poles: random.range(9, 28),
    parked: random.range(6.5, 35),
    kerb: random.range(0.08, 0.2),
    camber: random.range(0, 0.1),
    rises: [rise(), rise()],
    run: random.range(0.4, 5),
    paved: random.range(0, 0.6),
    parking: random.range(0, 0.25),
    planted: random.range(0.2, 0.8),
    traffic: random.range(15, 60),
    people: random.chance(0.3) ? 0 : random.integer(12),
    things: random.range(10, 40),
    bollards: random.range(20, 120),
    rails: random.chance(0.12) ? 1 : 0,
  };
}
