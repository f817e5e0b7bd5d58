/**
 * The memory of an online method that comes with a scan and leaves with its result, so that many sequences of
 * scans share one engine and none sees another's weights.
 *
 * @module
 */
import type { StudentFile } from "../models/students.ts";
import type { RememberedCorrections } from "../ttt/corrections.ts";
import { Learner } from "../ttt/learner.ts";
import type { OnlineMemory } from "../ttt/methods/mod.ts";
import type { OnlineState } from "../ttt/online_state.ts";

/** An {@link OnlineMemory} for one scan. Owns what the method keeps on the GPU. */
export class CarriedMemory implements OnlineMemory, Disposable {
  readonly #before: OnlineState | null;
  #learner: Learner | null = null;

  /** @param before the state after the scans so far; null for none. */
  constructor(before: OnlineState | null) {
    this.#before = before;
  }

  /** @throws {TypeError} where a method keeps anything other than a learner. */
  recall<T extends Disposable>(make: () => T): T {
    if (this.#learner) return this.#learner as Disposable as T;
    const made = make();
    if (!(made instanceof Learner)) {
      made[Symbol.dispose]();
      throw new TypeError("Cannot carry what this method keeps: it is no learner");
    }
    this.#learner = made;
    if (this.#before) made.load({ ...this.#before.student, velocity: this.#before.velocity });
    return made;
  }

  /**
   * Reads back the state after this scan.
   *
   * @param source the student that the sequence started from.
   * @param remembered what has been corrected so far.
   * @throws {TypeError} where the method keeps nothing.
   */
  async state(
    source: StudentFile,
    remembered: RememberedCorrections | null,
  ): Promise<OnlineState> {
    if (!this.#learner) throw new TypeError("Cannot return a state: the method keeps nothing");
    const { tensors, velocity } = await this.#learner.state();
    return { student: { ...source, tensors }, velocity, remembered };
  }

  [Symbol.dispose](): void {
    this.#learner?.[Symbol.dispose]();
  }
}
