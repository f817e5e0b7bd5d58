/**
 * Teachers that several students were distilled from: each is loaded once.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import type { GivenTeacher } from "../models/model_files.ts";
import type { FeatureTeacher } from "../teacher/mod.ts";

/** A teacher on a device. */
interface LoadedTeacher {
  readonly gpu: Gpu;
  readonly teacher: Promise<FeatureTeacher>;
  users: number;
}

/** Keeps a teacher loaded for as long as somebody uses it. */
export class SharedTeachers {
  /** By the ids of their cards. */
  readonly #loaded = new Map<string, LoadedTeacher>();

  /** The same teacher, which is loaded by its first user, and freed by its last. */
  share({ card, open }: GivenTeacher): GivenTeacher {
    return { card, open: (gpu) => this.#use({ card, open }, gpu) };
  }

  async #use({ card, open }: GivenTeacher, gpu: Gpu): Promise<FeatureTeacher> {
    const known = this.#loaded.get(card.id);
    // What was loaded on a lost device is of no use; those who have it still free it.
    const entry = known?.gpu === gpu ? known : { gpu, teacher: open(gpu), users: 0 };
    this.#loaded.set(card.id, entry);
    entry.users++;
    let isFreed = false;
    const free = async () => {
      if (isFreed) return;
      isFreed = true;
      if (--entry.users > 0) return;
      if (this.#loaded.get(card.id) === entry) this.#loaded.delete(card.id);
      await (await entry.teacher).destroy();
    };
    try {
      const teacher = await entry.teacher;
      return {
        card: teacher.card,
        describeAll: (photos, options) => teacher.describeAll(photos, options),
        destroy: free,
      };
    } catch (error) {
      // It was not loaded, so there is nothing to free; the next one tries again.
      if (this.#loaded.get(card.id) === entry) this.#loaded.delete(card.id);
      throw error;
    }
  }
}
