/**
 * The files of a job that is done, handed in once more with corrections.
 *
 * @module
 */
import { copyFile, link } from "node:fs/promises";
import { join } from "node:path";
import type { Corrections } from "../../segment/labels/corrections.ts";
import { currentNames } from "../../segment/former_names.ts";
import { COMMON_SETTINGS, methodOf, segmentOptions } from "../../segment/options.ts";
import { OptionError } from "../../ttt/option_error.ts";
import { ANSWER_SETTINGS, type Input } from "./input.ts";
import { unlessAbsent } from "./durable.ts";
import { resultFolder } from "./result.ts";
import { UNVOTED_FILES } from "./unvoted.ts";

/**
 * Adds corrections to the request of a job. Those that it had stay, unless the new ones say otherwise of a point. A method
 * that does not learn from corrections is left to the usual choice; where another method is asked for, settings of the earlier one are left out.
 *
 * @param given options in place of those of the job, `corrections` among them.
 * @throws {OptionError} where there are no corrections, or they are none.
 */
export function corrected(input: Input, given: Readonly<Record<string, unknown>>): Input {
  const { images } = input;
  // One option may have its former name in the one and today's in the other.
  const { options: before } = currentNames(input.options);
  const { options: later } = currentNames(given);
  const hasPhotographs = images.length > 0;
  const { corrections } = segmentOptions({ corrections: given["corrections"] }, hasPhotographs);
  if (corrections === undefined) {
    throw new OptionError(
      'Cannot correct: there are no corrections; send {"corrections": {"chair": [17, 290]}}',
      "corrections",
    );
  }
  const { method, viewSource } = before;
  const { method: used, corrections: earlier } = segmentOptions(
    { method, viewSource, corrections: before["corrections"] },
    hasPhotographs,
  );
  const { method: asked = used } = later;
  const kept = asked === used && (method === undefined || methodOf(method).takesCorrections)
    ? before
    : Object.fromEntries(Object.entries(before).filter(([name]) => IS_COMMON.has(name)));
  return {
    ...input,
    options: { ...kept, ...later, corrections: merged(earlier ?? {}, corrections) },
  };
}

/** Names of the options that every method has. */
const IS_COMMON: ReadonlySet<string> = new Set(
  Object.keys({ ...COMMON_SETTINGS, ...ANSWER_SETTINGS }),
);

/** Corrections and later ones, which decide where both speak of a point. */
function merged(earlier: Corrections, later: Corrections): Corrections {
  const said = new Set(Object.values(later).flat());
  const points = new Map(Object.entries(later).map(([name, of]) => [name, [...of]]));
  for (const [name, of] of Object.entries(earlier)) {
    const left = of.filter((point) => !said.has(point));
    if (left.length > 0) points.set(name, [...points.get(name) ?? [], ...left]);
  }
  return Object.fromEntries(points);
}

/**
 * Gives a folder the files of a job that is done, and what that came to before corrections voted; they take no room of their own
 * where the disk can share them.
 */
export async function shareFiles(
  { folder, attempt }: { folder: string; attempt: number },
  to: string,
  { scan, images, cameras }: Input,
): Promise<void> {
  for (const { file } of [scan, ...images, ...cameras]) await share(folder, to, file);
  const result = resultFolder(folder, attempt);
  for (const file of UNVOTED_FILES) await share(result, to, file).catch(unlessAbsent);
}

async function share(from: string, to: string, file: string): Promise<void> {
  const [old, own] = [join(from, file), join(to, file)];
  await link(old, own).catch(() => copyFile(old, own));
}
