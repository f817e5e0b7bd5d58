/**
 * The card of the student that a training run makes.
 *
 * @module
 */
import type { StudentFile } from "../models/students.ts";
import type { StudentCard } from "../nn/card.ts";
import type { TeacherCard } from "../teacher/mod.ts";
import { CELLS } from "../ttt/masking.ts";
import type { TrainingRun } from "./training_run.ts";

/**
 * Makes the card, which names data set, settings and teacher.
 *
 * @param teacher the card of the teacher that the student is distilled from, if any.
 * @throws {RangeError} where heads alone are to be trained and the settings do not fit the student.
 * @throws {TypeError} where heads alone are to be trained and there is no student.
 */
export function trainedCard(run: TrainingRun, teacher: TeacherCard | null): StudentCard {
  const { config, dataset, licence } = run;
  const known = teacher && { id: teacher.id, width: teacher.width };
  const scenes = `on ${config.scenes} scenes of ${dataset.name}, domain ${config.domain}, ` +
    `split train, seed ${config.seed}`;
  if (run.headsOnly) {
    const { card } = studentForHeads(run);
    const provenance = `${card.provenance}; heads for the teacher by ttt-kd train --heads-only, ` +
      `${scenes}, from ${card.id}`;
    return { ...card, id: config.id, teacher: known, licence, provenance };
  }
  return {
    id: config.id,
    backbone: config.backbone,
    classes: [...dataset.classes],
    palette: dataset.palette.map(([red, green, blue]) => [red, green, blue]),
    asprs: [...dataset.asprs],
    voxelSize: config.voxelSize,
    features: config.features,
    ...(dataset.things ? { things: { ...dataset.things } } : {}),
    ...heightsOf(run),
    teacher: known,
    ...(config.objective === "mae" ? { reconstruction: CELLS } : {}),
    ...(config.statistics ? { statistics: config.statistics } : {}),
    licence,
    provenance: `ttt-kd train, ${config.objective}, ${scenes}${
      run.from ? `, from ${run.from.card.id}` : ""
    }`,
  };
}

/** The heights of classes, where the student reads how high points lie. */
function heightsOf({ config, dataset }: TrainingRun): Pick<StudentCard, "heights"> {
  if (!dataset.heights || !config.features.includes("above_ground")) return {};
  const heights = Object.entries(dataset.heights).map(([name, [low, high]]) =>
    [name, [low, high]] as [string, [number | null, number | null]]
  );
  return { heights: Object.fromEntries(heights) };
}

/** Gives the student that heads are trained for, once it is known to fit the settings. */
function studentForHeads({ config, dataset, from }: TrainingRun): StudentFile {
  if (!from) {
    throw new TypeError(
      "Cannot train heads alone: there is no student to train them for; give one",
    );
  }
  const fail = (what: string): never => {
    throw new RangeError(`Cannot train heads alone for ${from.card.id}: ${what}`);
  };
  if (config.objective !== "joint") {
    fail(`objective ${config.objective} trains no heads for a teacher; leave the objective out`);
  }
  for (const key of ["backbone", "features", "voxelSize"] as const) {
    if (`${config[key]}` !== `${from.card[key]}`) {
      fail(`its ${key} is ${from.card[key]}, not ${config[key]}; leave it out of the settings`);
    }
  }
  if (from.card.classes.join("\n") !== dataset.classes.join("\n")) {
    fail(
      `its classes are ${from.card.classes.join(", ")}, those of ${dataset.name} are ` +
        `${dataset.classes.join(", ")}; name the classes of the data set alike`,
    );
  }
  return from;
}
