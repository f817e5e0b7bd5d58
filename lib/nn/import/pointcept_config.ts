/**
 * The configuration that Sonata and Concerto save beside the weights of a Point Transformer. Much of it leaves no trace in the
 * tensors: another patch size makes other labels of the same entries.
 *
 * @module
 */
import type {
  PointTransformerShape,
  PointTransformerStages,
} from "../transformers/point_transformer.ts";
import { POINT_TRANSFORMERS } from "../transformers/point_transformers.ts";
import { ImportError } from "./import_error.ts";

/**
 * Holds a checkpoint's configuration against the network that is to run it, as far as shapes do not tell.
 *
 * @param config arguments of Pointcept's network by name; null where the checkpoint has none.
 * @param backbone name of the network.
 * @throws {ImportError} naming every setting that differs, with both values.
 */
export function requireConfig(
  config: ReadonlyMap<unknown, unknown> | null,
  backbone: string,
): void {
  if (config === null || !Object.hasOwn(POINT_TRANSFORMERS, backbone)) return;
  const differences = Object.entries(settingsOf(POINT_TRANSFORMERS[backbone]!))
    .filter(([name, ours]) => config.has(name) && textOf(config.get(name)) !== textOf(ours))
    .map(([name, ours]) =>
      `${name} is ${textOf(config.get(name))} in its config and ${textOf(ours)} in ${backbone}`
    );
  if (differences.length === 0) return;
  throw new ImportError(
    `Cannot import the checkpoint: ${
      differences.join("; ")
    }; take a backbone that has its settings`,
    differences,
  );
}

/** The settings of a network that its entries do not show, by Pointcept's names. */
function settingsOf(
  { encoder, decoder, orders }: Omit<PointTransformerShape, "inChannels">,
): Record<string, unknown> {
  const stages = ({ depths, heads, patches }: PointTransformerStages, part: "enc" | "dec") => ({
    [`${part}_num_head`]: heads.slice(0, depths.length),
    [`${part}_patch_size`]: patches.slice(0, depths.length),
  });
  return {
    order: orders,
    stride: encoder.depths.slice(1).map(() => 2),
    ...stages(encoder, "enc"),
    ...decoder ? stages(decoder, "dec") : {},
    pre_norm: true,
    qk_scale: null,
  };
}

/** A value as it is shown and compared. */
function textOf(value: unknown): string {
  return JSON.stringify(value) ?? `${value}`;
}
