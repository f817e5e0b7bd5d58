/**
 * What a student was trained on, as its card keeps it: the distribution of every measure over the training scenes.
 *
 * @module
 */
import { z } from "zod";
import { MEASURE_NAMES, type MeasureName, type ScanProfile } from "./profile.ts";

/** The distribution of one measure over training scenes. */
export interface MeasureRange {
  /** 5 % of the scenes lie below. */
  low: number;
  /** Half of the scenes lie below. */
  median: number;
  /** 5 % of the scenes lie above. */
  high: number;
}

/** The scans that a student was trained on. */
export interface StudentDomain {
  /** Number of scenes that were measured. */
  scenes: number;
  /** Whether the scans were made from the air; left out where they were not. */
  fromAbove?: boolean | undefined;
  /** The distribution of every measure. */
  measures: Record<MeasureName, MeasureRange>;
}

const measureRangeSchema = z.object({
  low: z.number().positive(),
  median: z.number().positive(),
  high: z.number().positive(),
}).refine(({ low, median, high }) => low <= median && median <= high, "low, median and high rise");

/** Schema that checks the domain of a card. */
export const studentDomainSchema: z.ZodType<StudentDomain> = z.object({
  scenes: z.int().positive(),
  fromAbove: z.boolean().optional(),
  measures: z.object(
    Object.fromEntries(MEASURE_NAMES.map((name) => [name, measureRangeSchema])) as Record<
      MeasureName,
      typeof measureRangeSchema
    >,
  ),
});

/** Says in words what scans a domain holds. */
export function domainText({ scenes, measures }: StudentDomain): string {
  const range = (name: MeasureName, factor: number, digits: number) => {
    const [low, high] = [measures[name].low, measures[name].high].map((value) =>
      (value * factor).toFixed(digits)
    );
    return low === high ? low : `${low} to ${high}`;
  };
  return `${scenes} scans ${range("width", 1, 1)} m wide and ${range("height", 1, 1)} m high, ` +
    `${range("upright", 100, 0)} % of their area under upright things, ` +
    `points ${range("spacing", 100, 1)} cm apart`;
}

/**
 * Summarises the profiles of training scenes.
 *
 * @param fromAbove whether they were made from the air.
 * @throws {RangeError} where there are none.
 */
export function domainOf(profiles: readonly ScanProfile[], fromAbove = false): StudentDomain {
  if (profiles.length === 0) throw new RangeError("Cannot measure a domain: there are no scenes");
  const measures = {} as Record<MeasureName, MeasureRange>;
  for (const name of MEASURE_NAMES) {
    const values = profiles.map((profile) => profile[name]).sort((a, b) => a - b);
    const at = (share: number) =>
      Number(values[Math.round(share * (values.length - 1))]!.toPrecision(4));
    measures[name] = { low: at(0.05), median: at(0.5), high: at(0.95) };
  }
  return { scenes: profiles.length, ...(fromAbove ? { fromAbove } : {}), measures };
}
