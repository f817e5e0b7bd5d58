/**
 * What a checkpoint cannot tell, and whoever imports it has to know.
 *
 * @module
 */
import type { StudentCard } from "../card.ts";
import { networkOf } from "../networks.ts";
import { otherFlow } from "../transformers/point_transformers.ts";

/**
 * Says by which version of Pointcept a Point Transformer is run.
 *
 * @param backbone name of the network.
 * @returns null where only one is built.
 */
export function flowNote(backbone: string): string | null {
  const other = otherFlow(backbone);
  if (other === null) return null;
  const told =
    `no name and no shape of a checkpoint tells which: for the other one say "backbone": "${other.name}"`;
  return other.isPublished
    ? `${backbone} runs as in Pointcept v1.5.2 and later, and published weights of PT-v3m1 were trained by v1.5.1; ${told}`
    : `${backbone} runs as in Pointcept v1.5.1, by which the published weights of PT-v3m1 were trained, and not as in ` +
      `v1.5.2 and later; ${told}`;
}

/**
 * Says which statistics batch norm takes where a scan is labelled by the default method.
 *
 * @returns null where the network has no batch norm.
 */
export function statisticsNote({ backbone, features, statistics }: StudentCard): string | null {
  if (!networkOf(backbone, features.length).hasBatchNorm) return null;
  return statistics === "running"
    ? "where no method is named, batch norm takes the statistics of the checkpoint, since the card says " +
      '"statistics": "running"; --method bn takes those of each scan'
    : "where no method is named, batch norm takes the statistics of each scan (method bn); --method source takes those of " +
      'the checkpoint, as its authors did, and "statistics": "running" in the card makes that the default';
}
