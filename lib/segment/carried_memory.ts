/**
 * The memory of an online method that is handed in with a scan and handed out after it, so that many sequences
 * of scans share one engine and none sees another's weights.
 *
 * @module
 */
import { Learner } from "../ttt/learner.ts";
import type { Memory } from "../ttt/methods/mod.ts";
import type { StudentFile } from "../models/models.ts";
import type { OnlineState } from "../ttt/online_state.ts";

/** A {@link Memory} for one scan; what it holds on the GPU is gone with it. */
export class CarriedMemory implements Memory, Disposable {
  readonly #before: OnlineState | null;
  #learner: Learner | null = null;

  /** @param before what was learned so far; null for nothing. */
  constructor(before: OnlineState | null) {
    this.#before = before;
  }

  /** @throws {TypeError} where a method keeps anything but a learner. */
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
   * What is learned by now.
   *
   * @param source the student that all began with.
   * @throws {TypeError} where the method keeps nothing.
   */
  async state(source: StudentFile): Promise<OnlineState> {
    if (!this.#learner) throw new TypeError("Cannot carry on: the method keeps nothing");
    const { tensors, velocity } = await this.#learner.state();
    return { student: { ...source, tensors }, velocity };
  }

  [Symbol.dispose](): void {
    this.#learner?.[Symbol.dispose]();
  }
}
