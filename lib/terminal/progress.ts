/**
 * How far long work is: a bar on a terminal, plain lines otherwise. Both go to stderr, so that stdout holds
 * results alone.
 *
 * @module
 */
// @ts-types="npm:@types/cli-progress@3.11.6"
import cliProgress from "cli-progress";

/** Where work stands. */
export interface ProgressState {
  /** What is being done. */
  label: string;
  value?: number;
  total?: number;
  /** A short addition, such as a loss. */
  note?: string;
  /** How long it still takes, by estimate. */
  secondsLeft?: number;
}

/** Shows where work stands; leave by `using`, so that the terminal is left tidy. */
export interface ProgressDisplay extends Disposable {
  update(standing: ProgressState): void;
}

/**
 * A display for this process.
 *
 * @param terminal whether stderr can redraw a line.
 * @param print writes one plain line where it cannot.
 */
export function progressDisplay(
  terminal: boolean = Deno.stderr.isTerminal(),
  print: (line: string) => void = console.error,
): ProgressDisplay {
  return terminal ? new Bar() : new Lines(print);
}

/** A duration as people say it: "45 s", "12 min", "3 h 05 min". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 100) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 100) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${`${minutes % 60}`.padStart(2, "0")} min`;
}

/** The note, and the time that is left. */
function addition({ note, secondsLeft }: ProgressState): string {
  const left = secondsLeft === undefined ? "" : `${duration(secondsLeft)} left`;
  return [note, left].filter((word) => word).join(", ");
}

class Bar implements ProgressDisplay {
  #bar: cliProgress.SingleBar | null = null;
  #label = "";

  update(standing: ProgressState): void {
    const { label, value = 0, total = 0 } = standing;
    const note = addition(standing);
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

/** A line when the work changes, and then about every fifth of the way. */
class Lines implements ProgressDisplay {
  readonly #print: (line: string) => void;
  #label = "";
  #printed = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  update(standing: ProgressState): void {
    const { label, value = 0, total = 0 } = standing;
    const note = addition(standing);
    const changed = label !== this.#label;
    const due = total > 0 &&
      (value === total ? this.#printed < total : value - this.#printed >= total / 5);
    if (!changed && !due) return;
    this.#label = label;
    this.#printed = value;
    this.#print(
      [label, total > 0 ? `${value}/${total}` : "", note].filter((word) => word).join(" "),
    );
  }

  [Symbol.dispose](): void {}
}
