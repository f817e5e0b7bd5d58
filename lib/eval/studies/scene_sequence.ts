/**
 * Sequences of scenes, of one domain or of several one after the other.
 *
 * @module
 */

/** Scenes that are labelled one after the other. */
export interface SceneSequence {
  /** Name of the domain, or the names of the parts. */
  name: string;
  parts: readonly { domain: string; scenes: number }[];
}
