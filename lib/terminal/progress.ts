/**
 * Progress of long work: a bar on a terminal, plain lines otherwise. Both go to stderr, so that stdout holds
 * results alone.
 *
 * @module
 */
// @ts-types="npm:@types/cli-progress@3.11.6"
import cliProgress from "cli-progress";
import { duration } from "./format.ts";

/** How far work is. */
export interface ProgressState {
  /** What is being done. */
  label: string;
  /** How much of `total` is done. */
  value?: number;
  total?: number;
  /** A short addition, such as a loss. */
  note?: string;
  /** Estimated time that the work still takes. */
  secondsLeft?: number;
}

/** Shows how far work is; use it with `using`, so that the terminal is left tidy. */
export interface ProgressDisplay extends Disposable {
  update(state: ProgressState): void;
}

/**
 * Makes a display for this process.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { progressDisplay } from "./progress.ts";
 *
 * const lines: string[] = [];
 * using display = progressDisplay(false, (line) => lines.push(line));
 * display.update({ label: "adapting", value: 1, total: 25, note: "loss 0.5", secondsLeft: 12 });
 * assert.deepEqual(lines, ["adapting 1/25 loss 0.5, 12 s left"]);
 * ```
 *
 * @param terminal whether stderr can redraw a line.
 * @param print writes one plain line where it cannot.
 */
export function progressDisplay(
  terminal: boolean = Deno.stderr.isTerminal(),
  print: (line: string) => void = console.error,
): ProgressDisplay {
  return terminal ? new ProgressBar() : new ProgressLines(print);
}

/** The note, and the time that is left. */
function addition({ note, secondsLeft }: ProgressState): string {
  const left = secondsLeft === undefined ? "" : `${duration(secondsLeft)} left`;
  return [note, left].filter((text) => text).join(", ");
}

class ProgressBar implements ProgressDisplay {
  #bar: cliProgress.SingleBar | null = null;
  #label = "";

  update(state: ProgressState): void {
    const { label, value = 0, total = 0 } = state;
    const note = addition(state);
    if (label !== this.#label) {
      this.#bar?.stop();
      this.#bar = new cliProgress.SingleBar(
        { format: "{label} {bar} {value}/{total} {note}", hideCursor: true },
        cliProgress.Presets.shades_classic,
      );
      this.#label = label;
      this.#bar.start(Math.max(total, 1), value, { label: label.padEnd(12), note });
    }
    this.#bar?.update(value, { note });
  }

  [Symbol.dispose](): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}

/** Prints a line when the label changes, and then about every fifth of the way. */
class ProgressLines implements ProgressDisplay {
  readonly #print: (line: string) => void;
  #label = "";
  #printed = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  update(state: ProgressState): void {
    const { label, value = 0, total = 0 } = state;
    const isNew = label !== this.#label;
    const isDue = total > 0 &&
      (value === total ? this.#printed < total : value - this.#printed >= total / 5);
    if (!isNew && !isDue) return;
    this.#label = label;
    this.#printed = value;
    this.#print(
      [label, total > 0 ? `${value}/${total}` : "", addition(state)].filter((text) => text)
        .join(" "),
    );
  }

  [Symbol.dispose](): void {}
}
