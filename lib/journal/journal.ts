/**
 * The journal of long work: a file of JSON lines to which everything that is finished is appended at once, so that the
 * work can be stopped at any moment, even in the middle of a line, and resumed.
 *
 * There are two kinds of lines: `{"settings": {...}}` says what the entries after it were made with, and every other
 * line is an entry. Settings may be added to a journal, but never changed. Of entries with one key, the last counts.
 *
 * @module
 */

/** Everything that entries depend on, by name: versions of inputs, hashes of models, settings of methods. */
export type Fingerprint = Readonly<Record<string, string>>;

/** A journal that cannot be resumed. */
export class JournalError extends SyntaxError {
  override name = "JournalError";
}

const NEWLINE = 10;
const encoder = new TextEncoder();

/** A journal on disk, locked against other processes while it is open; use it with `using`. */
export class Journal<Entry extends { readonly key: string }> implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  readonly #parse: (value: unknown) => Entry;
  readonly #entries = new Map<string, Entry>();
  #settings: Fingerprint = {};

  private constructor(file: Deno.FsFile, path: string, parse: (value: unknown) => Entry) {
    this.#file = file;
    this.#path = path;
    this.#parse = parse;
  }

  /**
   * Opens a journal, or starts one. An incomplete line at its end is removed.
   *
   * @param parse checks that a line is an entry; it throws an error that says what is wrong.
   * @param options `fresh` empties the journal.
   * @throws {JournalError} where another process writes to it, or a line is damaged.
   */
  static async open<Entry extends { readonly key: string }>(
    path: string,
    parse: (value: unknown) => Entry,
    options: { fresh: boolean },
  ): Promise<Journal<Entry>> {
    const file = await Deno.open(path, { create: true, read: true, write: true });
    const journal = new Journal(file, path, parse);
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

  /** What is finished, by key. */
  get entries(): ReadonlyMap<string, Entry> {
    return this.#entries;
  }

  /** The settings that the entries were made with. */
  get settings(): Fingerprint {
    return this.#settings;
  }

  /**
   * Compares a run's settings with those of the journal, and adds new ones.
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

  /** Appends an entry and waits until it is on disk. */
  async append(entry: Entry): Promise<void> {
    await this.#write(entry);
    this.#entries.set(entry.key, entry);
  }

  #read(text: string): void {
    for (const [index, line] of text.split("\n").slice(0, -1).entries()) {
      try {
        const value: unknown = JSON.parse(line);
        if (isSettings(value)) this.#settings = { ...this.#settings, ...value.settings };
        else {
          const entry = this.#parse(value);
          this.#entries.set(entry.key, entry);
        }
      } catch (error) {
        throw new JournalError(
          `Cannot resume ${this.#path}: line ${index + 1}: ${(error as Error).message}; remove ` +
            "the line, or add --fresh to start over",
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
