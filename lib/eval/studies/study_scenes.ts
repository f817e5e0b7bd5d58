/**
 * Which scenes a study runs on.
 *
 * @module
 */
import type { SceneSequence } from "./scene_sequence.ts";
import type { StudyContext } from "./study.ts";

/** The sequences of the main study and of the tuning: one per domain. */
export function mainSequences(context: StudyContext, domains: readonly string[]): SceneSequence[] {
  return domains.map((domain) => domainSequence(context, domain, context.size.scenes));
}

/**
 * The domains that the smaller studies use: the focus domains of the benchmark's profile, as far as the run
 * includes them, and with `withSource` the source domain before them, unless the run is down to one focus domain.
 */
export function focusSequences(
  context: StudyContext,
  { withSource = false } = {},
): SceneSequence[] {
  const { dataset, profile, size } = context;
  const isRun = (domain: string) => size.domains === null || size.domains.includes(domain);
  const sources = dataset.domains.filter(({ isSource }) => isSource).slice(0, 1);
  const before = withSource && size.focus !== 1
    ? sources.map(({ name }) => name).filter(isRun)
    : [];
  const focus = profile.focus.filter(isRun).slice(0, size.focus);
  return [...before, ...focus].map((domain) => domainSequence(context, domain, size.studyScenes));
}

/**
 * The sequence of the online study: the two domains of the benchmark's profile, or the first two that the run
 * includes, shifted ones first. None where the run has fewer than two domains.
 */
export function streamSequences(context: StudyContext): SceneSequence[] {
  const { profile, size, dataset } = context;
  const run = dataset.domains.toSorted((a, b) => Number(a.isSource) - Number(b.isSource))
    .map(({ name }) => name)
    .filter((name) => size.domains === null || size.domains.includes(name));
  if (profile.stream === null) return [];
  const stream = profile.stream.every((name) => run.includes(name))
    ? profile.stream
    : run.slice(0, 2);
  if (new Set(stream).size < 2) return [];
  const parts = stream.map((domain) => ({
    domain,
    scenes: scenesOf(context, domain, size.streamScenes),
  }));
  const name = parts.map(({ domain, scenes }) => `${scenes} ${domain}`).join(" then ");
  return [{ name, parts }];
}

function domainSequence(context: StudyContext, domain: string, wanted: number): SceneSequence {
  return { name: domain, parts: [{ domain, scenes: scenesOf(context, domain, wanted) }] };
}

function scenesOf({ dataset, split }: StudyContext, domain: string, wanted: number): number {
  return Math.min(wanted, dataset.count(domain, split));
}
