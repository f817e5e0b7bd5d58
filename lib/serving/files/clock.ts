/**
 * Time for whatever is kept for some hours.
 *
 * Moments are written down by the wall clock, which somebody may set: then all that is kept would expire at once, or
 * never. So a server compares the wall clock with the time that has really passed, and writes down in its folder when
 * the wall clock jumped and by how much. Hours in which no server ran on the folder look like a jump, and count for
 * nothing either.
 *
 * @module
 */
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { readJson, writeJson } from "./durable.ts";

/** Two clocks, in milliseconds. */
export interface Clock {
  /** The time since 1970, as the machine believes. */
  wall(): number;
  /** The time since some moment in this process; nobody can set it. */
  elapsed(): number;
}

/** The clocks of this machine. */
export const SYSTEM_CLOCK: Clock = {
  wall: () => Date.now(),
  elapsed: () => performance.now(),
};

/** Tells the time, and how long ago something was. */
export interface Ages {
  /** Returns the time of the wall clock, in milliseconds since 1970. */
  now(): number;

  /** Returns the milliseconds that have passed since a moment of the wall clock, jumps left out. */
  since(time: number): number;
}

/** Ages by the wall clock alone. */
export const WALL_AGES: Ages = {
  now: () => Date.now(),
  since: (time) => Date.now() - time,
};

/** A jump of the wall clock. */
interface Jump {
  /** What the wall clock said at most before it. */
  at: number;
  /** By how much it was set, in milliseconds. */
  by: number;
}

/** The contents of the file. */
interface Kept {
  /** What the wall clock said last. */
  at: number;
  jumps: Jump[];
}

const FILE = "clock.json";
/** Clocks that are corrected all the time, and looks that come late, differ by less. */
const TOLERANCE = 60_000;
/** Old jumps matter to nothing that is still kept. */
const MOST_JUMPS = 100;

/** Ages of what is kept in a folder. */
export class KeptAges implements Ages {
  readonly #folder: string;
  readonly #clock: Clock;
  #jumps: readonly Jump[] = [];
  /** The last look of this process; null before the first. */
  #last: { wall: number; elapsed: number } | null = null;

  /** @param folder the folder of the server. */
  constructor(folder: string, clock: Clock = SYSTEM_CLOCK) {
    this.#folder = folder;
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.wall();
  }

  since(time: number): number {
    const skipped = this.#jumps
      .filter(({ at }) => at >= time)
      .reduce((sum, { by }) => sum + by, 0);
    return this.#clock.wall() - time - Math.max(0, skipped);
  }

  /**
   * Compares the clocks; to be called about once a minute, and before the first question.
   *
   * @returns by how much the wall clock has jumped since the last look, in milliseconds.
   */
  async look(): Promise<number> {
    const wall = this.#clock.wall();
    const elapsed = this.#clock.elapsed();
    const kept = await this.#read(wall);
    // A server may have gone on for a while after its last look.
    const last = this.#last ??
      { wall: Math.max(kept.at, Math.min(wall, kept.at + TOLERANCE)), elapsed };
    this.#last = { wall, elapsed };
    // What was written down since the last look counts as before the jump.
    const at = last.wall + elapsed - last.elapsed;
    const by = wall - at;
    const isJump = Math.abs(by) > TOLERANCE;
    // Another server on the same folder has perhaps seen the same jump.
    const isKnown = kept.jumps.some((jump) =>
      Math.abs(jump.by - by) < TOLERANCE && Math.abs(jump.at - at) < 2 * TOLERANCE
    );
    if (isJump && !isKnown) kept.jumps.push({ at, by });
    this.#jumps = kept.jumps.slice(-MOST_JUMPS);
    await this.#write({ at: wall, jumps: [...this.#jumps] });
    return isJump ? by : 0;
  }

  /** Reads the file; without one, no clock has jumped. */
  async #read(wall: number): Promise<Kept> {
    const kept = await readJson<Partial<Kept>>(join(this.#folder, FILE)).catch(
      () => ({} as Partial<Kept>),
    );
    const { at = wall, jumps = [...this.#jumps] } = kept;
    return { at, jumps };
  }

  async #write(kept: Kept): Promise<void> {
    const written = join(this.#folder, `${FILE}-${crypto.randomUUID()}`);
    try {
      await writeJson(written, kept);
      await rename(written, join(this.#folder, FILE));
    } catch (error) {
      // A full disk must not keep anybody from making room.
      console.error(error);
    }
  }
}
