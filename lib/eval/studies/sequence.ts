/**
 * Sequences of scenes, of one domain or of several in a row.
 *
 * @module
 */

/** Scenes that are met one after the other. */
export interface Sequence {
  /** A domain's name, or the names of its parts. */
  name: string;
  parts: readonly { domain: string; scenes: number }[];
}

/** The scenes of one domain, as a sequence. */
export function domainSequence(domain: string, scenes: number): Sequence {
  return { name: domain, parts: [{ domain, scenes }] };
}

/** Several domains one after the other. */
export function mixedSequence(parts: Sequence["parts"]): Sequence {
  return { name: parts.map(({ domain, scenes }) => `${scenes} ${domain}`).join(" then "), parts };
}
