/**
 * The journal of an evaluation: a file of JSON lines to which every finished cell is appended at once, so
 * that a run can be stopped at any moment, in the middle of a line too, and taken up again.
 *
 * Lines are of two kinds: `{"settings": {...}}` says what the cells after it were made with, and everything
 * else is a cell. Settings may be added to a journal (further scenes, studies, domains), never changed.
 *
 * @module
 */
import { type Cell, parseCell } from "./cell.ts";

/** What cells depend on, by name: versions of scenes, hashes of models, settings of methods. */
export type Fingerprint = Readonly<Record<string, string>>;

/** A journal that cannot be taken up. */
export class JournalError extends SyntaxError {
  override name = "JournalError";
}

const NEWLINE = 10;
const encoder = new TextEncoder();

/** Open for one process at a time; leave by `using`. */
export class Journal implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  readonly #cells = new Map<string, Cell>();
  #settings: Fingerprint = {};

  private constructor(file: Deno.FsFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /**
   * Opens a journal, or starts one. A line that was cut short at the end is taken off.
   *
   * @param options `fresh` forgets what is there.
   * @throws {JournalError} where another process writes to it, or a line is damaged.
   */
  static async open(path: string, options: { fresh: boolean }): Promise<Journal> {
    const file = await Deno.open(path, { create: true, read: true, write: true });
    const journal = new Journal(file, path);
    try {
      if (!await file.tryLock(true)) {
        throw new JournalError(
          `Cannot write ${path}: another run is writing to it; wait for it, or choose another --out`,
        );
      }
      if (options.fresh) await file.truncate(0);
      const bytes = await Deno.readFile(path);
      const whole = bytes.lastIndexOf(NEWLINE) + 1;
      await file.truncate(whole);
      await file.seek(whole, Deno.SeekMode.Start);
      journal.#read(new TextDecoder().decode(bytes.subarray(0, whole)));
      return journal;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Finished cells by key. */
  get cells(): ReadonlyMap<string, Cell> {
    return this.#cells;
  }

  /** What the cells were made with. */
  get settings(): Fingerprint {
    return this.#settings;
  }

  /**
   * Holds a run's settings against those of the journal, and notes what is new.
   *
   * @throws {JournalError} naming every setting that differs.
   */
  async settle(settings: Fingerprint): Promise<void> {
    const differing = Object.keys(settings).filter((name) =>
      name in this.#settings && this.#settings[name] !== settings[name]
    );
    if (differing.length > 0) {
      const changes = differing.map((name) =>
        `${name} was ${this.#settings[name]}, is now ${settings[name]}`
      );
      throw new JournalError(
        `Cannot resume ${this.#path}: ${
          changes.join("; ")
        }; add --fresh to start over, or choose another --out`,
      );
    }
    const added = Object.entries(settings).filter(([name]) => !(name in this.#settings));
    if (added.length === 0) return;
    await this.#write({ settings: Object.fromEntries(added) });
    this.#settings = { ...this.#settings, ...settings };
  }

  /** Appends a finished cell; once this is done it survives the end of the process. */
  async append(cell: Cell): Promise<void> {
    await this.#write(cell);
    this.#cells.set(cell.key, cell);
  }

  #read(text: string): void {
    for (const [index, line] of text.split("\n").slice(0, -1).entries()) {
      try {
        const value: unknown = JSON.parse(line);
        if (isSettings(value)) this.#settings = { ...this.#settings, ...value.settings };
        else {
          const cell = parseCell(value);
          this.#cells.set(cell.key, cell);
        }
      } catch (error) {
        throw new JournalError(
          `Cannot resume ${this.#path}: line ${index + 1}: ${(error as Error).message}; take the ` +
            "line out, or add --fresh to start over",
        );
      }
    }
  }

  async #write(value: unknown): Promise<void> {
    const bytes = encoder.encode(`${JSON.stringify(value)}\n`);
    for (let written = 0; written < bytes.length;) {
      written += await this.#file.write(bytes.subarray(written));
    }
    await this.#file.syncData();
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

function isSettings(value: unknown): value is { settings: Fingerprint } {
  return typeof value === "object" && value !== null && "settings" in value;
}
