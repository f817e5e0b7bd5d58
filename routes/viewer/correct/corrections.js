/**
 * What the user has said that points are, with undo. Points are named by their rows in the client's file, from 0, as the
 * server takes them, so that those too are kept which the viewer does not show.
 *
 * @module
 */

/** The number that stands for a point that nobody has corrected. */
export const UNCORRECTED = 255;

/** Classes by row. */
export class CorrectionList {
  /** @type {Map<number, number>} */
  #classes = new Map();
  /** What each act replaced, for undo. @type {Map<number, number | undefined>[]} */
  #acts = [];

  /** Number of corrected points. */
  get size() {
    return this.#classes.size;
  }

  /** Whether there is something to undo. */
  get canUndo() {
    return this.#acts.some(({ size }) => size > 0);
  }

  /** Classes by row. @returns {ReadonlyMap<number, number>} */
  get classes() {
    return this.#classes;
  }

  /** Begins an act: what is painted until the next one is undone at once. */
  begin() {
    this.#acts.push(new Map());
  }

  /**
   * Gives points a class.
   *
   * @param {Iterable<number>} rows
   * @param {number} label
   */
  paint(rows, label) {
    if (this.#acts.length === 0) this.begin();
    const act = /** @type {Map<number, number | undefined>} */ (this.#acts.at(-1));
    for (const row of rows) {
      if (this.#classes.get(row) === label) continue;
      if (!act.has(row)) act.set(row, this.#classes.get(row));
      this.#classes.set(row, label);
    }
  }

  /** Takes the last act back that changed anything. */
  undo() {
    let act = this.#acts.pop();
    while (act?.size === 0) act = this.#acts.pop();
    for (const [row, before] of act ?? []) {
      if (before === undefined) this.#classes.delete(row);
      else this.#classes.set(row, before);
    }
  }

  /** Keeps what there is for good: it has been sent. */
  settle() {
    this.#acts = [];
  }

  /** Forgets everything. */
  clear() {
    this.#classes.clear();
    this.#acts = [];
  }

  /** Number of points of each class that has any. @returns {Map<number, number>} */
  counts() {
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const label of this.#classes.values()) counts.set(label, (counts.get(label) ?? 0) + 1);
    return new Map([...counts].sort(([a], [b]) => a - b));
  }

  /**
   * Returns the corrections as the server and `segment --corrections` take them.
   *
   * @param {readonly string[]} names of classes
   * @returns {Record<string, number[]>} rows by class
   */
  toJson(names) {
    /** @type {Record<string, number[]>} */
    const rows = {};
    for (const [row, label] of this.#classes) (rows[names[label] ?? `${label}`] ??= []).push(row);
    return rows;
  }

  /**
   * Adds the corrections of a file as one act.
   *
   * @param {unknown} json as {@link CorrectionList.toJson} returns it
   * @param {readonly string[]} names of classes
   * @throws {SyntaxError} naming what is wrong.
   */
  add(json, names) {
    const wanted = Object.entries(json ?? {});
    if (typeof json !== "object" || Array.isArray(json) || wanted.length === 0) {
      throw new SyntaxError('it is not such as {"chair": [17, 290]}');
    }
    const parsed = wanted.map(([name, points]) => {
      const label = names.includes(name) ? names.indexOf(name) : /^\d+$/.test(name) ? +name : NaN;
      if (!(label < names.length)) {
        throw new SyntaxError(`it names '${name}'; the classes are ${names.join(", ")}`);
      }
      if (!Array.isArray(points)) throw new SyntaxError(`'${name}' has no list of points`);
      const bad = points.findIndex((row) => !(Number.isInteger(row) && row >= 0));
      if (bad >= 0) {
        throw new SyntaxError(`'${name}' has ${points[bad]}, which is no number of a point`);
      }
      return /** @type {const} */ ([points, label]);
    });
    this.begin();
    for (const [points, label] of parsed) this.paint(points, label);
  }
}
