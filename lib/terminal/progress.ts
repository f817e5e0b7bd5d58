/**
 * Progress of long work: a bar on a terminal, plain lines otherwise. Both go to stderr, so that stdout holds
 * results alone.
 *
 * @module
 */
import process from "node:process";
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
  /** Prints a line that stays above what follows. */
  say(line: string): void;
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
 * @param stream the terminal.
 */
export function progressDisplay(
  terminal: boolean = Deno.stderr.isTerminal(),
  print: (line: string) => void = console.error,
  stream: NodeJS.WritableStream = process.stderr,
): ProgressDisplay {
  return terminal ? new ProgressBar(stream) : new ProgressLines(print);
}

/** The note, and the time that is left. */
function addition({ note, secondsLeft }: ProgressState): string {
  const left = secondsLeft === undefined ? "" : `${duration(secondsLeft)} left`;
  return [note, left].filter((text) => text).join(", ");
}

/**
 * A bar for what is counted, which stays when it is over; a line for what is not, which goes.
 */
class ProgressBar implements ProgressDisplay {
  readonly #stream: NodeJS.WritableStream;
  #bar: cliProgress.SingleBar | null = null;
  #shown = "";

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  update(state: ProgressState): void {
    const { label, value = 0, total = 0 } = state;
    const note = addition(state);
    const isCounted = total > 0;
    const shown = `${label} ${isCounted}`;
    if (shown !== this.#shown) {
      this.#bar?.stop();
      this.#bar = new cliProgress.SingleBar({
        format: isCounted ? "{label} {bar} {value}/{total} {note}" : "{label} {note}",
        clearOnComplete: !isCounted,
        hideCursor: true,
        stream: this.#stream,
      }, cliProgress.Presets.shades_classic);
      this.#shown = shown;
      this.#bar.start(total, value, { label: label.padEnd(12), note });
    }
    this.#bar?.setTotal(total);
    this.#bar?.update(value, { note });
  }

  say(line: string): void {
    this[Symbol.dispose]();
    this.#stream.write(`${line}\n`);
  }

  [Symbol.dispose](): void {
    this.#bar?.stop();
    this.#bar = null;
    this.#shown = "";
  }
}

/** Milliseconds after which a plain line shows that the work goes on. */
const LONGEST_SILENCE = 20_000;

/** Prints a line when the label changes, and then about every fifth of the way or after a long silence. */
class ProgressLines implements ProgressDisplay {
  readonly #print: (line: string) => void;
  #label = "";
  #printed = 0;
  #printedAt = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  update(state: ProgressState): void {
    const { label, value = 0, total = 0 } = state;
    const isNew = label !== this.#label;
    const isDue = total > 0 &&
      (value === total ? this.#printed < total : value - this.#printed >= total / 5);
    const now = performance.now();
    const isLate = value !== this.#printed && now - this.#printedAt > LONGEST_SILENCE;
    if (!isNew && !isDue && !isLate) return;
    this.#printedAt = now;
    this.#label = label;
    this.#printed = value;
    this.#print(
      [label, total > 0 ? `${value}/${total}` : "", addition(state)].filter((text) => text)
        .join(" "),
    );
  }

  say(line: string): void {
    this.#print(line);
  }

  [Symbol.dispose](): void {}
}
